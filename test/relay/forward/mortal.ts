import type { ForwardPorts } from '../../../shared/relay/forward/ports.ts';

/** A process that may die: from then on none of its calls comes back, and none reaches anybody. */
export interface Mortal {
  readonly ports: ForwardPorts;
  /** Resolves when it dies. */
  readonly death: Promise<void>;
  isDead(): boolean;
  /** Calls so far, each counted twice: before its effect, and after it. */
  steps(): number;
}

export interface MortalOptions {
  /** Seeded; a number from 0 up to, not including, 1. */
  readonly random: () => number;
  /** Chance to die at a call: half of the times before it has its effect, half of them after. */
  readonly dies: number;
  /** Chance that a call of a store is answered by an error, before or after its effect. */
  readonly fails?: number;
  /** Dies at exactly this call, instead of by chance: 0 is before the effect of the first call, 1 after it, and so on. */
  readonly diesAt?: number;
}

type Call = (...args: never[]) => Promise<unknown>;

const never = <T>(): Promise<T> => new Promise<T>(() => undefined);

/** The ports of a process that dies at any call, and whose stores fail at any call. */
export const mortal = (ports: ForwardPorts, { random, dies, fails = 0, diesAt }: MortalOptions): Mortal => {
  let isDead = false;
  let steps = 0;
  let die: () => void = () => undefined;
  const death = new Promise<void>((resolve) => {
    die = () => {
      isDead = true;
      resolve();
    };
  });

  /** Whether this call is the last one, and when; whether its store fails, and when. */
  const fate = (failsHere: number) => {
    const step = steps;
    steps += 2;
    if (diesAt !== undefined)
      return {
        diesBefore: step === diesAt,
        diesAfter: step + 1 === diesAt,
        failsBefore: false,
        failsAfter: false,
      };
    const [strike, when, fault] = [random(), random(), random()];
    return {
      diesBefore: strike < dies && when < 0.5,
      diesAfter: strike < dies,
      failsBefore: fault < failsHere / 2,
      failsAfter: fault < failsHere,
    };
  };

  const call =
    (inner: Call, failsHere: number): Call =>
    async (...args) => {
      const { diesBefore, diesAfter, failsBefore, failsAfter } = fate(failsHere);
      if (diesBefore) die();
      if (isDead) return never();
      if (failsBefore) throw new Error('not taken');
      const result = await inner(...args);
      if (diesAfter) die();
      if (isDead) return never();
      if (failsAfter) throw new Error('no answer');
      return result;
    };

  const calls = <T extends object>(port: T, names: readonly (keyof T)[], failsHere = fails): T => {
    const wrapped = names.map((name) => [name, call((port[name] as Call).bind(port), failsHere)]);
    return { ...port, ...Object.fromEntries(wrapped) } as T;
  };

  return {
    death,
    isDead: () => isDead,
    steps: () => steps,
    ports: {
      ...ports,
      clock: {
        now: ports.clock.now,
        sleep: async (ms, signal) => {
          if (isDead) return never();
          await ports.clock.sleep(ms, signal);
          return isDead ? never() : undefined;
        },
      },
      queue: calls(ports.queue, ['send', 'receive', 'remove', 'release', 'depth']),
      sends: calls(ports.sends, ['sends', 'claim', 'settle']),
      rows: calls(ports.rows, ['snapshot', 'fold', 'rebase']),
      pacer: calls(ports.pacer, ['reserve', 'slowDown']),
      control: calls(ports.control, ['load', 'save', 'tally', 'count']),
      outbox: calls(ports.outbox, ['keep']),
      deadLetters: calls(ports.deadLetters, ['put']),
      http: call(ports.http as Call, 0) as ForwardPorts['http'],
    },
  };
};
