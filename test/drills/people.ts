import type { FaultName } from '../../local/clay/faults/catalogue.ts';
import type { Cause } from '../../shared/cause.ts';
import type { ConfigInput } from '../../shared/config/schema.ts';
import type { Actor } from '../../shared/incident/incident.ts';
import type { Request } from '../../shared/respond/act-on-incident.ts';
import type { Silence } from '../../shared/silence/silence.ts';
import { BASE_CONFIG, type World } from '../support/world.ts';
import type { Drill, ExpectedIncident, Step } from './drill.ts';

const MINUTE = 60_000;
const PROMPT = 75;
const RECOVERY = 135;

/** Ada and Grace are on call in turn, from Sunday to Sunday; Ada was first. */
const PEOPLE: ConfigInput = {
  ...BASE_CONFIG,
  notify: {
    ...BASE_CONFIG.notify,
    people: { ada: { email: 'ada@example.com' }, grace: { email: 'grace@example.com' } },
    onCall: { rotation: ['ada', 'grace'], startsOn: '2026-10-18', handoverAt: '03:00' },
  },
};
const ADA: Actor = { name: 'ada', via: 'cli' };
const GRACE: Actor = { name: 'grace', via: 'slack' };

const outage = (over: Partial<ExpectedIncident> & Pick<ExpectedIncident, 'all'>): ExpectedIncident => ({
  cause: 'clay.outage',
  subject: 'clay',
  severity: 'P1',
  notifiedWithinSeconds: PROMPT,
  resolvedWithinSeconds: RECOVERY,
  messages: [],
  beginsAt: 5,
  ...over,
});

const does = (minute: number, request: Request, by = ADA, cause: Cause = 'clay.outage'): Step => ({
  minute,
  act: {
    what: `${by.name}: ${request.kind}`,
    run: async (world) => {
      const { kind } = await world.clock.run(world.act(cause, request, by));
      if (kind !== 'done') throw new Error(`${request.kind} at minute ${minute}: ${kind}`);
    },
  },
});

const down = (minutes: number, on: FaultName = 'outage'): readonly Step[] => [
  { minute: 5, on },
  { minute: 5 + minutes, off: 'all' },
];

const silenced = (minute: number, minutes: number, match: Silence['match'] = {}): Step => ({
  minute,
  act: {
    what: `a maintenance window of ${minutes} minutes`,
    run: async (world: World) => {
      const from = world.clock.now();
      await world.clock.run(
        world.silences.create({
          ...{ id: 'sil-00000001', kind: 'maintenance', reason: 'network is rebuilt', by: 'ada' },
          ...{ from, to: from + minutes * MINUTE, createdAt: from, endedAt: null, match },
        }),
      );
    },
  },
});

const inOrder = (steps: readonly Step[]): readonly Step[] => steps.toSorted((a, b) => a.minute - b.minute);

type Plan = Omit<Drill, 'source' | 'expect' | 'config'> & {
  readonly source?: string;
  readonly expect: readonly ExpectedIncident[];
  readonly config?: ConfigInput;
};

const drill = ({ steps, ...plan }: Plan): Drill => ({
  source: 'issue: lifecycle, deadlines, noise control',
  config: PEOPLE,
  ...plan,
  steps: inOrder(steps),
});

const everyone = ['ada', 'grace'] as const;

export const PEOPLE_DRILLS: readonly Drill[] = [
  drill({
    name: 'acknowledged-in-time',
    title:
      'Somebody acknowledges within the deadline: nobody is paged any more, an update falls due, and the end is told',
    minutes: 60,
    steps: [...down(45), does(12, { kind: 'acknowledge' })],
    expect: [
      outage({
        endsAt: 50,
        all: ['triggered', 'acknowledged', 'update-due', 'resolved'],
        paged: [],
      }),
    ],
  }),
  drill({
    name: 'nobody-acknowledges',
    title: 'Nobody acknowledges: on call, everyone, three times again, and then no more pages',
    minutes: 200,
    steps: down(180),
    expect: [
      outage({
        all: [
          ...(['triggered', 'escalated', 'escalated', 'update-due'] as const),
          ...(['escalated', 'escalated', 'update-due'] as const),
          ...(['escalated', 'escalated', 'update-due'] as const),
          ...(['escalated', 'escalated', 'update-due'] as const),
          ...(['update-due', 'resolved'] as const),
        ],
        paged: ['ada', ...everyone, 'ada', ...everyone, 'ada', ...everyone, 'ada', ...everyone],
      }),
    ],
  }),
  drill({
    name: 'acknowledgement-stale',
    title: "Whoever acknowledged does nothing for an hour: it is nobody's again, pages, and escalates",
    minutes: 110,
    steps: [...down(95), does(10, { kind: 'acknowledge' })],
    expect: [
      outage({
        endsAt: 100,
        all: [
          ...(['triggered', 'acknowledged', 'update-due'] as const),
          ...(['update-due', 'acknowledgement-stale', 'escalated', 'update-due', 'resolved'] as const),
        ],
        paged: ['ada'],
      }),
    ],
  }),
  drill({
    name: 'acknowledgement-kept-fresh',
    title: 'A word now and then keeps it with whoever has it: updates are answered, nobody is paged',
    minutes: 140,
    steps: [
      ...down(125),
      does(10, { kind: 'acknowledge' }),
      does(34, { kind: 'update', text: 'Clay confirms an outage.', audience: 'stakeholders' }),
      does(60, { kind: 'update', text: 'Clay works on it.', audience: 'stakeholders' }),
      does(85, { kind: 'mitigate', text: 'senders hold their rows' }),
    ],
    expect: [
      outage({
        endsAt: 130,
        all: [
          ...(['triggered', 'acknowledged', 'updated', 'updated'] as const),
          ...(['mitigated', 'update-due', 'update-due', 'resolved'] as const),
        ],
        paged: [],
      }),
    ],
  }),
  drill({
    name: 'given-back',
    title: 'Whoever acknowledged gives it back: it pages again, and another one takes it',
    minutes: 50,
    steps: [
      ...down(40),
      does(8, { kind: 'acknowledge' }),
      does(12, { kind: 'unacknowledge' }),
      does(20, { kind: 'acknowledge' }, GRACE),
    ],
    expect: [
      outage({
        endsAt: 45,
        all: [
          ...(['triggered', 'acknowledged', 'acknowledgement-stale', 'acknowledged'] as const),
          ...(['update-due', 'resolved'] as const),
        ],
        paged: [],
      }),
    ],
  }),
  drill({
    name: 'outgrown',
    title:
      'Credits drain after somebody acknowledged that they run low: each step that is more urgent pages again',
    minutes: 75,
    clay: { credits: 6_000 },
    steps: [
      { minute: 5, on: 'credits-drain', params: { perMinute: 100 } },
      does(20, { kind: 'acknowledge' }, ADA, 'credits.running-out'),
      does(22, { kind: 'acknowledge' }, ADA, 'credits.burn-spike'),
    ],
    expect: [
      {
        ...outage({ all: ['triggered', 'acknowledged', 'severity-raised', 'severity-raised'] }),
        cause: 'credits.running-out',
        subject: 'workspace',
        severity: 'P2',
        notifiedWithinSeconds: 12 * 60,
        resolvedWithinSeconds: null,
      },
      {
        ...outage({ all: ['triggered', 'acknowledged'] }),
        cause: 'credits.burn-spike',
        subject: 'workspace',
        severity: 'P2',
        notifiedWithinSeconds: 18 * 60,
        resolvedWithinSeconds: null,
      },
      {
        ...outage({ all: ['triggered'] }),
        cause: 'credits.exhausted',
        subject: 'workspace',
        notifiedWithinSeconds: 62 * 60,
        resolvedWithinSeconds: null,
      },
    ],
  }),
  drill({
    name: 'maintenance-window',
    title: 'An outage that comes and goes within a maintenance window tells nobody',
    minutes: 60,
    steps: [silenced(3, 50), ...down(30)],
    expect: [outage({ all: [], notifiedWithinSeconds: null, endsAt: 35, paged: [] })],
  }),
  drill({
    name: 'maintenance-recovery',
    title:
      'An outage that was told before a maintenance window and ends within it: the recovery is announced at once',
    minutes: 60,
    steps: [...down(20), silenced(10, 40)],
    expect: [outage({ endsAt: 25, all: ['triggered', 'resolved'], paged: [] })],
  }),
  drill({
    name: 'maintenance-outlasted',
    title: 'An outage that outlasts its maintenance window is told when that ends, and then has its deadline',
    minutes: 70,
    steps: [silenced(3, 20), ...down(50)],
    expect: [
      outage({
        endsAt: 55,
        notifiedWithinSeconds: 20 * 60,
        // The message said when the next update is due.
        all: ['triggered', 'update-due', 'escalated', 'escalated', 'resolved'],
        paged: ['ada', ...everyone],
      }),
    ],
  }),
  drill({
    name: 'closed-by-hand',
    title: 'Somebody closes it although it is still seen: after half an hour it is opened again',
    minutes: 75,
    steps: [...down(60), does(12, { kind: 'resolve', force: true, text: 'known, Clay is on it' })],
    expect: [
      outage({
        endsAt: 65,
        all: ['triggered', 'resolved', 'reopened', 'escalated', 'resolved'],
        paged: ['ada'],
      }),
    ],
  }),
  drill({
    name: 'closed-by-hand-and-right',
    title: 'Somebody closes it, it works, and comes back: that is a relapse, told at once',
    minutes: 60,
    steps: [
      ...down(10),
      does(12, { kind: 'resolve', force: true }),
      { minute: 36, on: 'outage' },
      { minute: 44, off: 'all' },
    ],
    expect: [outage({ endsAt: 44, all: ['triggered', 'resolved', 'reopened', 'resolved'], paged: [] })],
  }),
  drill({
    name: 'two-feeds-one-page',
    title: 'The callback endpoints of two feeds go down at once: one page names both',
    minutes: 25,
    config: {
      ...PEOPLE,
      feeds: {
        leads: BASE_CONFIG.feeds.leads,
        accounts: { callback: BASE_CONFIG.feeds.leads.callback },
      },
    },
    steps: down(10, 'callback-down'),
    expect: (['leads', 'accounts'] as const).map((subject) => ({
      ...outage({ all: ['triggered', 'resolved'], paged: [], endsAt: 15 }),
      cause: 'callback.unreachable' as const,
      subject,
      severity: 'P2' as const,
      notifiedWithinSeconds: 3 * 60,
    })),
  }),
  drill({
    name: 'friday-evening',
    title:
      'A gap on a Friday evening: nobody is reminded at the weekend, and at the deadline on Monday it escalates',
    source: 'second runbook: P4, next business day',
    startsAt: Date.UTC(2026, 10, 20, 22),
    minutes: 59 * 60 + 20,
    config: {
      installation: 'drill',
      clay: PEOPLE.clay,
      probes: {},
      notify: PEOPLE.notify,
      incidents: { calendar: { endsAt: '09:00' } },
    },
    steps: [{ minute: 5, on: 'status-html' }],
    expect: [
      {
        ...outage({ all: ['triggered', 'escalated', 'escalated'], paged: ['grace', ...everyone] }),
        cause: 'monitoring.gap',
        subject: 'clay.status',
        severity: 'P4',
        notifiedWithinSeconds: 32 * 60,
        resolvedWithinSeconds: null,
      },
    ],
  }),
  drill({
    name: 'night-of-the-clocks',
    title:
      'The night in which clocks go back, and whoever is on call changes: fifteen minutes stay fifteen minutes',
    source: 'issue: deadlines with time zones and DST',
    // 02:40 in Berlin, for the first time: at 03:00 it becomes 02:00.
    startsAt: Date.UTC(2026, 9, 25, 0, 40),
    minutes: 115,
    config: { ...PEOPLE, incidents: { calendar: { timeZone: 'Europe/Berlin' } } },
    steps: down(95),
    expect: [
      outage({
        all: [
          ...(['triggered', 'escalated', 'escalated', 'update-due'] as const),
          ...(['escalated', 'escalated', 'update-due'] as const),
          ...(['escalated', 'escalated', 'update-due', 'resolved'] as const),
        ],
        // Ada until 03:00 winter time, which is 02:00 UTC, Grace from then on.
        paged: ['ada', ...everyone, 'ada', ...everyone, 'grace', ...everyone],
      }),
    ],
  }),
];
