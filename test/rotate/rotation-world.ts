import { parseConfig } from '../../shared/config/parse.ts';
import type { Config, ConfigInput } from '../../shared/config/schema.ts';
import { memberOf } from '../../shared/config/secret-reference.ts';
import type { RotationStep } from '../../shared/observe/rotation.ts';
import type { CheckSecret } from '../../shared/rotate/check.ts';
import { createRotation } from '../../shared/rotate/rotate.ts';
import { createUpkeep } from '../../shared/rotate/upkeep.ts';
import { STAGE } from '../../shared/rotate/versions.ts';
import { createVirtualClock } from '../support/virtual-clock.ts';
import { createMemoryRotationStore, createMemoryUseLog } from './memory-rotation.ts';
import { createMemorySecrets } from './memory-secrets.ts';

export const START = Date.UTC(2026, 10, 21, 12);
export const MINUTE = 60_000;
export const DAY = 1_440 * MINUTE;
export const STEPS: readonly RotationStep[] = ['createSecret', 'setSecret', 'testSecret', 'finishSecret'];

/** Somebody ends the process here. */
export class Killed extends Error {}

/** Where a process dies: at the n-th call that it makes, before that is done or after, its answer never heard. */
export interface Death {
  readonly call: number;
  readonly when: 'before' | 'after';
}

export const tokenOf = (number: number): string => `token-${String(number).padStart(32, '0')}`;

/** Callbacks and the key of Clay in one secret. */
export const CONFIG: ConfigInput = {
  installation: 'acme',
  clay: { apiKey: 'secretsmanager:acme/senders#clay' },
  feeds: { leads: { callbacks: { secret: 'secretsmanager:acme/senders#callbacks' } } },
};
export const FIRST = JSON.stringify({ callbacks: 'first-secret', clay: 'good-key-0', note: 'kept' });

/** What is wrong with a new value; the others work. */
const isBad = (text: string): boolean => (memberOf({ key: 'clay' }, text) ?? '').startsWith('bad');

const parsed = new Map<ConfigInput, Config>();
const configOf = (input: ConfigInput): Config => {
  const config = parsed.get(input) ?? parseConfig(input, 'test');
  parsed.set(input, config);
  return config;
};

export const createRotationWorld = (input: ConfigInput = CONFIG, first: string | null = FIRST) => {
  const secrets = createMemorySecrets();
  const states = createMemoryRotationStore();
  const uses = createMemoryUseLog();
  const clock = createVirtualClock(START);
  const config = configOf(input);
  const faults: unknown[] = [];
  const world = { isVendorDown: false, isDenied: false };
  if (first !== null) secrets.put(first);

  let bytes = 0;
  const random = (count: number) => {
    bytes += 1;
    return new Uint8Array(count).fill(bytes % 251);
  };
  const check: CheckSecret = async ({ text, keys }) => {
    if (keys.includes('clay.apiKey') && world.isVendorDown) return { kind: 'unknown', why: 'no answer' };
    return isBad(text) ? { kind: 'refused', why: 'not accepted' } : { kind: 'passed' };
  };

  /** Every call of a port is a place to die at; `onCall` looks at the world after each. */
  const mortal = (death: Death | null, onCall: () => void) => {
    let calls = 0;
    const at =
      <A extends unknown[], R>(call: (...args: A) => Promise<R>) =>
      async (...args: A): Promise<R> => {
        calls += 1;
        const isLast = calls === death?.call;
        if (isLast && death?.when === 'before') throw new Killed();
        const answer = await call(...args);
        onCall();
        if (isLast) throw new Killed();
        return answer;
      };
    const { describe, read, putPending, move } = secrets.port;
    return {
      count: () => calls,
      ports: {
        ...{ config, clock, random },
        versions: { describe: at(describe), read: at(read), putPending: at(putPending), move: at(move) },
        states: { load: at(states.load), all: at(states.all), save: at(states.save) },
        uses: { ofSecret: at(uses.ofSecret) },
        check: at(check),
        onFault: (error: unknown) => faults.push(error),
      },
    };
  };

  /** The values that a function which recognises senders accepts now. */
  const accepted = (key = 'callbacks'): readonly { readonly value: string; readonly version: string }[] =>
    [STAGE.current, STAGE.alsoValid].flatMap((stage) => {
      const version = secrets.holder(stage);
      const value = memberOf({ key }, secrets.textAt(stage) ?? '');
      return version !== null && value !== undefined ? [{ value, version }] : [];
    });

  /** One step; how it ended. */
  const step = async (
    token: string,
    which: RotationStep,
    death: Death | null = null,
    onCall: () => void = () => undefined,
  ) => {
    const { ports, count } = mortal(death, onCall);
    try {
      const report = await createRotation(ports)({ secretId: secrets.arn, token, step: which });
      return { result: report.result, calls: count() } as const;
    } catch (error) {
      return { result: error instanceof Killed ? 'killed' : 'failed', calls: count(), error } as const;
    }
  };

  /** The steps that Secrets Manager asks for, until one fails. */
  const steps = async (token: string) => {
    for (const which of STEPS) {
      const { result } = await step(token, which);
      if (result === 'failed' || result === 'killed') return result;
    }
    return 'done' as const;
  };

  const upkeep = async (death: Death | null = null, onCall: () => void = () => undefined) => {
    const { ports, count } = mortal(death, onCall);
    try {
      return { report: await createUpkeep(ports)(), calls: count() };
    } catch (error) {
      if (!(error instanceof Killed)) throw error;
      return { report: null, calls: count() };
    }
  };

  return {
    ...{ secrets, states, uses, clock, config, faults, world, accepted, step, steps, upkeep },
    /** `rotate-secret`, and all that follows from it. */
    rotate: async (token: string) => {
      const begun = secrets.rotateSecret(token);
      return steps(begun === 'begun' ? token : begun.again);
    },
    /** A sender sends; false: it is refused. What it used is written down, as the functions do. */
    send: async (sender: string, value: string): Promise<boolean> => {
      const known = accepted().find((one) => one.value === value);
      if (!known) return false;
      await uses.note({ secret: secrets.name, sender, version: known.version, at: clock.now() });
      return true;
    },
    state: () => states.load(secrets.name),
    current: (key: string) => memberOf({ key }, secrets.textAt(STAGE.current) ?? ''),
  };
};

export type RotationWorld = ReturnType<typeof createRotationWorld>;
