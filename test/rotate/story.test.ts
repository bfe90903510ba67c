import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { STAGE } from '../../shared/rotate/versions.ts';
import { createRotationWorld, DAY, MINUTE, STEPS, tokenOf } from './rotation-world.ts';
import '../support/property-seed.ts';

const SENDERS = ['callbacks/leads/a', 'callbacks/leads/b', 'callbacks/leads/c'];

const death = fc.option(
  fc.record({
    call: fc.integer({ min: 1, max: 9 }),
    when: fc.constantFrom('before' as const, 'after' as const),
  }),
  { freq: 3 },
);
const event = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('rotate' as const), token: fc.integer({ min: 1, max: 4 }) }),
  },
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant('step' as const),
      token: fc.integer({ min: 1, max: 4 }),
      step: fc.constantFrom(...STEPS),
      death,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('all-steps' as const), token: fc.integer({ min: 1, max: 4 }) }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('upkeep' as const), death }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('supply' as const),
      clay: fc.constantFrom('good-key-1', 'good-key-2', 'bad-key'),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('vendor' as const), isDown: fc.boolean() }) },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('adopt' as const), sender: fc.integer({ min: 0, max: 2 }) }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('time' as const),
      minutes: fc.constantFrom(20, 90, 1_440, 4_320),
    }),
  },
);

type Event = typeof event extends fc.Arbitrary<infer T> ? T : never;

/** A world with senders, one of whom may take the new value at any time; and what must hold in it. */
const createStory = () => {
  const world = createRotationWorld();
  const { secrets, clock } = world;
  const held = new Map(SENDERS.map((sender) => [sender, 'first-secret']));

  const look = () => {
    const current = JSON.parse(secrets.textAt(STAGE.current) ?? '{}');
    if (!/^good/.test(current.clay)) throw new Error('no key that works');
    const accepted = world.accepted().map(({ value }) => value);
    if (![...held.values()].every((value) => accepted.includes(value)))
      throw new Error('somebody would be refused');
    if ([...secrets.written.values()].some((texts) => texts.size > 1))
      throw new Error('a version was written twice');
  };
  const sendAll = async () => {
    for (const [sender, value] of held)
      if (!(await world.send(sender, value))) throw new Error(`${sender} is refused`);
  };
  const perform = async (one: Event): Promise<void> => {
    switch (one.do) {
      case 'rotate':
        secrets.rotateSecret(tokenOf(one.token));
        return;
      case 'step':
        await world.step(tokenOf(one.token), one.step, one.death, look);
        return;
      case 'all-steps':
        await world.steps(tokenOf(one.token));
        return;
      case 'upkeep':
        await world.upkeep(one.death, look);
        return;
      case 'supply':
        secrets.put(JSON.stringify({ clay: one.clay }), STAGE.supplied);
        return;
      case 'vendor':
        world.world.isVendorDown = one.isDown;
        return;
      case 'adopt':
        held.set(SENDERS[one.sender] ?? '', world.current('callbacks') ?? '');
        return;
      case 'time':
        await clock.advance(one.minutes * MINUTE);
    }
  };
  return { ...{ world, look, sendAll, perform } };
};

describe('a rotation', () => {
  it('in any order, repeated, with several tokens, killed anywhere: everybody always gets in, with a value that works', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(event, { minLength: 5, maxLength: 60 }), async (events) => {
        const { world, look, sendAll, perform } = createStory();
        await sendAll();
        for (const one of events) {
          await perform(one);
          look();
          await sendAll();
        }
        // Whatever happened: what is left pending is taken up or given up, and then a rotation can begin again.
        world.world.isVendorDown = false;
        await world.rotate(tokenOf(9));
        await world.clock.advance(DAY + MINUTE);
        await world.upkeep();
        look();
        expect(world.secrets.rotateSecret(tokenOf(10))).toBe('begun');
      }),
      { numRuns: 300 },
    );
  }, 120_000);
});
