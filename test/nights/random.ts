import fc from 'fast-check';
import { SEVERITIES } from '../../shared/severity.ts';
import { FAULTS } from './calls.ts';
import type { Trouble } from './network.ts';
import { HOSTS, type Host } from './providers.ts';
import type { About, NightScript, Step, Truth } from './script.ts';

const LENGTH = 100;

const ABOUTS: readonly About[] = [
  { cause: 'clay.outage', subject: 'clay' },
  { cause: 'callback.unreachable', subject: 'leads' },
  { cause: 'callback.unreachable', subject: 'accounts' },
];

const minute = fc.integer({ min: 1, max: LENGTH });
const about = fc.constantFrom(...ABOUTS);
const truth: fc.Arbitrary<Truth> = fc
  .tuple(about, fc.constantFrom(...SEVERITIES))
  .map(([key, severity]) => ({ ...key, severity }));

type Act = Extract<Step, { kind: 'act' }>['request'];
const request: fc.Arbitrary<Act> = fc.constantFrom<Act[]>(
  { kind: 'acknowledge' },
  { kind: 'unacknowledge' },
  { kind: 'mitigate' },
  { kind: 'resolve', force: true },
  { kind: 'update', text: 'We look into it.', audience: 'public' },
  { kind: 'update', text: 'For us.', audience: 'responders' },
  { kind: 'set-severity', severity: 'P1' },
  { kind: 'set-severity', severity: 'P4' },
);

const trouble: fc.Arbitrary<Trouble> = fc.constantFrom<Trouble[]>(
  { kind: 'reset' },
  { kind: 'silence' },
  { kind: 'answer', status: 401 },
  { kind: 'answer', status: 410 },
  { kind: 'answer', status: 429, headers: { 'retry-after': '30' } },
  { kind: 'answer', status: 503 },
);
const host = fc.constantFrom(...(Object.keys(HOSTS) as Host[]));

/** Something that happens in a night. */
export const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      minute,
      kind: fc.constant('fails'),
      truths: fc.array(truth, { minLength: 1, maxLength: 3 }),
    }),
  },
  { weight: 3, arbitrary: fc.record({ minute, kind: fc.constant('works'), about }) },
  { weight: 5, arbitrary: fc.record({ minute, kind: fc.constant('act'), about, request }) },
  {
    weight: 1,
    arbitrary: fc.record({
      minute,
      kind: fc.constant('silence'),
      id: fc.constant('sil-00000001'),
      minutes: fc.integer({ min: 1, max: 40 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ minute, kind: fc.constant('trouble'), host, trouble }) },
  { weight: 1, arbitrary: fc.record({ minute, kind: fc.constant('mended'), host }) },
) as fc.Arbitrary<Step>;

/** Something that goes wrong at one of its calls. */
export const fault = fc.record({ index: fc.nat({ max: 1_200 }), kind: fc.constantFrom(...FAULTS) });

export const scriptOf = (steps: readonly Step[]): NightScript => ({
  name: 'random',
  title: 'any night',
  startsAt: Date.UTC(2026, 10, 3, 1),
  minutes: LENGTH + 2,
  // What flaps is told an hour after it stopped, and what a channel refused before that falls back after it.
  calmMinutes: 160,
  steps: [
    { minute: 0, kind: 'fails', truths: [{ cause: 'clay.outage', subject: 'clay', severity: 'P1' }] },
    ...steps,
    { minute: LENGTH + 1, kind: 'works', about: 'everything' },
  ],
});

