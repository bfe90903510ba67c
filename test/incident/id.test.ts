import { describe, expect, it } from 'vitest';
import { CAUSE_IDS } from '../../shared/cause.ts';
import { dayOfId, incidentId } from '../../shared/incident/id.ts';
import { NOON } from './fixtures.ts';

describe('incidentId', () => {
  it('is the day in UTC and eight hexadecimal digits', () => {
    expect(incidentId('clay.outage', 'clay', NOON)).toMatch(/^inc-20261103-[0-9a-f]{8}$/);
    expect(incidentId('clay.outage', 'clay', Date.UTC(2026, 0, 1) - 1)).toMatch(/^inc-20251231-/);
  });

  it('is the same for the same cause, subject and time, so that racing openers agree, in every release', () => {
    expect(incidentId('clay.outage', 'clay', NOON)).toBe('inc-20261103-1b4f1a6f');
  });

  it('differs with cause, subject and a millisecond', () => {
    const ids = new Set<string>();
    for (const cause of CAUSE_IDS)
      for (let subject = 0; subject < 20; subject += 1)
        for (let ms = 0; ms < 20; ms += 1) ids.add(incidentId(cause, `feed-${subject}`, NOON + ms));
    expect(ids.size).toBe(CAUSE_IDS.length * 400);
  });

  it('does not run cause and subject together', () => {
    expect(incidentId('clay.outage', 'x', NOON)).not.toBe(incidentId('clay.outage', 'x\n', NOON));
  });
});

describe('dayOfId', () => {
  it('reads the day back, and nothing from what is no id', () => {
    expect(dayOfId(incidentId('clay.outage', 'clay', NOON))).toBe('2026-11-03');
    for (const text of [
      '',
      'inc-2026-abc',
      'inc-20261103-ABCDEF01',
      'inc-20261103-abcdef012',
      'x'.repeat(10_000),
    ])
      expect(dayOfId(text)).toBeNull();
  });
});
