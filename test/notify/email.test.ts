import { describe, expect, it } from 'vitest';
import type { IncidentAction } from '../../shared/incident/incident.ts';
import type { Evidence } from '../../shared/observe/signals.ts';
import { RUNBOOK } from '../../shared/runbook/index.ts';
import { configOf, incidentOf, messageOf, THREE_AM, TWO_FEEDS } from './messages.ts';

const MINUTE = 60_000;

/** A mail with its line breaks undone, so that a sentence can be looked for. */
const mailOf = (...args: Parameters<typeof messageOf>): string => messageOf(...args).emailText;
const flat = (text: string): string => text.replace(/\s+/g, ' ');
/** The text from a heading to the next blank line. */
const part = (mail: string, heading: string): string =>
  flat(mail.split(`${heading}`)[1]?.split('\n\n')[0] ?? '');

const seen = (over: Partial<Evidence>): Evidence => ({
  probe: 'clay.api',
  at: THREE_AM,
  summary: 'answered 503',
  finding: 'server-error',
  kind: 'measured',
  facts: {},
  ...over,
});

describe('the mail that wakes somebody', () => {
  const incident = incidentOf('webhook.limit-reached', {
    summary: 'The webhook is at its lifetime limit and refuses every row.',
  });
  const mail = mailOf(incident);

  it('says in its first lines what is wrong, until when, what Claywatch did, and what to click', () => {
    const lines = mail.split('\n');
    expect(lines[0]).toBe('[P1] Webhook has reached its 50,000 rows');
    expect(lines[2]).toBe('Respond by 2026-11-03 03:15 UTC (Tue 04:15 Europe/Berlin), in 15 min.');
    const first = flat(lines.slice(0, 24).join('\n'));
    expect(first).toContain('The webhook is at its lifetime limit and refuses every row.');
    expect(first).toContain('ruled out 1 other cause');
    expect(first).toContain('It changed nothing in Clay or in your systems.');
    expect(first).toContain('Table > + Add > Webhooks');
  });

  it('gives every step with its clicks before anything else', () => {
    const steps = part(mail, 'WHAT TO DO NOW');
    for (const step of RUNBOOK['webhook.limit-reached'].steps) {
      expect(steps).toContain(flat(step.do));
      if (step.where) expect(steps).toContain(flat(step.where));
    }
    expect(mail.indexOf('WHAT TO DO NOW')).toBeLessThan(mail.indexOf('CLAY INCIDENT NOTIFICATION'));
  });

  it('holds the communication template, filled in', () => {
    expect(mail).toContain('Severity: P1 (complete data flow stopped)');
    expect(mail).toContain('Time detected: 2026-11-03 03:00 UTC (Tue 04:00 Europe/Berlin)');
    expect(flat(mail)).toContain(
      'Affected: leads (New leads from the web forms): Sales development, Lead routing',
    );
    expect(mail).toContain('Current Status: Investigating');
    expect(mail).toContain('  1. 03:00 Opened as P1');
    expect(flat(mail)).toContain('Next Update: 2026-11-03 03:30 UTC (Tue 04:30 Europe/Berlin), in 30 min');
  });

  it('says honestly what Claywatch does by itself, where, and what not yet', () => {
    expect(part(mail, 'CLAYWATCH DOES THIS BY ITSELF')).toContain(
      'Where rows go through the relay: has the next standby with room take over',
    );
    expect(mail).not.toContain('DOES NOT DO THIS YET');
    expect(part(mailOf(incidentOf('api-key.invalid')), 'DOES NOT DO THIS YET')).toContain('Rotates');
  });

  it('is the same for the same incident and message', () => {
    expect(mailOf(incident)).toBe(mail);
  });
});

describe('what Claywatch did about the rows', () => {
  const action = (over: Partial<IncidentAction> = {}): IncidentAction => ({
    ref: 'hold:leads:1',
    kind: 'hold',
    mode: 'act',
    feed: 'leads',
    since: THREE_AM,
    opening: 0,
    text: 'Sending of leads is on hold, because Clay is down. 312 rows wait, and none is lost. It starts again by itself when Clay is seen to work.',
    ...over,
  });
  const outage = (...actions: readonly IncidentAction[]) =>
    incidentOf('clay.outage', { subject: 'clay', actions });
  const both = [action(), action({ feed: 'accounts', ref: 'hold:accounts:1' })];
  const wait = 'Rows are held, none is lost; sending resumes by itself.';

  it('stands where it is read first, and makes the status "Mitigating"', () => {
    const mail = mailOf(outage(action()));
    expect(part(mail, 'WHAT CLAYWATCH DID')).toContain(
      '312 rows wait, and none is lost. It starts again by itself',
    );
    expect(mail).not.toContain('It changed nothing in Clay');
    expect(mail).toContain('Current Status: Mitigating');
  });

  it('that is only proposed comes with its command, and mitigates nothing', () => {
    const text = 'Proposed: stop sending leads, because Clay is down: npx claywatch hold leads';
    const mail = mailOf(outage(action({ mode: 'propose', text })));
    expect(part(mail, 'WHAT CLAYWATCH DID')).toContain(text);
    expect(mail).toContain('Current Status: Investigating');
  });

  it('takes the hurry out of what is to be done, once the rows of everybody who is hit are looked after', () => {
    const inShort = (...actions: readonly IncidentAction[]) =>
      part(mailOf(outage(...actions)), 'WHAT TO DO NOW');
    expect(inShort(...both)).toContain(wait);
    expect(messageOf(outage(...both)).smsText).toContain(wait);
    expect(inShort(action())).toContain(RUNBOOK['clay.outage'].sms);
    expect(inShort(...both, action({ kind: 'overruled', ref: 'overruled:leads:1' }))).toContain(
      RUNBOOK['clay.outage'].sms,
    );
    expect(inShort(...both.map((one) => ({ ...one, opening: 3 })))).toContain(RUNBOOK['clay.outage'].sms);
  });

  it('is told with the recovery too, with what is left of the rows', () => {
    const text =
      '57 rows of leads that Clay accepted have not come back. What sending again would take: npx claywatch replay leads --source uncalled --since 2026-11-03T02:10:00Z --dry-run';
    const over = messageOf(outage(...both, action({ kind: 'reconcile', ref: 'reconcile:leads:1', text })), {
      transition: 'resolved',
    });
    expect(part(over.emailText, 'WHAT CLAYWATCH DID ABOUT THE ROWS')).toContain(text);
    expect(over.smsText).toContain('No row of the relay was lost');
  });
});

describe('evidence', () => {
  it('keeps what was measured, what Clay declares and what a person said apart', () => {
    const mail = mailOf(
      incidentOf('clay.outage', {
        subject: 'clay',
        evidence: [
          seen({ summary: 'we measured this', facts: { status: 503 } }),
          seen({ kind: 'declared', probe: 'clay.status', summary: 'Clay said this' }),
          seen({ kind: 'reported', probe: 'person', summary: 'somebody saw this' }),
        ],
      }),
    );
    expect(part(mail, 'WHAT CLAYWATCH MEASURED')).toMatch(/we measured this \[status=503\]$/);
    expect(part(mail, 'WHAT CLAY DECLARES OF ITSELF')).toContain('Clay said this');
    expect(part(mail, 'WHAT A PERSON REPORTED')).toContain('somebody saw this');
    expect(part(mail, 'WHAT CLAYWATCH MEASURED')).not.toContain('Clay said this');
  });

  it('is cut to the newest few, and says how many there are more', () => {
    const many = Array.from({ length: 12 }, (_, index) => seen({ probe: `p${index}` }));
    expect(part(mailOf(incidentOf('clay.outage', { evidence: many })), 'CLAYWATCH MEASURED')).toContain(
      '(6 more)',
    );
  });

  it('of another day carries its date', () => {
    const mail = mailOf(incidentOf('clay.outage', { evidence: [seen({ at: THREE_AM + 1_440 * MINUTE })] }));
    expect(part(mail, 'CLAYWATCH MEASURED')).toContain('11-04 03:00');
  });
});

describe('who is affected', () => {
  it('is every feed when Clay itself or the workspace is hit', () => {
    const mail = flat(mailOf(incidentOf('credits.exhausted', { subject: 'workspace' })));
    expect(mail).toContain(
      'Affected: - leads (New leads from the web forms): Sales development, Lead routing - accounts: Account research',
    );
  });

  it('is the feed that a probe belongs to', () => {
    const mail = mailOf(incidentOf('crm.sync-failing', { subject: 'hubspot' }));
    expect(mail).toContain('Affected: accounts: Account research');
  });

  it('is nobody when only the sight is lost', () => {
    expect(mailOf(incidentOf('monitoring.gap', { subject: 'clay.status' }))).toContain('Affected: No feed');
  });

  it('is said without feeds too', () => {
    const mail = mailOf(incidentOf('clay.outage', { subject: 'clay' }), {}, configOf());
    expect(mail).toContain('Affected: Everything that uses Clay');
  });
});

describe('the mail about a recovery', () => {
  const evidence = [
    seen({ at: THREE_AM + 40 * MINUTE, finding: 'up', summary: 'answered 401: alive' }),
    seen({}),
    seen({ probe: 'connectivity', finding: 'online', summary: 'our network worked all along' }),
  ];
  const mail = mailOf(incidentOf('clay.outage', { subject: 'clay', evidence }), { transition: 'resolved' });

  it('says how long it lasted, what was seen working, and what is left to do', () => {
    expect(mail.split('\n')[0]).toBe('[P1] RESOLVED: Clay is down');
    expect(part(mail, 'WHAT HAPPENED')).toContain(': 42 min.');
    expect(part(mail, 'SEEN WORKING AGAIN')).toContain('answered 401: alive');
    expect(part(mail, 'SEEN WORKING AGAIN')).not.toContain('all along');
    expect(part(mail, 'LEFT TO DO')).toContain('Clay has no replay');
  });

  it('asks for no response and gives no steps', () => {
    expect(mail).not.toContain('Respond by');
    expect(mail).not.toContain('WHAT TO DO NOW');
    expect(mail).toContain('Current Status: Resolved');
    expect(mail).toContain('Next Update: None');
  });

  it('counts relapses', () => {
    const flapped = mailOf(incidentOf('clay.outage', { reopenings: 2, peakSeverity: 'P1', severity: 'P2' }), {
      transition: 'resolved',
    });
    expect(flat(flapped)).toContain('It came back 2 times in between');
    expect(flapped).toContain('Severity: P2 (degraded enrichment; at its worst P1)');
  });
});

describe('a mail that comes late', () => {
  it('says so, and that the incident is over by now', () => {
    const over = incidentOf('clay.outage', { status: 'resolved', resolvedAt: THREE_AM + 20 * MINUTE });
    const mail = flat(mailOf(over, { attempts: 3 }));
    expect(mail).toContain(
      'This message is late: it was due at 2026-11-03 03:00 UTC and could not be sent 3 times.',
    );
    expect(mail).toContain('Since then the incident has been resolved; a message about that follows.');
  });
});

describe('the status', () => {
  it('is "Mitigating" when it got better and is not over', () => {
    const lowered = incidentOf('webhook.limit-reached', { severity: 'P3', peakSeverity: 'P1' });
    expect(mailOf(lowered, { transition: 'severity-lowered' })).toContain('Current Status: Mitigating');
  });

  it('counts nothing that was only sent', () => {
    const at = THREE_AM;
    const mail = mailOf(
      incidentOf('clay.outage', {
        timeline: [
          { at, kind: 'triggered', text: 'Opened as P1' },
          { at, kind: 'notified', text: 'Sent: triggered, P1' },
        ],
      }),
    );
    expect(part(mail, 'Actions Taken (times in UTC):')).not.toContain('Sent:');
  });
});

describe('a mail that would be too long', () => {
  it('leaves out the end, says so, and keeps what has to be done', () => {
    const wide = '\u{20000}'.repeat(300);
    const evidence = ['measured', 'declared', 'reported'].flatMap((kind) =>
      Array.from({ length: 6 }, (_, index) =>
        seen({ kind: kind as Evidence['kind'], probe: `p${index}`, summary: wide, facts: { wide } }),
      ),
    );
    const mail = mailOf(incidentOf('enrichment.stalled', { evidence }));
    expect(new TextEncoder().encode(mail).byteLength).toBeLessThanOrEqual(16_000);
    expect(mail).toContain('(Shortened; the incident itself holds everything.)');
    expect(mail).toContain('WHAT TO DO NOW');
    expect(mail).toContain('Prevention:');
    expect(mail).toContain('message inc-20261103-0a1b2c3d:1:triggered');
  });
});

describe('an incident with everything there is', () => {
  it('is shown in one mail with the headings that a reader looks for', () => {
    const mail = mailOf(
      incidentOf('enrichment.stalled', {
        subject: 'leads',
        effects: [{ cause: 'crm.sync-failing', subject: 'hubspot' }],
      }),
      {},
      configOf(TWO_FEEDS),
    );
    for (const heading of [
      'QUESTIONS THAT ONLY A PERSON WITH CLAY OPEN CAN ANSWER',
      'EVIDENCE: WHAT CLAYWATCH MEASURED',
      'ALSO SEEN, AND EXPLAINED BY THIS',
      'RULED OUT',
      'WHAT WOULD CHANGE THIS VERDICT',
      'FOR AN EXTERNAL STATUS PAGE',
    ])
      expect(mail).toContain(`\n\n${heading}`);
    expect(part(mail, 'ALSO SEEN')).toContain('The CRM is not updated (hubspot)');
    expect(part(mail, 'RULED OUT')).toContain('Clay is down (clay.outage): the API host answers');
  });
});
