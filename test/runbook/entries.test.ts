import { describe, expect, it } from 'vitest';
import { CAUSE_IDS } from '../../shared/cause.ts';
import { septets } from '../../shared/notify/gsm7.ts';
import { RUNBOOK, type RunbookEntry } from '../../shared/runbook/index.ts';

const textsOf = (entry: RunbookEntry): readonly string[] => [
  entry.title,
  entry.meaning,
  entry.impact,
  entry.publicImpact,
  entry.rootCause,
  entry.sms,
  entry.smsAfterwards,
  ...Object.values(entry.smsWhen ?? {}),
  ...entry.automatic.map(({ action }) => action),
  ...entry.steps.flatMap((step) => [step.do, step.where ?? '-', step.expect ?? '-']),
  ...entry.verify,
  ...entry.afterwards,
  ...entry.prevent,
];

describe.each(CAUSE_IDS)('the entry of %s', (cause) => {
  const entry = RUNBOOK[cause];

  it('is complete', () => {
    for (const text of textsOf(entry)) expect(text.trim()).not.toBe('');
    expect(entry.automatic.length).toBeGreaterThan(0);
    expect(entry.steps.length).toBeGreaterThanOrEqual(3);
    expect(entry.steps.filter(({ where }) => where).length).toBeGreaterThanOrEqual(2);
    expect(entry.verify.length).toBeGreaterThan(0);
    expect(entry.afterwards.length).toBeGreaterThan(0);
    expect(entry.prevent.length).toBeGreaterThan(0);
    expect(new Set(entry.questions).size).toBe(entry.questions.length);
    expect(new Set(entry.automatic.map(({ action }) => action)).size).toBe(entry.automatic.length);
  });

  it('survives every channel: printable ASCII on one line each', () => {
    for (const text of textsOf(entry)) expect(text).toMatch(/^[\x20-\x7e]+$/);
  });

  it('fits where it is shown', () => {
    expect(entry.title.length).toBeLessThanOrEqual(46);
    expect(septets(entry.sms)).toBeLessThanOrEqual(60);
    expect(septets(entry.smsAfterwards)).toBeLessThanOrEqual(60);
    for (const text of Object.values(entry.smsWhen ?? {})) expect(septets(text)).toBeLessThanOrEqual(60);
    expect(entry.meaning.split(/[.!?](?: |$)/).filter(Boolean).length).toBeLessThanOrEqual(2);
    for (const text of textsOf(entry)) expect(text.length).toBeLessThanOrEqual(500);
  });

  it('ends its sentences', () => {
    for (const text of [entry.meaning, entry.impact, entry.publicImpact, entry.rootCause, entry.sms])
      expect(text).toMatch(/[.?]$/);
  });
});
