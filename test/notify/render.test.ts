import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fitMessage, MESSAGE_BYTES } from '../../shared/aws/sns/message.ts';
import { CAUSE_IDS } from '../../shared/cause.ts';
import { type Incident, isPage, type PendingNotification } from '../../shared/incident/incident.ts';
import { EMAIL_BYTES } from '../../shared/notify/email/render-email.ts';
import { septets } from '../../shared/notify/gsm7.ts';
import { createRenderer } from '../../shared/notify/render.ts';
import { RUNBOOK } from '../../shared/runbook/index.ts';
import { SEVERITIES } from '../../shared/severity.ts';
import { anyConfig, anyLinks, anyMessage, PEOPLE, TRANSITIONS } from './arbitraries.ts';
import { hostileText } from './hostile.ts';
import { configOf, happened, incidentOf, messageOf, THREE_AM, TWO_FEEDS } from './messages.ts';

/** Every line of a mail that may begin in the first column. */
const HEADINGS =
  /^(TO TAKE IT|SOMEBODY HAS IT|NOBODY HAS IT ANY MORE|NOBODY ACKNOWLEDGED IN TIME|MITIGATED|THE NEXT UPDATE IS DUE|UPDATE|A PERSON SET THE SEVERITY|CLOSED BY HAND|NOT SEEN WORKING: HOW TO MAKE SURE|ONE MESSAGE FOR SEVERAL INCIDENTS OF THIS CAUSE|LEFT TO DO|RULED OUT|WHAT CLAYWATCH DID ABOUT THE ROWS \(times in UTC\)|WHAT [A-Z ]+|TEXT TO SEND TO CLAY SUPPORT|THE POSTMORTEM IS DRAFTED|SEEN WORKING AGAIN \(.*|QUESTIONS [A-Z ]+|EVIDENCE: .*|ALSO SEEN, .*|FOR (THE|AN) .*|CLAYWATCH DOES .*|=+|CLAY INCIDENT NOTIFICATION \(for (responders|stakeholders), to pass on\))$/;
const HEADLINE =
  /^(\[P[1-4]\] ((RESOLVED|CLOSED BY HAND, NOT SEEN WORKING): )?\S|About|(Respond by|Response overdue since|Acknowledged by|Assigned to|Part of|Look at it:)( |$)|This message is late: |Since then |\(Shortened; |-- $|Claywatch ")/;
const FIELDS =
  /^(Severity: P[1-4] \(|(Time detected|Impact|What it means for you|Next Update|Root Cause|Resolution): |Affected: ?|Current Status: (Investigating|Identified|Mitigating|Resolved):( |$)|Conditions:$|Actions Taken \(times in UTC\):$|Needs( \(left to do\))?:$|Prevention: ?|Incident:$)/;
const ONCE = [
  'Severity: ',
  'Root Cause: ',
  'Resolution: ',
  'Current Status: ',
  'Next Update: ',
  'WHAT TO DO NOW',
];

const bytesOf = (text: string): number => new TextEncoder().encode(text).byteLength;
const isOurs = (line: string): boolean => [HEADINGS, HEADLINE, FIELDS].some((ours) => ours.test(line));
const isTwice = (text: string, start: string): boolean =>
  text.split('\n').filter((line) => line.startsWith(start)).length > 1;
const isLink = (line: string): boolean => /^(Look at it:| ) https?:\/\/\S+$/.test(line);

describe('every message, about any incident, however hostile what was seen and what people wrote', () => {
  const check = (
    assert: (message: ReturnType<typeof messageOf>, incident: Incident, pending: PendingNotification) => void,
  ) =>
    fc.assert(
      fc.property(
        anyConfig,
        anyMessage,
        anyLinks,
        fc.array(hostileText, { maxLength: 25 }),
        (config, { incident, pending }, links, alsoAbout) => {
          assert(createRenderer(config, links)(incident, pending, { alsoAbout }), incident, pending);
        },
      ),
      { numRuns: 80 },
    );

  it('has an SMS of one GSM-7 segment with severity, incident and, of a page, action and deadline whole', () => {
    check(({ smsText }, incident, pending) => {
      expect(septets(smsText)).toBeLessThanOrEqual(
        isPage(pending) && / https?:\S+$/.test(smsText) ? 294 : 148,
      );
      expect(smsText).toContain(pending.severity);
      expect(smsText).toContain(incident.id);
      if (!isPage(pending)) return;
      expect(smsText).toContain(`. ${RUNBOOK[incident.cause].sms} `);
      expect(smsText).toMatch(/ (By|Due) (\?|[^.]*UTC\S*) inc-/);
    });
  });

  it('has a mail in which no text by others begins a line, is a heading, or is invisible', () => {
    check(({ emailText }) => {
      const lines = emailText.split('\n');
      expect(lines.filter((line) => !isLink(line) && [...line].length > 78)).toEqual([]);
      expect(lines.filter((line) => line !== '' && !line.startsWith('  ') && !isOurs(line))).toEqual([]);
      expect(emailText).not.toMatch(/[^\P{Cc}\n]|\p{Cf}|[\u2028\u2029]/u);
      expect(emailText.isWellFormed()).toBe(true);
      for (const part of emailText.split(/^=+$/m))
        expect(ONCE.filter((name) => isTwice(part, name))).toEqual([]);
    });
  });

  it('fits what SNS takes with everything, the mail whole', () => {
    check((message) => {
      expect(bytesOf(message.emailText)).toBeLessThanOrEqual(EMAIL_BYTES);
      const sent = fitMessage(message);
      expect(bytesOf(sent)).toBeLessThanOrEqual(MESSAGE_BYTES);
      expect(JSON.parse(sent).email).toBe(message.emailText);
      expect(JSON.parse(JSON.parse(sent).sqs)).toEqual(message);
    });
  });

  it('has no link that the configuration or the runbook does not name, and no name of a user in one', () => {
    check(({ emailText, smsText }) => {
      for (const [, host] of `${emailText}\n${smsText}`.matchAll(/https?:\/\/([a-z0-9.@:-]*)/g))
        expect(host).toMatch(
          /^((status|app|api|community|www)\.clay\.com|cw\.example|claywatch\.example|ops\.example)$/,
        );
    });
  });

  it('lets only a page that nobody has be acknowledged by a link', () => {
    check(({ emailText, smsText }, incident, pending) => {
      if (!isPage(pending) || incident.status !== 'triggered')
        expect(`${emailText}${smsText}`).not.toMatch(/https:\/\/[a-z.]+\/a\//);
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
  const config = configOf({
    ...TWO_FEEDS,
    ...PEOPLE,
    incidents: { calendar: { timeZone: 'Asia/Kathmandu' } },
  });

  it.each(CAUSE_IDS)('%s: the SMS has the whole headline, and the mail is not shortened', (cause) => {
    for (const transition of TRANSITIONS)
      for (const severity of SEVERITIES) {
        const text = 'Somebody wrote this. '.repeat(90).trim();
        const respondBy = transition === 'escalated' ? THREE_AM : THREE_AM + 3_600_000;
        const incident = happened(cause, transition, { severity, peakSeverity: 'P1', respondBy });
        const { smsText, emailText } = messageOf(incident, { severity, text }, config);
        expect(septets(smsText)).toBeLessThanOrEqual(148);
        expect(smsText).toContain(RUNBOOK[cause].title);
        expect(emailText).not.toContain('(Shortened');
      }
  });

  it.each(CAUSE_IDS)(
    '%s: an SMS about a deadline in a week is one segment and says what it is about',
    (cause) => {
      for (const transition of TRANSITIONS) {
        const incident = happened(cause, transition, { respondBy: THREE_AM + 8 * 86_400_000 });
        const { smsText } = messageOf(incident, {}, config);
        expect(septets(smsText)).toBeLessThanOrEqual(148);
        expect(smsText).toContain(RUNBOOK[cause].title.slice(0, 22));
      }
    },
  );
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
