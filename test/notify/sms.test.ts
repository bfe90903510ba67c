import { describe, expect, it } from 'vitest';
import { CAUSE_IDS, type Cause } from '../../shared/cause.ts';
import type { Incident, TimelineEntry, Transition } from '../../shared/incident/incident.ts';
import { signLink } from '../../shared/link/token.ts';
import { septets } from '../../shared/notify/gsm7.ts';
import { createRenderer } from '../../shared/notify/render.ts';
import { PEOPLE } from './arbitraries.ts';
import { ANNA, configOf, happened, incidentOf, LATER, messageOf, THREE_AM, TWO_FEEDS } from './messages.ts';

const CONFIG = configOf({ ...TWO_FEEDS, ...PEOPLE });

const rendered = (
  cause: Cause,
  transition: Transition,
  acknowledge: string | null = null,
  alsoAbout: readonly string[] = [],
): string => {
  const subject = cause.startsWith('clay.') ? 'clay' : 'leads/leads-1';
  const incident = happened(cause, transition, { subject, respondBy: LATER + 60_000 });
  const [pending] = incident.pending;
  if (!pending) throw new Error('nothing is owed');
  const links = acknowledge === null ? null : () => ({ acknowledge });
  return createRenderer(CONFIG, links)(incident, pending, { alsoAbout }).smsText;
};

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

describe('an SMS about what people do, and leave undone', () => {
  const about = (
    transition: Transition,
    over: Partial<Incident> = {},
    entry: Partial<TimelineEntry> = {},
  ): string => textOf(happened('clay.outage', transition, { subject: 'clay', ...over }, entry), {}, CONFIG);

  it.each([
    ['acknowledged', 'ACKED P1 by Anna: Clay is down. Next update 04:50 UTC+1 inc-20261103-0a1b2c3d'],
    ['mitigated', 'MITIGATED P1 by Anna: Clay is down. Next update 04:50 UTC+1 inc-20261103-0a1b2c3d'],
    ['update-due', 'UPDATE DUE P1: Clay is down. Write it now. Next by 04:50 UTC+1 inc-20261103-0a1b2c3d'],
    [
      'updated',
      'UPDATE P1 by Anna: Clay is down: A new webhook is being made. Next update 04:50 UTC+1 inc-20261103-0a1b2c3d',
    ],
  ] as const)('that is %s is a notice: who, and when there is more', (transition, text) => {
    expect(about(transition)).toBe(text);
  });

  it('says that nobody has it any more, what to do and the new deadline', () => {
    expect(about('acknowledgement-stale', { respondBy: LATER + 15 * 60_000 })).toMatch(
      /^P1 NO OWNER: Clay is down\. .* By 04:35 UTC\+1 inc-20261103-0a1b2c3d$/,
    );
  });

  it('says that it was not acknowledged, which step that is, whom it pages, and when it was due', () => {
    expect(about('escalated')).toMatch(
      /^P1 NOT ACKED: Clay is down \(step 2\/8: ben.*\)\. .* Due 04:15 UTC\+1 inc-20261103-0a1b2c3d$/,
    );
  });

  it('says that one closed by hand was not seen working, and promises nothing', () => {
    const text = about('resolved', { closedBy: { actor: ANNA, until: LATER } }, { by: ANNA });
    expect(text).toBe('P1 CLOSED BY HAND, NOT SEEN WORKING: Clay is down (20 min). inc-20261103-0a1b2c3d');
  });

  it('says who set the severity', () => {
    expect(about('severity-raised', {}, { kind: 'severity-set', by: ANNA })).toMatch(
      /^NOW P1: Clay is down \(by Anna\)\. /,
    );
  });

  it('counts the others that it speaks for', () => {
    expect(rendered('webhook.gone', 'triggered', null, ['accounts/a-1', 'x'])).toContain(
      ': leads/leads-1 +2. ',
    );
  });
});

describe('a link in an SMS', () => {
  const link = 'https://cw.example/a/Ab12Cd34';

  it('stands at the end of a page when everything else is there whole', () => {
    const text = rendered('clay.outage', 'triggered', link);
    expect(text.endsWith(`inc-20261103-0a1b2c3d ${link}`)).toBe(true);
    expect(septets(text)).toBeLessThanOrEqual(148);
  });

  it('is a second segment where what is wrong, what to do, the deadline and the incident leave no room', () => {
    const text = rendered('webhook.limit-reached', 'triggered', link);
    expect(text).toBe(`${rendered('webhook.limit-reached', 'triggered')} ${link}`);
    expect(text).toContain('Webhook has reached its 50,000 rows: leads/leads-1');
  });

  it('is there in every page for an address as API Gateway gives it', async () => {
    const base = 'https://abcdefghij.execute-api.ap-southeast-2.amazonaws.com/i/';
    const token = await signLink('k'.repeat(32), {
      ...{ incidentId: 'inc-20261103-0a1b2c3d', purpose: 'acknowledge', expiresAt: THREE_AM / 1_000 },
    });
    for (const cause of CAUSE_IDS)
      for (const transition of ['triggered', 'escalated', 'reopened'] as const)
        expect(rendered(cause, transition, `${base}${token}`)).toContain(` ${base}${token}`);
  });

  it('is never cut, and never makes the message a third segment', () => {
    for (const cause of CAUSE_IDS)
      for (const length of [1, 10, 25, 60, 400]) {
        const long = `https://cw.example/a/${'x'.repeat(length)}`;
        const text = rendered(cause, 'triggered', long);
        expect(septets(text)).toBeLessThanOrEqual(294);
        expect(text.includes('https://')).toBe(text.endsWith(long));
        expect(text.endsWith(long)).toBe(length < 400);
      }
  });

  it('comes before the names of those who are paged', () => {
    const text = rendered('clay.outage', 'escalated', link);
    expect(text).toContain(link);
  });
});
