import type { Severity } from '../../shared/severity.ts';
import type { About, NightScript, Step, Truth } from './script.ts';

/** Tuesday, two in the morning in Berlin. */
const TWO_AM = Date.UTC(2026, 10, 3, 1);

const OUTAGE: Truth = { cause: 'clay.outage', subject: 'clay', severity: 'P1' };
const about = (cause: Truth['cause'], subject: string, severity: Severity): Truth => ({
  cause,
  subject,
  severity,
});
const LEADS = about('callback.unreachable', 'leads', 'P2');
const ACCOUNTS = about('callback.unreachable', 'accounts', 'P2');

const fails = (minute: number, ...truths: readonly Truth[]): Step => ({ minute, kind: 'fails', truths });
const works = (minute: number, what: About | 'everything' = 'everything'): Step => ({
  ...{ minute, kind: 'works', about: what },
});
const does = (minute: number, what: About, request: Extract<Step, { kind: 'act' }>['request']): Step => ({
  minute,
  kind: 'act',
  about: what,
  request,
});

const night = (
  script: Omit<NightScript, 'startsAt' | 'calmMinutes'> & Partial<NightScript>,
): NightScript => ({
  startsAt: TWO_AM,
  calmMinutes: 30,
  ...script,
});

const flaps = (times: number): readonly Step[] =>
  Array.from({ length: times }, (_, index) => [fails(2 + index * 6, LEADS), works(5 + index * 6)]).flat();

const STORM: readonly Truth[] = Array.from({ length: 50 }, (_, index) =>
  about('webhook.gone', `leads/webhook-${index + 1}`, 'P1'),
);

export const NIGHTS: readonly NightScript[] = [
  night({
    name: 'nobody-answers',
    title: 'a P1 at two in the morning that nobody answers',
    minutes: 160,
    steps: [fails(2, OUTAGE), works(150)],
  }),
  night({
    name: 'link',
    title: 'somebody acknowledges by the link in the e-mail, mitigates and tells the public',
    minutes: 75,
    steps: [
      fails(2, OUTAGE),
      { minute: 9, kind: 'link', about: OUTAGE },
      does(15, OUTAGE, { kind: 'update', text: 'We look into it.', audience: 'public' }),
      does(20, OUTAGE, { kind: 'note', text: 'Clay says so too.' }),
      does(30, OUTAGE, { kind: 'update', text: 'Clay works on it.', audience: 'stakeholders' }),
      does(40, OUTAGE, { kind: 'mitigate', text: 'rows are held' }),
      does(45, OUTAGE, { kind: 'update', text: 'Rows are kept for later.', audience: 'public' }),
      works(60),
    ],
  }),
  night({
    name: 'slack',
    title: "somebody acknowledges in Slack, forgets it, and it is nobody's again",
    minutes: 110,
    steps: [fails(2, OUTAGE), { minute: 6, kind: 'slack', about: OUTAGE }, works(100)],
  }),
  night({
    name: 'given-back',
    title: 'somebody takes it, gives it back, another one takes it and closes it; it comes back',
    minutes: 90,
    steps: [
      fails(2, LEADS),
      does(8, LEADS, { kind: 'acknowledge' }),
      does(12, LEADS, { kind: 'unacknowledge' }),
      does(16, LEADS, { kind: 'acknowledge' }),
      does(20, LEADS, { kind: 'resolve', force: true, text: 'known' }),
      works(25, LEADS),
      fails(40, LEADS),
      works(55),
    ],
  }),
  night({
    name: 'severity',
    title: 'it grows worse after somebody acknowledged, and better again',
    minutes: 80,
    steps: [
      fails(2, about('credits.running-out', 'workspace', 'P3')),
      does(6, about('credits.running-out', 'workspace', 'P3'), { kind: 'acknowledge' }),
      fails(15, about('credits.running-out', 'workspace', 'P1')),
      fails(40, about('credits.running-out', 'workspace', 'P3')),
      works(60),
    ],
  }),
  night({
    name: 'merged',
    title: 'two feeds, one cause, one page; and one incident becomes part of another',
    minutes: 70,
    steps: [
      fails(2, LEADS, ACCOUNTS),
      fails(10, OUTAGE),
      { minute: 14, kind: 'merge', about: LEADS, into: OUTAGE },
      does(18, OUTAGE, { kind: 'acknowledge' }),
      works(35, OUTAGE),
      works(50),
    ],
  }),
  night({
    name: 'hidden',
    title: 'an outage explains what failed before it',
    minutes: 60,
    steps: [
      fails(2, LEADS),
      fails(8, OUTAGE, { ...LEADS, hiddenBy: OUTAGE }),
      works(30, OUTAGE),
      fails(30, LEADS),
      works(45),
    ],
  }),
  night({
    name: 'silence',
    title: 'a silence in the middle, and one that it outlasts',
    minutes: 100,
    steps: [
      fails(2, OUTAGE),
      { minute: 5, kind: 'silence', id: 'sil-00000001', minutes: 30, more: { match: { subject: 'clay' } } },
      fails(10, LEADS),
      works(12, LEADS),
      works(20, OUTAGE),
      { minute: 40, kind: 'silence', id: 'sil-00000002', minutes: 20, more: { kind: 'maintenance' } },
      fails(45, ACCOUNTS),
      works(85),
    ],
  }),
  night({
    name: 'flapping',
    title: 'it comes and goes ten times',
    minutes: 70,
    calmMinutes: 70,
    steps: flaps(10),
  }),
  night({
    name: 'storm',
    title: 'fifty incidents at once',
    minutes: 60,
    steps: [fails(2, ...STORM.slice(0, 20)), fails(4, ...STORM), works(40)],
    config: { notify: { throttle: { perHour: 30 } } },
  }),
  night({
    name: 'clocks',
    title: 'the night in which clocks go back',
    // 02:40 in Berlin, for the first time: at 03:00 it becomes 02:00.
    startsAt: Date.UTC(2026, 9, 25, 0, 40),
    minutes: 110,
    config: { incidents: { calendar: { timeZone: 'Europe/Berlin' } } },
    steps: [fails(2, OUTAGE), { minute: 65, kind: 'link', about: OUTAGE }, works(100)],
  }),
  night({
    name: 'holiday',
    title: 'a P4 on the evening before a long weekend',
    // Thursday, 24 December, six in the evening in Berlin; the 25th is a holiday, and Monday the first business day.
    startsAt: Date.UTC(2026, 11, 24, 17),
    minutes: 4 * 24 * 60,
    everyMinutes: 15,
    calmMinutes: 60,
    config: {
      incidents: { calendar: { timeZone: 'Europe/Berlin', endsAt: '12:00', holidays: ['2026-12-25'] } },
    },
    steps: [fails(2, about('monitoring.gap', 'clay.status', 'P4')), works(4 * 24 * 60 - 120)],
  }),
];
