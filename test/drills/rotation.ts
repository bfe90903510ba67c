import type { World } from '../support/world.ts';
import { BASE_CONFIG } from '../support/world.ts';
import { type Drill, expectedWithin, STAYS, type Step } from './drill.ts';

const SECRET = 'drill/senders';
/** Two runs, since a P3 or P4 is told when a second one has seen it. */
const SECOND_RUN = 135;
/** The function looks every quarter of an hour; then two runs. */
const UPKEEP = 15 * 60 + SECOND_RUN;
/** Nobody may have used the old one for an hour before it is revoked. */
const QUIET = 60 * 60 + UPKEEP;
/** The overlap ends a day after the rotation. */
const OVER = 5 + 1_440;

const CONFIG = {
  ...BASE_CONFIG,
  // Nothing else is looked at: a day is many runs.
  clay: { ...BASE_CONFIG.clay, apiKey: undefined, statusPageFormat: 'off' },
  feeds: { leads: { callbacks: { secret: `secretsmanager:${SECRET}` } } },
  integration: undefined,
  probes: {},
  rotation: { overlapDays: 1 },
} as const;

const expected = expectedWithin(() => ({ notifiedWithinSeconds: SECOND_RUN, resolvedWithinSeconds: QUIET }));

const rotatingIn = ({ rotating }: World) => {
  if (!rotating) throw new Error('nothing rotates in this drill');
  return rotating;
};

/** The secrets of before and after, as the steps of one drill know them. */
const secretsOf = () => {
  let [old, fresh] = ['', ''];
  const check = async (world: World, wanted: { readonly old: boolean; readonly fresh: boolean }) => {
    const { takes } = rotatingIn(world);
    const found = { old: await takes(old), fresh: await takes(fresh) };
    for (const name of ['old', 'fresh'] as const)
      if (found[name] !== wanted[name])
        throw new Error(`the ${name} secret is ${found[name] ? 'accepted' : 'refused'}, and should not be`);
  };
  return {
    rotate: (minute: number): Step => ({
      minute,
      act: {
        what: 'the secret of the columns is rotated',
        run: async (world) => {
          old = rotatingIn(world).current();
          await rotatingIn(world).rotate();
          fresh = rotatingIn(world).current();
          if (fresh === old) throw new Error('no new secret was made');
        },
      },
    }),
    accepted: (minute: number, wanted: 'both' | 'fresh' | 'old'): Step => ({
      minute,
      act: {
        what: `accepted: ${wanted}`,
        run: (world) => check(world, { old: wanted !== 'fresh', fresh: wanted !== 'old' }),
      },
    }),
  };
};

const give = (minute: number, column: string): Step => ({
  minute,
  act: { what: `${column} takes the new one`, run: (world) => rotatingIn(world).give(column) },
});

/** The message about it says what to do. */
const told = (minute: number, pattern: RegExp): Step => ({
  minute,
  act: {
    what: 'people read what to do',
    run: ({ delivered }) => {
      const text = delivered.findLast(
        ({ notification: { attributes } }) => attributes.cause === 'secret.rotation-failed',
      )?.notification.emailText;
      if (!pattern.test(text?.replace(/\s+/g, ' ') ?? '')) throw new Error(`not told: ${pattern}`);
    },
  },
});

const [seen, left, none] = [secretsOf(), secretsOf(), secretsOf()];

export const ROTATION_DRILLS: readonly Drill[] = [
  {
    name: 'rotation-overlap',
    title: 'A secret is rotated: both are valid until every column was seen with the new one',
    source: 'docs/rotation.md, the secret of a column or sender',
    minutes: 240,
    config: CONFIG,
    rotating: ['Enrich person', 'Enrich company'],
    steps: [
      seen.rotate(5),
      seen.accepted(30, 'both'),
      give(60, 'Enrich person'),
      // One has it, and an hour and more has passed: the other one is still waited for.
      seen.accepted(150, 'both'),
      give(151, 'Enrich company'),
      seen.accepted(200, 'both'),
      seen.accepted(235, 'fresh'),
    ],
    expect: [
      expected('secret.rotated', SECRET, 'P4', {
        endsAt: 151,
        says: /feeds\.leads\.callbacks\.secret.*Still on the old one: callbacks\/leads\/Enrich company/,
      }),
    ],
  },
  {
    name: 'rotation-column-left-behind',
    title: 'One column keeps the old secret beyond the overlap: both stay valid, and people are told which',
    source: 'docs/rotation.md, the secret of a column or sender',
    minutes: 1_680,
    config: CONFIG,
    rotating: ['Enrich person', 'Enrich company'],
    steps: [
      left.rotate(5),
      give(60, 'Enrich person'),
      left.accepted(OVER + 60, 'both'),
      told(OVER + 60, /Put the new value into what the evidence names: the header of the HTTP API column/),
      give(OVER + 120, 'Enrich company'),
      left.accepted(1_675, 'fresh'),
    ],
    expect: [
      expected('secret.rotated', SECRET, 'P4', { endsAt: OVER, resolvedWithinSeconds: UPKEEP }),
      expected('secret.rotation-failed', SECRET, 'P3', {
        beginsAt: OVER,
        notifiedWithinSeconds: UPKEEP,
        endsAt: OVER + 120,
      }),
    ],
  },
  {
    name: 'rotation-nobody-took-it',
    title: 'No column takes the new secret: the old one is current again by itself',
    source: 'docs/rotation.md, the secret of a column or sender',
    minutes: 1_560,
    config: CONFIG,
    rotating: ['Enrich person', 'Enrich company'],
    steps: [
      none.rotate(5),
      none.accepted(OVER - 5, 'both'),
      none.accepted(OVER + 30, 'old'),
      told(OVER + 30, /Nobody took the new .*Then rotate again, and give the new value to each of them/),
    ],
    expect: [
      expected('secret.rotated', SECRET, 'P4', { endsAt: OVER, resolvedWithinSeconds: UPKEEP }),
      expected('secret.rotation-failed', SECRET, 'P3', {
        ...STAYS,
        beginsAt: OVER,
        notifiedWithinSeconds: UPKEEP,
        says: /callbacks\/leads\/Enrich company, callbacks\/leads\/Enrich person/,
      }),
    ],
  },
];
