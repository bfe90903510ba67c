import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CAUSE_IDS } from '../../shared/cause.ts';
import type { Incident, PendingNotification, Transition } from '../../shared/incident/incident.ts';
import { EMAIL_BYTES } from '../../shared/notify/email/render-email.ts';
import { septets } from '../../shared/notify/gsm7.ts';
import { createRenderer } from '../../shared/notify/render.ts';
import { RUNBOOK } from '../../shared/runbook/index.ts';
import { SEVERITIES } from '../../shared/severity.ts';
import { anyTime, hostileText } from './hostile.ts';
import { configOf, incidentOf, messageOf, THREE_AM, TWO_FEEDS } from './messages.ts';

const TRANSITIONS: readonly Transition[] = [
  'triggered',
  'reopened',
  'severity-raised',
  'severity-lowered',
  'resolved',
];

const evidence = fc.record({
  probe: hostileText,
  at: anyTime,
  summary: hostileText,
  finding: fc.constantFrom('up', 'server-error', 'limit-reached'),
  kind: fc.constantFrom('measured', 'declared', 'reported'),
  facts: fc.dictionary(hostileText, fc.oneof(hostileText, fc.double(), fc.boolean()), { maxKeys: 20 }),
});

const about = fc.record({ cause: fc.constantFrom(...CAUSE_IDS), subject: hostileText });

/** Any incident that a store could hand out, and worse. */
const anyIncident: fc.Arbitrary<Incident> = fc
  .record({
    id: fc.constantFrom('inc-20261103-0a1b2c3d', 'inc-20261231-ffffffff'),
    cause: fc.constantFrom(...CAUSE_IDS),
    subject: hostileText,
    status: fc.constantFrom('triggered', 'resolved'),
    severity: fc.constantFrom(...SEVERITIES),
    peakSeverity: fc.constantFrom(...SEVERITIES),
    summary: hostileText,
    detectedAt: anyTime,
    openedAt: anyTime,
    updatedAt: anyTime,
    respondBy: anyTime,
    nextUpdateAt: anyTime,
    reopenings: fc.nat(100),
    evidence: fc.array(evidence, { maxLength: 20 }),
    ruledOut: fc.array(fc.record({ cause: fc.constantFrom(...CAUSE_IDS), why: hostileText }), {
      maxLength: 30,
    }),
    wouldChange: fc.array(hostileText, { maxLength: 20 }),
    effects: fc.array(about, { maxLength: 20 }),
    timeline: fc.array(
      fc.record({
        at: anyTime,
        kind: fc.constantFrom('triggered', 'evidence', 'recovering'),
        text: hostileText,
      }),
      { maxLength: 30 },
    ),
  })
  .map((incident) => ({ ...incident, pending: [], deliveries: [], version: 1 }) as Incident);

const anyPending: fc.Arbitrary<PendingNotification> = fc.record({
  id: fc.constant('inc-20261103-0a1b2c3d:1:triggered'),
  transition: fc.constantFrom(...TRANSITIONS),
  severity: fc.constantFrom(...SEVERITIES),
  createdAt: anyTime,
  attempts: fc.nat(50),
  dueAt: anyTime,
});

const anyConfig = fc
  .record({
    installation: fc.constantFrom('claywatch', 'acme-prod', 'a-name-of-forty-characters-is-the-longest'),
    timeZone: fc.constantFrom('UTC', 'Europe/Berlin', 'Asia/Kathmandu', 'America/Argentina/Buenos_Aires'),
    affects: fc.array(
      hostileText.map((text) => text.slice(0, 200)).filter((text) => text.trim() !== ''),
      { maxLength: 10 },
    ),
  })
  .map(({ installation, timeZone, affects }) => {
    const config = configOf({ ...TWO_FEEDS, incidents: { calendar: { timeZone } } });
    const leads = config.feeds.leads;
    if (!leads) throw new Error('no feed');
    return { ...config, installation, feeds: { ...config.feeds, leads: { ...leads, affects } } };
  });

/** Every line of a mail that may begin in the first column. */
const OURS =
  /^(\[P[1-4]\] (RESOLVED: )?\S|About|Respond by |This message is late: |Since then |WHAT |SEEN WORKING AGAIN|LEFT TO DO$|=+$|CLAY INCIDENT NOTIFICATION|Severity: P[1-4] \(|Time detected: |Impact: |Affected: ?|Current Status: (Investigating|Mitigating|Resolved)$|Actions Taken \(|Next Update: |Root Cause: |Resolution: |Prevention:$|QUESTIONS |EVIDENCE: |ALSO SEEN|RULED OUT$|FOR |CLAYWATCH DOES |\(Shortened; |-- $|Claywatch ")/;
const ONCE = [
  'Severity: ',
  'Root Cause: ',
  'Resolution: ',
  'Current Status: ',
  'Next Update: ',
  'WHAT TO DO NOW',
];

const bytesOf = (text: string): number => new TextEncoder().encode(text).byteLength;

describe('every message, about any incident, however hostile what was seen', () => {
  const check = (
    assert: (message: ReturnType<typeof messageOf>, incident: Incident, pending: PendingNotification) => void,
  ) =>
    fc.assert(
      fc.property(anyConfig, anyIncident, anyPending, (config, incident, pending) => {
        assert(createRenderer(config)(incident, pending), incident, pending);
      }),
      { numRuns: 150 },
    );

  it('has an SMS of one GSM-7 segment with severity, action and incident whole', () => {
    check(({ smsText }, incident, pending) => {
      expect(septets(smsText)).toBeLessThanOrEqual(148);
      expect(smsText).toContain(pending.severity);
      expect(smsText).toContain(incident.id);
      const entry = RUNBOOK[incident.cause];
      expect(smsText).toContain(pending.transition === 'resolved' ? entry.smsAfterwards : entry.sms);
    });
  });

  it('has a mail in which no text by others begins a line, is a heading, or is invisible', () => {
    check(({ emailText }) => {
      for (const line of emailText.split('\n')) {
        expect([...line].length).toBeLessThanOrEqual(78);
        if (line !== '' && !line.startsWith('  ')) expect(line).toMatch(OURS);
      }
      expect(emailText).not.toMatch(/[^\P{Cc}\n]|\p{Cf}|[\u2028\u2029]/u);
      expect(emailText.isWellFormed()).toBe(true);
      for (const heading of ONCE)
        expect(emailText.split('\n').filter((line) => line.startsWith(heading)).length).toBeLessThan(2);
    });
  });

  it('has a mail far below the limit of SNS', () => {
    check(({ emailText }) => expect(bytesOf(emailText)).toBeLessThanOrEqual(EMAIL_BYTES));
  });

  it('has no link that the configuration or the runbook does not name', () => {
    check(({ emailText }) => {
      for (const [, host] of emailText.matchAll(/https?:\/\/([a-z0-9.-]*)/g))
        expect(host).toMatch(/^(status|app|api|community|www)\.clay\.com$/);
    });
  });

  it('has a subject of printable ASCII below 100 characters', () => {
    check(({ subject }, _incident, { severity }) => {
      expect(subject).toMatch(/^[\x20-\x7e]{1,99}$/);
      expect(subject.startsWith(`[${severity}] `)).toBe(true);
    });
  });

  it('has attributes of safe, non-empty text', () => {
    check(({ attributes }) => {
      expect(Object.keys(attributes).sort()).toEqual([
        ...['audience', 'cause', 'feed', 'incident_id', 'installation', 'kind', 'severity', 'transition'],
        ...['update', 'urgency'],
      ]);
      for (const value of Object.values(attributes)) expect(value).toMatch(/^[A-Za-z0-9._:/-]{1,200}$/);
    });
  });
});

describe('the longest messages of every cause', () => {
  it.each(CAUSE_IDS)('%s: the SMS fits with the whole headline, and the mail is not shortened', (cause) => {
    const config = configOf({ ...TWO_FEEDS, incidents: { calendar: { timeZone: 'Asia/Kathmandu' } } });
    for (const transition of TRANSITIONS)
      for (const severity of SEVERITIES) {
        const nextWeek = THREE_AM + 8 * 86_400_000;
        const incident = incidentOf(cause, { severity, peakSeverity: 'P1', respondBy: nextWeek });
        const { smsText, emailText } = messageOf(incident, { transition, severity }, config);
        expect(septets(smsText)).toBeLessThanOrEqual(148);
        expect(smsText).toContain(RUNBOOK[cause].title);
        expect(emailText).not.toContain('(Shortened');
      }
  });
});

describe('the subject of a mail', () => {
  it('says severity, what is wrong, about what, and what happened', () => {
    expect(messageOf(incidentOf('clay.outage', { subject: 'clay' })).subject).toBe(
      '[P1] Clay is down (clay) - triggered',
    );
    expect(
      messageOf(incidentOf('webhook.gone'), { transition: 'severity-lowered', severity: 'P3' }).subject,
    ).toBe('[P3] Webhook does not exist (leads/leads-1) - lowered to P3');
  });

  it('names the installation when it has a name of its own', () => {
    const config = configOf({ ...TWO_FEEDS, installation: 'acme-prod' });
    expect(messageOf(incidentOf('table.full'), { transition: 'resolved' }, config).subject).toBe(
      '[P1] Table is full, or nearly so (leads/leads-1) - resolved - acme-prod',
    );
  });
});

describe('the attributes', () => {
  it.each([
    ['leads', 'leads'],
    ['leads/leads-1', 'leads'],
    ['webhook:leads/leads-1', 'leads'],
    ['hubspot', 'accounts'],
    ['clay', 'none'],
    ['nobody/leads', 'none'],
    ['__proto__', 'none'],
  ])('name the feed of %s: %s', (subject, feed) => {
    expect(messageOf(incidentOf('crm.sync-failing', { subject })).attributes.feed).toBe(feed);
  });
});
