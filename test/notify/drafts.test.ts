import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CAUSE_IDS } from '../../shared/cause.ts';
import type { Incident, TimelineEntry } from '../../shared/incident/incident.ts';
import { escapeMarkdown } from '../../shared/notify/drafts/write.ts';
import { type Draft, draftUpdate } from '../../shared/notify/drafts.ts';
import { NO_PUBLIC_IMPACT, RUNBOOK } from '../../shared/runbook/index.ts';
import { SEVERITIES } from '../../shared/severity.ts';
import { anyConfig, anyMessage, PEOPLE, TRANSITIONS } from './arbitraries.ts';
import { anyTime } from './hostile.ts';
import { ANNA, configOf, happened, incidentOf, LATER, THREE_AM, TWO_FEEDS } from './messages.ts';

const AUDIENCES = ['responders', 'stakeholders', 'public'] as const;
type Audience = (typeof AUDIENCES)[number];

const CONFIG = configOf({ ...TWO_FEEDS, ...PEOPLE });
const draft = (incident: Incident, audience: Audience, config = CONFIG): Draft =>
  draftUpdate(incident, audience, config, LATER);
const flat = (text: string): string => text.replace(/\s+/g, ' ');
const textOf = (incident: Incident, audience: Audience): string => flat(draft(incident, audience).text);

/** The lines of the communication template of the second runbook. */
const TEMPLATE = [
  ...['Severity', 'Time detected', 'Impact', 'Affected', 'Current Status', 'Actions Taken'],
  ...['Next Update', 'Root Cause', 'Resolution', 'Prevention'],
];
const NAMES =
  /^(Severity|Time detected|Impact|What it means for you|Affected|Current Status|Conditions|Actions Taken \(times in UTC\)|Needs( \(left to do\))?|Next Update|Root Cause|Resolution|Prevention|Incident|Started|Ended):/;

describe('a draft of any incident, however hostile what was seen and what people wrote', () => {
  const check = (assert: (made: Draft, audience: Audience) => void) =>
    fc.assert(
      fc.property(
        anyConfig,
        anyMessage,
        anyTime,
        fc.constantFrom(...AUDIENCES),
        (config, { incident }, now, audience) => {
          assert(draftUpdate(incident, audience, config, now), audience);
        },
      ),
      { numRuns: 120 },
    );

  it('has only the names of its fields at the beginning of a line, each once', () => {
    check(({ text }) => {
      const names = text.split('\n').filter((line) => !line.startsWith('  '));
      expect(names.filter((line) => !NAMES.test(line))).toEqual([]);
      expect(new Set(names.map((line) => line.split(':')[0])).size).toBe(names.length);
      expect(text).not.toMatch(/[^\P{Cc}\n]|\p{Cf}|[\u2028\u2029]/u);
      expect(new TextEncoder().encode(text).byteLength).toBeLessThanOrEqual(16_000);
    });
  });

  it('has a subject of one printable ASCII line', () => {
    check(({ subject }) => expect(subject).toMatch(/^[\x20-\x7e]{1,99}$/));
  });

  it('formats, links and calls nothing by text of others in Markdown', () => {
    check(({ markdown }) => {
      const unescaped = markdown.replace(/\\./g, '');
      for (const line of unescaped.split('\n')) {
        expect(line).toMatch(/^(## |\*\*[A-Z][^*]*:\*\*|\d+\. |- |$)/);
        const words = line.replace(/^\*\*[A-Z][^*]*:\*\*( <https:\/\/[^>]+>)?/, '').replace(/^## /, '');
        expect(words).not.toMatch(/[*_`[\]<>|~#]/);
        expect(words).not.toMatch(/@[\p{L}\p{N}]/u);
      }
    });
  });

  it('waits for a person exactly when it goes outside', () => {
    check(({ needsConfirmation }, audience) => expect(needsConfirmation).toBe(audience === 'public'));
  });

  it('says to the outside nothing that was seen, written or counted', () => {
    fc.assert(
      fc.property(anyConfig, anyMessage, (config, { incident }) => {
        const { text, markdown, subject } = draftUpdate(incident, 'public', config, LATER);
        for (const said of [text, markdown, subject]) {
          expect(said).not.toMatch(/clay|webhook|credit|\bP[1-4]\b/i);
          expect(flat(said).replace(/\d{4,}-\d{2}-\d{2} \d{2}:\d{2} UTC/g, '')).not.toMatch(/\d{2,}/);
        }
      }),
      { numRuns: 60 },
    );
  });
});

describe('the draft for responders', () => {
  it.each(TEMPLATE)(
    'has the line "%s" of the communication template, and so has that for stakeholders',
    (name) => {
      for (const audience of ['responders', 'stakeholders'] as const) {
        const made = draft(happened('webhook.limit-reached', 'acknowledged'), audience);
        expect(made.text).toMatch(new RegExp(`^${name}`, 'm'));
        expect(made.markdown).toMatch(new RegExp(`^\\*\\*${name}`, 'm'));
      }
    },
  );

  it('holds conditions, actions and needs, in that order', () => {
    const { text } = draft(happened('webhook.limit-reached', 'triggered'), 'responders');
    const places = ['Conditions:', 'Actions Taken (', 'Needs:'].map((name) => text.indexOf(`\n${name}`));
    expect(places).toEqual([...places].sort((a, b) => a - b));
    expect(Math.min(...places)).toBeGreaterThan(0);
    expect(flat(text)).toContain('measured, webhook:leads/leads-1: POST answered 403');
    expect(flat(text)).toContain(`To be done next: ${RUNBOOK['webhook.limit-reached'].sms}`);
  });

  it('needs somebody who takes it as long as nobody has it, and says who is paged otherwise', () => {
    expect(
      textOf(happened('webhook.gone', 'triggered', { respondBy: LATER + 60_000 }), 'responders'),
    ).toContain(
      'Somebody who takes it, by 2026-11-03 03:21 UTC (Tue 04:21 Europe/Berlin): npx claywatch incidents ack inc-20261103-0a1b2c3d. Otherwise ben (on call) is paged at 2026-11-03 03:21 UTC.',
    );
    expect(textOf(happened('webhook.gone', 'acknowledged'), 'responders')).not.toContain(
      'Somebody who takes',
    );
  });

  it.each([
    ['triggered', 'Investigating: nobody has it; respond by'],
    ['acknowledged', 'Identified: Anna (Slack) has had it since 2026-11-03 03:20 UTC'],
    ['mitigated', 'Mitigating: Anna (Slack) has had it since'],
    ['severity-lowered', 'Mitigating: nobody has it'],
    ['resolved', 'Resolved: seen working at 2026-11-03 03:20 UTC'],
  ] as const)('says of one that was %s: %s', (transition, status) => {
    expect(textOf(happened('webhook.gone', transition), 'responders')).toContain(`Current Status: ${status}`);
  });

  it('does not take a severity that a person set for an improvement', () => {
    const set = happened('webhook.gone', 'severity-lowered', {}, { kind: 'severity-set', by: ANNA });
    expect(textOf(set, 'responders')).toContain('Current Status: Investigating');
  });

  it('names who closed it, and that it was not seen working', () => {
    const closed = happened(
      'webhook.gone',
      'resolved',
      { closedBy: { actor: ANNA, until: LATER } },
      { by: ANNA },
    );
    expect(textOf(closed, 'responders')).toContain(
      'Resolved: closed by Anna (Slack) at 2026-11-03 03:20 UTC',
    );
    expect(textOf(closed, 'responders')).toContain('It was not seen working.');
  });

  it('leaves out the middle of a long story, and says so', () => {
    const timeline = Array.from(
      { length: 30 },
      (_, index): TimelineEntry => ({
        at: THREE_AM,
        kind: 'evidence',
        text: `entry ${index}`,
      }),
    );
    const text = textOf(incidentOf('webhook.gone', { timeline }), 'responders');
    expect(text).toContain('1. 03:00 entry 0 2. (22 more) 3. 03:00 entry 23');
    expect(text).toContain('9. 03:00 entry 29');
  });
});

describe('the draft for stakeholders', () => {
  const story: readonly TimelineEntry[] = [
    { at: THREE_AM, kind: 'triggered', text: 'Opened as P1: POST answered 403' },
    { at: LATER, kind: 'acknowledged', text: 'Acknowledged by Anna', by: ANNA },
    { at: LATER, kind: 'note', text: 'the vendor is useless', by: ANNA },
    { at: LATER, kind: 'updated', text: 'for responders only', by: ANNA, audience: 'responders' },
    {
      at: LATER,
      kind: 'updated',
      text: 'New leads are late until noon.',
      by: ANNA,
      audience: 'stakeholders',
    },
  ];
  const text = textOf(happened('webhook.limit-reached', 'acknowledged', { timeline: story }), 'stakeholders');

  it('says what it means for them and when they hear more', () => {
    expect(text).toContain('What it means for you: New records are currently not being accepted');
    expect(text).toContain('Affected: leads (New leads from the web forms): Sales development, Lead routing');
    expect(text).toContain('Next Update: 2026-11-03 03:50 UTC (Tue 04:50 Europe/Berlin), in 30 min');
  });

  it('tells in plain words what was done, without names, notes and evidence', () => {
    expect(text).toContain('1. 03:00 Noticed automatically; the team was alerted.');
    expect(text).toContain('A colleague took it on.');
    expect(text).not.toMatch(/Anna|useless|403|for responders only|npx/);
  });

  it('passes on the updates that were written for them', () => {
    expect(text).toContain('The team says: "New leads are late until noon."');
  });

  it('says that nothing changes for them where no user is hit', () => {
    expect(textOf(incidentOf('monitoring.gap', { subject: 'clay.status' }), 'stakeholders')).toContain(
      'What it means for you: Nothing changes for you at the moment.',
    );
  });

  it('promises nothing that was not seen', () => {
    const closed = happened(
      'webhook.gone',
      'resolved',
      { closedBy: { actor: ANNA, until: LATER } },
      { by: ANNA },
    );
    expect(textOf(closed, 'stakeholders')).toContain('Closed by the team at 2026-11-03 03:20 UTC');
    expect(textOf(closed, 'stakeholders')).not.toMatch(/works again|Working again since|normally again:/);
  });

  it('tells what Claywatch did about the rows, without feeds and commands, and that this is mitigating', () => {
    const at = LATER;
    const action = { mode: 'act', feed: 'leads', since: at, opening: 0 } as const;
    const hold = { ...action, ref: 'hold:1', kind: 'hold', text: 'Sending of leads is on hold.' } as const;
    const left = { ...action, ref: 'rest:1', kind: 'reconcile', text: 'npx claywatch replay leads' } as const;
    const timeline: readonly TimelineEntry[] = [
      { at, kind: 'action', text: hold.text },
      { at, kind: 'action', text: left.text },
      { at, kind: 'proposed', text: 'Proposed: npx claywatch hold accounts' },
    ];
    const text = textOf(incidentOf('clay.outage', { timeline, actions: [hold, left] }), 'stakeholders');
    expect(text).toContain('Current Status: Mitigating: a countermeasure is in place');
    expect(text).toContain('A countermeasure was taken automatically.');
    expect(text.match(/countermeasure was/g)).toHaveLength(1);
    expect(text).not.toMatch(/npx claywatch (replay|hold)|on hold/);
  });
});

describe('the draft for the public', () => {
  it.each(CAUSE_IDS)('of %s says what the runbook lets be said, and no more', (cause) => {
    for (const transition of TRANSITIONS) {
      const { text, subject } = draft(happened(cause, transition), 'public');
      if (RUNBOOK[cause].publicImpact === NO_PUBLIC_IMPACT) {
        expect(text).toBe(`Impact: ${NO_PUBLIC_IMPACT}`);
        continue;
      }
      expect(`${text}${subject}`).not.toMatch(/clay|webhook|credit|provider|anna/i);
      expect(text).toMatch(/^Current Status: (Investigating|Identified|Mitigating|Resolved)$/m);
    }
  });

  it('is over only when it was seen working', () => {
    const seen = draft(happened('webhook.gone', 'resolved'), 'public').text;
    expect(seen).toContain('Current Status: Resolved');
    expect(seen).toContain('Ended: 2026-11-03 03:20 UTC');
    const closed = draft(
      happened('webhook.gone', 'resolved', { closedBy: { actor: ANNA, until: LATER } }, { by: ANNA }),
      'public',
    ).text;
    expect(closed).not.toContain('Resolved');
    expect(closed).not.toContain('Ended');
  });
});

describe('every draft', () => {
  it.each(TRANSITIONS)('after %s is made for every cause, severity and audience', (transition) => {
    for (const cause of CAUSE_IDS)
      for (const severity of SEVERITIES)
        for (const audience of AUDIENCES) {
          const incident = happened(cause, transition, { severity });
          const made = draft(incident, audience);
          expect(made.subject.length).toBeLessThanOrEqual(99);
          expect(made.text.split('\n').filter((line) => line.length > 78)).toEqual([]);
          expect(draft(incident, audience)).toEqual(made);
        }
  });
});

describe('text of others in Markdown', () => {
  it.each([
    ['# a heading', '\\# a heading'],
    ['1. a list', '1\\. a list'],
    ['- a list', '\\- a list'],
    ['[x](https://evil.example)', '\\[x\\](https://evil.example)'],
    ['<b>*bold*</b>', '\\<b\\>\\*bold\\*\\</b\\>'],
    ['tell @here now', 'tell (at)here now'],
    ['a & b | c', 'a \\& b \\| c'],
  ])('"%s" shows as it is written', (text, escaped) => {
    expect(escapeMarkdown(text)).toBe(escaped);
  });
});
