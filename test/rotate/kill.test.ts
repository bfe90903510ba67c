import { describe, expect, it } from 'vitest';
import type { ConfigInput } from '../../shared/config/schema.ts';
import { STAGE } from '../../shared/rotate/versions.ts';
import {
  createRotationWorld,
  type Death,
  type RotationWorld,
  START,
  STEPS,
  tokenOf,
} from './rotation-world.ts';

const TOKEN = tokenOf(1);

/** What holds after every single call, wherever somebody dies. */
const guard = (world: RotationWorld) => {
  const { secrets } = world;
  const handedOut = new Set(world.accepted().map(({ value }) => value));
  // Without `expect`: it runs some hundred thousand times.
  const must = (holds: boolean, what: string) => {
    if (!holds) throw new Error(`not any more: ${what}`);
  };
  return () => {
    const current = JSON.parse(secrets.textAt(STAGE.current) ?? '{}');
    must(/^good/.test(current.clay), 'there is a working secret');
    must(current.note === 'kept', 'other members are kept');
    const accepted = new Set(world.accepted().map(({ value }) => value));
    handedOut.add(current.callbacks);
    must(
      [...handedOut].every((value) => accepted.has(value)),
      'what was handed out is accepted',
    );
    must(
      [...secrets.written.values()].every((texts) => texts.size === 1),
      'a version has one value',
    );
  };
};

/** Before a call is as after the one before it. */
const deathsWithin = (calls: number): readonly Death[] => [
  { call: 1, when: 'before' },
  ...Array.from({ length: calls }, (_, index): Death => ({ call: index + 1, when: 'after' })),
];

/** Runs the steps with a death in one of them; Secrets Manager begins again from the first. */
const runOnce = async (world: RotationWorld, dying: string, death: Death | null, look: () => void) => {
  for (const which of STEPS) {
    const { result } = await world.step(TOKEN, which, which === dying ? death : null, look);
    if (result === 'failed' || result === 'killed') return result;
  }
  return 'done';
};

const callsOf = async (make: () => RotationWorld): Promise<ReadonlyMap<string, number>> => {
  const world = make();
  world.secrets.rotateSecret(TOKEN);
  const calls = new Map<string, number>();
  for (const which of STEPS) calls.set(which, (await world.step(TOKEN, which)).calls);
  return calls;
};

const ONLY_CLAY: ConfigInput = {
  installation: 'acme',
  clay: { apiKey: 'secretsmanager:acme/senders#clay' },
};

const SCENARIOS: readonly {
  readonly name: string;
  readonly make: () => RotationWorld;
  readonly end: (world: RotationWorld) => void;
}[] = [
  {
    name: 'a generated secret',
    make: () => createRotationWorld(),
    end: ({ secrets, current }) => {
      expect(secrets.holder(STAGE.current)).toBe(TOKEN);
      expect(current('callbacks')).not.toBe('first-secret');
      expect(current('clay')).toBe('good-key-0');
    },
  },
  {
    name: 'a supplied key',
    make: () => {
      const world = createRotationWorld();
      world.secrets.put('{"clay":"good-key-1"}', STAGE.supplied);
      return world;
    },
    end: ({ secrets, current }) => {
      expect(secrets.holder(STAGE.current)).toBe(TOKEN);
      expect(current('clay')).toBe('good-key-1');
      expect(current('callbacks')).toBe('first-secret');
      expect(secrets.holder(STAGE.supplied)).toBeNull();
    },
  },
  {
    name: 'a supplied key that does not work',
    make: () => {
      const world = createRotationWorld();
      world.secrets.put('{"clay":"bad-key"}', STAGE.supplied);
      return world;
    },
    end: ({ current }) => expect(current('clay')).toBe('good-key-0'),
  },
  {
    name: 'a secret without anything new',
    make: () => createRotationWorld(ONLY_CLAY),
    end: ({ current }) => expect(current('clay')).toBe('good-key-0'),
  },
];

describe.each(SCENARIOS)('$name, rotated by a process that dies', ({ make, end }) => {
  it('once, anywhere: ends as if nobody had died, and lets the next rotation begin', async () => {
    for (const [which, calls] of await callsOf(make)) {
      for (const death of deathsWithin(calls)) {
        const world = make();
        const look = guard(world);
        world.secrets.rotateSecret(TOKEN);
        await runOnce(world, which, death, look);
        await runOnce(world, '', null, look);
        // A third time, all of them: Secrets Manager repeats what it did not hear of.
        await runOnce(world, '', null, look);
        end(world);
        expect([null, world.secrets.holder(STAGE.current)]).toContain(world.secrets.holder(STAGE.pending));
        expect(world.secrets.rotateSecret(tokenOf(2))).toBe('begun');
      }
    }
  });

  it('twice, anywhere, or for good: nobody is without a working secret', async () => {
    const calls = [...(await callsOf(make))].flatMap(([which, count]) =>
      deathsWithin(count).map((death) => ({ which, death })),
    );
    for (const first of calls) {
      for (const second of calls) {
        const world = make();
        const look = guard(world);
        world.secrets.rotateSecret(TOKEN);
        await runOnce(world, first.which, first.death, look);
        await runOnce(world, second.which, second.death, look);
        look();
      }
    }
  });
});

describe('what a rotation began, ended by a process that dies', () => {
  const settled = async (how: 'moved' | 'nobody' | 'some') => {
    const world = createRotationWorld();
    await world.send('callbacks/leads/a', 'first-secret');
    await world.send('callbacks/leads/b', 'first-secret');
    await world.rotate(TOKEN);
    const next = world.current('callbacks') ?? '';
    for (let day = 0; day < 15; day += 1) {
      await world.clock.advance(86_400_000);
      await world.send('callbacks/leads/a', how === 'nobody' ? 'first-secret' : next);
      await world.send('callbacks/leads/b', how === 'moved' ? next : 'first-secret');
    }
    return { world, next };
  };
  const ENDS = {
    moved: { outcome: 'settled', accepted: 'new' },
    nobody: { outcome: 'rolled-back', accepted: 'old' },
    some: { outcome: 'mixed', accepted: 'both' },
  } as const;

  it.each(Object.entries(ENDS))(
    '%s: is ended all the same by the next one',
    async (how, { outcome, accepted }) => {
      const { calls } = await (await settled(how as keyof typeof ENDS)).world.upkeep();
      expect(calls).toBeGreaterThan(3);
      for (const death of deathsWithin(calls)) {
        const { world, next } = await settled(how as keyof typeof ENDS);
        const look = () => expect(world.secrets.textAt(STAGE.current)).not.toBeNull();
        await world.upkeep(death, look);
        const said = await world.upkeep(null, look);
        expect(said.report?.faults).toBe(0);
        expect((await world.state())?.changes.at(-1)).toMatchObject({ outcome, at: START });
        const values = { new: [next], old: ['first-secret'], both: [next, 'first-secret'] }[accepted];
        expect([...new Set(world.accepted().map(({ value }) => value))]).toEqual(values);
      }
    },
  );
});
