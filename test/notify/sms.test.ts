import { describe, expect, it } from 'vitest';
import { configOf, incidentOf, messageOf, TWO_FEEDS } from './messages.ts';

const limit = incidentOf('webhook.limit-reached');
const textOf = (...args: Parameters<typeof messageOf>) => messageOf(...args).smsText;

describe('an SMS', () => {
  it('says severity, what is wrong, what to click, until when, and which incident', () => {
    expect(textOf(limit)).toBe(
      'P1 Webhook has reached its 50,000 rows: leads/leads-1. Table > + Add > Webhooks: make a new one, swap the URL. By 04:15 UTC+1 inc-20261103-0a1b2c3d',
    );
  });

  it('says after recovery how long it took and what is left to do', () => {
    expect(textOf(limit, { transition: 'resolved' })).toBe(
      'RESOLVED P1: Webhook has reached its 50,000 rows: leads/leads-1 (42 min). Send refused rows again; make the next standby. inc-20261103-0a1b2c3d',
    );
  });

  it.each([
    ['reopened', 'P1 AGAIN: '],
    ['severity-raised', 'NOW P1: '],
    ['severity-lowered', 'NOW P1: '],
  ] as const)('of an incident that was %s begins with "%s"', (transition, start) => {
    expect(textOf(limit, { transition }).startsWith(start)).toBe(true);
  });

  it('leaves out a subject that says nothing new', () => {
    expect(textOf(incidentOf('clay.outage', { subject: 'clay' }))).toMatch(/^P1 Clay is down\. /);
  });

  it('names the installation when it has a name of its own', () => {
    const config = configOf({ ...TWO_FEEDS, installation: 'acme-prod' });
    expect(textOf(incidentOf('clay.outage', { subject: 'clay' }), {}, config)).toMatch(
      /^P1 Clay is down @acme-prod\. /,
    );
  });

  it('cuts a long subject, not the deadline', () => {
    const text = textOf(incidentOf('webhook.gone', { subject: `leads/${'x'.repeat(100)}` }));
    expect(text).toContain('xx..');
    expect(text).toMatch(/By 04:15 UTC\+1 inc-20261103-0a1b2c3d$/);
  });

  it('names the day when the deadline is on another one', () => {
    const respondBy = Date.parse('2026-11-04T16:00:00Z');
    expect(textOf(incidentOf('monitoring.gap', { respondBy }))).toContain('By Wed 17:00 UTC+1');
  });
});
