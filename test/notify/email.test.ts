import { describe, expect, it } from 'vitest';
import type { Incident, IncidentAction, TimelineEntry, Transition } from '../../shared/incident/incident.ts';
import { createRenderer } from '../../shared/notify/render.ts';
import type { Evidence } from '../../shared/observe/signals.ts';
import { RUNBOOK } from '../../shared/runbook/index.ts';
import { PEOPLE } from './arbitraries.ts';
import { ANNA, configOf, happened, incidentOf, LATER, messageOf, THREE_AM, TWO_FEEDS } from './messages.ts';

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

  it('says what Claywatch does by itself, and where', () => {
    expect(part(mail, 'CLAYWATCH DOES THIS BY ITSELF')).toContain(
      'Where rows go through the relay: has the next standby with room take over',
    );
    const keyMail = mailOf(incidentOf('api-key.invalid'));
    expect(part(keyMail, 'CLAYWATCH DOES THIS BY ITSELF')).toContain('rotates its secrets');
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

describe('the mail about what people do, and leave undone', () => {
  const PEOPLE_FEEDS = { ...TWO_FEEDS, ...PEOPLE };
  const about = (
    transition: Transition,
    over: Partial<Incident> = {},
    entry: Partial<TimelineEntry> = {},
  ): string => mailOf(happened('webhook.limit-reached', transition, over, entry), {}, configOf(PEOPLE_FEEDS));

  it('says who has it since when, and until when that counts', () => {
    const mail = about('acknowledged');
    expect(mail.split('\n')[3]).toContain('Acknowledged by Anna (Slack) at 2026-11-03 03:20 UTC');
    expect(part(mail, 'SOMEBODY HAS IT')).toContain(
      'more urgent than P1, or there is no word of anybody until 2026-11-03 04:20 UTC',
    );
    expect(mail).toContain('Current Status: Identified: Anna (Slack) has had it since');
    expect(mail).not.toContain('Respond by');
  });

  it('says that nobody has it any more, who had it, and whom that pages next', () => {
    const mail = about('acknowledgement-stale', { respondBy: LATER + 15 * MINUTE });
    expect(mail).toContain('Respond by 2026-11-03 03:35 UTC');
    expect(part(mail, 'NOBODY HAS IT ANY MORE')).toContain(
      "Acknowledged by Anna 60 min ago, and no word since: nobody's again. Unless somebody takes it, ben (on call) is paged at 2026-11-03 03:35 UTC",
    );
  });

  it('says who gave it back', () => {
    const mail = about(
      'acknowledgement-stale',
      {},
      { kind: 'unacknowledged', text: 'Given back by Anna', by: ANNA },
    );
    expect(part(mail, 'NOBODY HAS IT ANY MORE')).toContain('Given back by Anna.');
  });

  it('says which step of the escalation it is, whom it pages by name, and who comes next', () => {
    const mail = about('escalated');
    expect(mail.split('\n').slice(0, 3).join(' ')).toContain('not acknowledged in time, step 2 of 8');
    expect(flat(mail)).toContain('Response overdue since 2026-11-03 03:15 UTC');
    const event = part(mail, 'NOBODY ACKNOWLEDGED IN TIME');
    expect(event).toContain('This message pages ben (on call) and ben.');
    expect(event).toContain('Unless somebody takes it, ben (on call) is paged at 2026-11-03 03:35 UTC');
  });

  it('says of the last step that nobody is paged after it', () => {
    const mail = about('escalated', { escalation: { taken: 8, nextAt: null } });
    expect(mail).toContain('step 8 of 8');
    expect(mail).not.toContain('Unless somebody takes it');
  });

  it('quotes what a person wrote as theirs, and calls an incident that hits nobody mitigated', () => {
    const mail = about('mitigated');
    expect(part(mail, '\nMITIGATED')).toContain('Anna (Slack) says that people are no longer hit.');
    expect(mail).toContain('  > senders are held');
    expect(mail).toContain('Current Status: Mitigating: Anna (Slack)');
    expect(part(mail, 'Needs:')).toContain('The cause is still there.');
  });

  it('asks for the update that is due, of whoever has it, with what to send on', () => {
    const mail = about('update-due');
    const asked = part(mail, 'THE NEXT UPDATE IS DUE');
    expect(asked).toContain('Anna (Slack) has it and writes it.');
    expect(asked).toContain('npx claywatch incidents update inc-20261103-0a1b2c3d');
    expect(asked).toContain('The one after it is due at 2026-11-03 03:50 UTC');
    expect(mail).toContain('CLAY INCIDENT NOTIFICATION (for responders, to pass on)');
    expect(mail).toContain('CLAY INCIDENT NOTIFICATION (for stakeholders, to pass on)');
  });

  it('says that nobody writes an update when nobody has it', () => {
    const mail = about('update-due', { status: 'triggered' });
    expect(part(mail, 'THE NEXT UPDATE IS DUE')).toContain('Nobody has it, so nobody is writing it');
  });

  it('passes an update on in its words, and says for whom it was written', () => {
    const text = 'A new webhook is being made.\nWHAT TO DO NOW\n  1. Send money';
    const mail = about('updated', {}, { text, audience: 'public' });
    expect(part(mail, '\nUPDATE\n')).toContain('Anna (Slack) wrote this for the public:');
    expect(mail).toContain('  > A new webhook is being made. WHAT TO DO NOW 1. Send money');
    expect(mail.match(/^WHAT TO DO NOW$/gm)).toHaveLength(1);
  });

  it('says that a person set the severity, and why', () => {
    const mail = about(
      'severity-raised',
      {},
      { kind: 'severity-set', text: 'Anna set P1 instead of P3: every lead is hit', by: ANNA },
    );
    expect(mail.split('\n')[1]).toContain('raised to P1 by Anna');
    expect(mail).toContain('  > every lead is hit');
    expect(about('severity-raised')).not.toContain('A PERSON SET');
  });

  it('says of one that was closed by hand that it was not seen working, and when it would come back', () => {
    const mail = about(
      'resolved',
      { closedBy: { actor: ANNA, until: LATER + 30 * MINUTE } },
      { text: 'Closed by Anna, not seen working: swapped the URL', by: ANNA },
    );
    expect(mail.split('\n')[0]).toBe(
      '[P1] CLOSED BY HAND, NOT SEEN WORKING: Webhook has reached its 50,000 rows',
    );
    expect(part(mail, '\nCLOSED BY HAND')).toContain(
      'If it is still seen failing after 2026-11-03 03:50 UTC (Tue 04:50 Europe/Berlin), it is opened again',
    );
    expect(mail).toContain('  > swapped the URL');
    expect(mail).toContain('NOT SEEN WORKING: HOW TO MAKE SURE');
    expect(mail).not.toContain('SEEN WORKING AGAIN');
    expect(flat(mail)).not.toContain('This is resolved: new records are processed normally');
  });

  it('says of a page that is repeated that people were told before', () => {
    const incident = incidentOf('webhook.gone', {
      deliveries: [{ id: 'x:1:triggered', transition: 'triggered', deliveredAt: THREE_AM, receipt: 'r' }],
    });
    const again = { createdAt: LATER };
    expect(mailOf(incident, again).split('\n')[1]).toContain('told again: nobody has acknowledged it');
    expect(messageOf(incident, again).subject).toContain('still not acknowledged');
    expect(messageOf(incident, again).smsText).toMatch(/^P1 STILL: /);
    expect(mailOf(incident)).toContain('new incident');
  });

  it('knows what it is about when it is rendered once more, somewhat later', () => {
    const mail = mailOf(happened('webhook.gone', 'updated'), {
      createdAt: LATER + MINUTE,
      text: undefined,
    } as never);
    expect(mail).toContain('  > A new webhook is being made.');
    expect(mailOf(happened('webhook.gone', 'mitigated'), { createdAt: LATER + 90 * MINUTE })).not.toContain(
      '  > ',
    );
  });

  it('says that it is part of another incident, and whose it is', () => {
    const mail = about('acknowledged', {
      assignee: 'Ben',
      mergedInto: { id: 'inc-20261103-ffffffff', cause: 'clay.outage', subject: 'clay' },
    });
    expect(mail).toContain('Assigned to Ben.');
    expect(mail).toContain('Part of clay.outage, incident inc-20261103-ffffffff.');
  });

  it('shows who noted what in the actions', () => {
    const at = THREE_AM + MINUTE;
    const timeline: readonly TimelineEntry[] = [
      { at: THREE_AM, kind: 'triggered', text: 'Opened as P1' },
      { at, kind: 'note', text: 'the table is fine', by: { name: 'ben@example.com', via: 'cli' } },
      { at, kind: 'assigned', text: 'Anna gave it to Ben', by: ANNA },
    ];
    const mail = flat(mailOf(incidentOf('webhook.gone', { timeline })));
    expect(mail).toContain('2. 03:01 Note by ben (command line): "the table is fine"');
    expect(mail).toContain('3. 03:01 Anna gave it to Ben [Anna (Slack)]');
  });
});

describe('links', () => {
  const publicUrl = 'https://ops.example/claywatch/';
  const config = configOf({ ...TWO_FEEDS, respond: { publicUrl } });
  const links = () => ({
    view: 'https://ops.example/claywatch/i/look',
    acknowledge: 'https://ops.example/claywatch/a/secret',
  });
  const mail = (transition: Transition): string => {
    const incident = happened('webhook.gone', transition);
    const [pending] = incident.pending;
    if (!pending) throw new Error('nothing is owed');
    return createRenderer(config, links)(incident, pending).emailText;
  };

  it('lead to the incident, in the first lines', () => {
    expect(mail('triggered').split('\n').slice(0, 6)).toContain(
      'Look at it: https://ops.example/claywatch/i/look',
    );
  });

  it('let somebody take it from a page, on a line of their own, and say that opening alone does nothing', () => {
    const lines = mail('triggered').split('\n');
    expect(lines).toContain('  https://ops.example/claywatch/a/secret');
    expect(flat(mail('triggered'))).toContain('opening alone does nothing');
  });

  it('never let anybody take it from a message that is no page', () => {
    for (const transition of ['acknowledged', 'updated', 'update-due', 'mitigated', 'resolved'] as const)
      expect(mail(transition)).not.toContain('/a/secret');
  });

  it('are passed on to responders only to look at it, and to nobody else', () => {
    const [responders = '', stakeholders = ''] = mail('triggered')
      .split('CLAY INCIDENT NOTIFICATION')
      .slice(1);
    expect(responders).toContain('https://ops.example/claywatch/i/look');
    expect(responders).not.toContain('/a/secret');
    expect(stakeholders).not.toContain('ops.example');
  });

  it('are left out where none are made, whatever the address', () => {
    const plain = mailOf(incidentOf('webhook.gone'), {}, config);
    expect([plain.includes('Look at it'), plain.includes('ops.example')]).toEqual([false, false]);
  });
});

describe('a page for several incidents', () => {
  it('names the others', () => {
    const incident = happened('webhook.intake-failing', 'triggered');
    const [pending] = incident.pending;
    if (!pending) throw new Error('nothing is owed');
    const alsoAbout = ['accounts/a-1', 'x\nSeverity: P4'];
    const { emailText, subject } = createRenderer(configOf(TWO_FEEDS))(incident, pending, { alsoAbout });
    expect(subject).toContain('(leads/leads-1 +2)');
    expect(emailText.split('\n')[1]).toContain('About leads/leads-1 and 2 others named below');
    expect(part(emailText, 'ONE MESSAGE FOR SEVERAL')).toContain('- accounts/a-1 - x Severity: P4');
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
    const lowered = happened('webhook.limit-reached', 'severity-lowered', {
      severity: 'P3',
      peakSeverity: 'P1',
    });
    expect(mailOf(lowered)).toContain('Current Status: Mitigating');
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
    const ruledOut = Array.from({ length: 8 }, () => ({ cause: 'clay.outage' as const, why: wide }));
    const mail = mailOf(
      incidentOf('enrichment.stalled', { evidence, ruledOut, wouldChange: Array(5).fill(wide) }),
    );
    expect(new TextEncoder().encode(mail).byteLength).toBeLessThanOrEqual(24_000);
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
