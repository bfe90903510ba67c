import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Config, ConfigInput } from '../../shared/config/schema.ts';
import { act, type IncidentCommand } from '../../shared/incident/act.ts';
import { decide } from '../../shared/incident/decide.ts';
import { duePending, markDelivered } from '../../shared/incident/deliveries.ts';
import type { Incident } from '../../shared/incident/incident.ts';
import { incidentPolicy } from '../../shared/incident/policy.ts';
import { tick } from '../../shared/incident/tick.ts';
import { affectedFeeds } from '../../shared/notify/affected.ts';
import type { DeliveryProof } from '../../shared/notify/proof.ts';
import { makePostmortem, type PostmortemSources } from '../../shared/postmortem/make.ts';
import type { EvidenceSnapshot } from '../../shared/postmortem/postmortem.ts';
import { renderJson } from '../../shared/postmortem/render/json.ts';
import { SEVERITIES } from '../../shared/severity.ts';
import { MINUTE, NOON, recovered, verdict, WEBHOOK } from '../incident/fixtures.ts';
import { differences } from './recompute.ts';
import { configOf, evidenceOf, feedOf, proofOf, windowOf } from './stories.ts';

const ANNA = { name: 'Anna', via: 'cli' } as const;
const severity = fc.constantFrom(...SEVERITIES);

type Step =
  | { readonly do: 'verdict'; readonly severity: (typeof SEVERITIES)[number] }
  | { readonly do: 'cleared' | 'tick' }
  | { readonly do: 'act'; readonly command: IncidentCommand }
  | { readonly do: 'take'; readonly status: DeliveryProof['status']; readonly channel: string }
  | {
      readonly do: 'look';
      readonly in: number;
      readonly back: number;
      readonly waiting: number | null;
      readonly balance: number | null;
      readonly cost: boolean;
    }
  | { readonly do: 'wait'; readonly ms: number };

const ANOTHER = {
  id: 'inc-20261103-ffffffff',
  cause: 'clay.outage',
  subject: 'clay',
  status: 'triggered',
  severity: 'P1',
} as const;

const anyStep: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ do: fc.constant('verdict' as const), severity }),
  fc.record({ do: fc.constantFrom('cleared' as const, 'tick' as const) }),
  fc.record({
    do: fc.constant('act' as const),
    command: fc.oneof(
      fc.constantFrom<IncidentCommand>(
        ...([{ kind: 'acknowledge' }, { kind: 'unacknowledge' }, { kind: 'mitigate' }] as const),
        ...([{ kind: 'resolve', force: true }, { kind: 'note', text: 'seen' }, { kind: 'review' }] as const),
        ...([{ kind: 'merge', into: ANOTHER }, { kind: 'unmerge' }] as const),
      ),
      severity.map((one): IncidentCommand => ({ kind: 'set-severity', severity: one })),
    ),
  }),
  fc.record({
    do: fc.constant('take' as const),
    status: fc.constantFrom<DeliveryProof['status']>(
      'delivered',
      'delivered',
      'refused',
      'fallen-back',
      'owed',
    ),
    channel: fc.constantFrom('sns', 'slack', 'person:Anna'),
  }),
  fc.record({
    do: fc.constant('look' as const),
    in: fc.nat(50),
    back: fc.nat(50),
    waiting: fc.option(fc.nat(40), { freq: 8 }),
    balance: fc.option(fc.integer({ min: -10, max: 9_000 })),
    cost: fc.boolean(),
  }),
  fc.record({
    do: fc.constant('wait' as const),
    ms: fc.oneof(fc.nat(4 * MINUTE), fc.nat(90 * MINUTE), fc.nat(3 * 24 * 60 * MINUTE)),
  }),
);

/** Plays a history with the incident core itself, and keeps what the stores would hold. */
const play = (steps: readonly Step[], config: Config, from: number): PostmortemSources | null => {
  const policy = incidentPolicy(config);
  let now = from;
  let incident: Incident | null = null;
  const proofs: DeliveryProof[] = [];
  const snapshots: EvidenceSnapshot[] = [];
  let submitted = 100;
  let calledBack = 90;
  const seen = (one: (typeof SEVERITIES)[number]) =>
    decide(
      incident,
      WEBHOOK,
      { kind: 'verdict', verdict: verdict({ severity: one }), detectedAt: now - 3 * MINUTE },
      policy,
      now,
    );
  const take = (current: Incident, status: DeliveryProof['status'], channel: string): Incident => {
    const [first] = duePending(current, now);
    if (!first) return current;
    const { id, transition } = first;
    const deliveredAt = status === 'delivered' ? now : null;
    proofs.push(
      proofOf(current, {
        notificationId: id,
        transition,
        channel,
        status,
        owedAt: first.createdAt,
        deliveredAt,
      }),
    );
    return status === 'delivered' ? markDelivered(current, id, 'receipt', now) : current;
  };
  const look = (current: Incident, step: Extract<Step, { do: 'look' }>): void => {
    submitted += step.in;
    calledBack = Math.min(submitted, calledBack + step.back);
    const counts = { submitted, calledBack, outstanding: submitted - calledBack, waiting: step.waiting };
    const cost = step.cost
      ? { from, to: now, credits: 9, creditsWasted: step.in / 4, actions: 9, actionsWasted: step.back / 3 }
      : null;
    snapshots.push(evidenceOf(current, now, { ...counts, cost }, step.balance));
  };
  const next = (current: Incident, step: Exclude<Step, { do: 'wait' | 'verdict' }>): Incident => {
    switch (step.do) {
      case 'cleared':
        return decide(current, WEBHOOK, { kind: 'cleared', evidence: [recovered] }, policy, now) ?? current;
      case 'tick':
        return tick(current, policy, now);
      case 'act': {
        const outcome = act(current, step.command, ANNA, { policy, now });
        return outcome.kind === 'refused' ? current : outcome.incident;
      }
      case 'take':
        return take(current, step.status, step.channel);
      case 'look':
        look(current, step);
        return current;
    }
  };
  for (const step of steps) {
    if (step.do === 'wait') now += step.ms;
    else if (step.do === 'verdict') incident = seen(step.severity);
    else if (incident) incident = next(incident, step);
  }
  if (!incident) return null;
  const windows = [-60, -5, 0, 5, 10, 60].map((minutes, index) =>
    windowOf(Math.floor(from / 300_000) * 300_000 + minutes * MINUTE, {
      ...{ credits: index * 3, creditsOnMisses: index * 1.7, actions: index * 7 },
      ...{ hit: index % 3, missed: index % 2, failed: index % 4 },
    }),
  );
  const oldestAt = submitted === calledBack ? null : now - 30 * MINUTE;
  const feedSnapshots = [feedOf('leads', { asOf: now, windows, oldestAt, waiting: submitted - calledBack })];
  const samples = [-10, 0, 30, 120].map((minutes, index) => {
    const at = from + minutes * MINUTE;
    return { at, left: 5_000 - index * 7, burnt: index * 7 };
  });
  const totals = { since: from, firstLeft: 5_000, burnt: 21, refilled: 0 };
  const credits = { samples, hours: [], refills: [], totals };
  const creditHistory = { version: 1, credits, actions: null, last: null };
  return { incident, proofs, snapshots, feedSnapshots, creditHistory, config, now };
};

const CONFIGS: readonly ConfigInput[] = [
  {},
  { postmortem: { creditPrice: 0.03, actionPrice: 0.002, currency: 'EUR', workspace: 'Acme' } },
  {
    incidents: {
      respondWithinMinutes: { P1: 7.5 },
      calendar: { timeZone: 'Europe/Berlin', endsAt: '16:30', holidays: ['2026-11-04'] },
    },
    notify: { fallback: { afterMinutes: 2 } },
  },
  { incidents: { calendar: { timeZone: 'America/New_York', workdays: ['monday', 'thursday'] } } },
];

const rawOf = (sources: PostmortemSources) => ({
  ...JSON.parse(JSON.stringify(sources)),
  feeds: affectedFeeds(sources.incident, sources.config),
});

describe('every number of a postmortem', () => {
  it('is what an independent program finds in the stored timeline, proofs and snapshots', () => {
    let made = 0;
    fc.assert(
      fc.property(
        fc.array(anyStep, { minLength: 1, maxLength: 40 }),
        fc.constantFrom(...CONFIGS),
        fc.constantFrom(NOON, Date.UTC(2026, 9, 23, 23, 30), Date.UTC(2027, 2, 13, 4)),
        (steps, input, from) => {
          const sources = play([{ do: 'verdict', severity: 'P2' }, ...steps], configOf(input), from);
          if (!sources) return;
          made += 1;
          const postmortem = makePostmortem(sources);
          expect(differences(JSON.parse(JSON.stringify(postmortem)), rawOf(sources))).toEqual([]);
          // And as it is handed out.
          const shown = JSON.parse(renderJson(postmortem, { timeZone: 'UTC' }));
          expect(differences(shown, rawOf(sources))).toEqual([]);
        },
      ),
      { numRuns: 300 },
    );
    expect(made).toBeGreaterThan(200);
  });

  it('is found wrong by that program when it is wrong', () => {
    const steps: readonly Step[] = [
      { do: 'take', status: 'delivered', channel: 'sns' },
      { do: 'look', in: 10, back: 5, waiting: 3, balance: 900, cost: true },
      { do: 'wait', ms: 5 * MINUTE },
      { do: 'act', command: { kind: 'mitigate' } },
      { do: 'cleared' },
      { do: 'look', in: 10, back: 35, waiting: 1, balance: 800, cost: true },
    ];
    const sources = play([{ do: 'verdict', severity: 'P1' }, ...steps], configOf(CONFIGS[1]), NOON);
    if (!sources) throw new Error('no incident');
    const right = JSON.parse(JSON.stringify(makePostmortem(sources)));
    expect(differences(right, rawOf(sources))).toEqual([]);
    const numbers: string[] = [];
    const collect = (value: unknown, path: string): void => {
      if (typeof value === 'number') numbers.push(path);
      else if (value && typeof value === 'object')
        for (const [name, one] of Object.entries(value)) collect(one, path === '' ? name : `${path}.${name}`);
    };
    for (const part of ['durationMs', 'times', 'rows', 'credits', 'refund']) collect(right[part], part);
    expect(numbers.length).toBeGreaterThan(14);
    for (const path of numbers) {
      const wrong = structuredClone(right);
      const names = path.split('.');
      const last = names.pop() ?? '';
      const holder = names.reduce((part, name) => part[name], wrong);
      holder[last] += 1;
      expect(differences(wrong, rawOf(sources)), path).toHaveLength(1);
    }
  });
});
