/**
 * What goes wrong at one call out of a process. fails: it has no effect and says so · lost: it has its effect, and the
 * answer says that it has not · dies-before, dies-after: the process ends there and does nothing more · meanwhile:
 * somebody else acts right before it
 */
export const FAULTS = ['fails', 'lost', 'dies-before', 'dies-after', 'meanwhile'] as const;
export type FaultKind = (typeof FAULTS)[number];

/** Of every call in the order in which they were begun, counted from 0: what goes wrong; null: nothing. */
export type FaultPlan = (index: number, label: string) => FaultKind | null;

export interface Process {
  /** `failed` makes the answer of a call that failed; left out: it rejects. */
  call<T>(label: string, effect: () => Promise<T>, failed?: () => T): Promise<T>;
  /** When it last read how an incident stands, by the order of events of the night. */
  readonly reads: Map<string, number>;
}

export type Ended<T> =
  | { readonly kind: 'done'; readonly value: T }
  | { readonly kind: 'failed'; readonly error: unknown }
  | { readonly kind: 'died' };

/** What a dead process waits for. */
const nothing = <T>(): Promise<T> => new Promise<T>(() => {});

/**
 * Starts processes, numbers every call that they make, and lets them go wrong. `meanwhile` is what somebody else does.
 */
export const createProcesses = (plan: FaultPlan, meanwhile: (label: string) => Promise<void>) => {
  const calls: string[] = [];
  const faults: { readonly index: number; readonly label: string; readonly kind: FaultKind }[] = [];

  /** Ends when the work ends or the process dies; what a dead process had begun goes no further. */
  const run = async <T>(work: (process: Process) => Promise<T>): Promise<Ended<T>> => {
    let isDead = false;
    let die = () => {};
    const death = new Promise<Ended<T>>((resolve) => {
      die = () => {
        isDead = true;
        resolve({ kind: 'died' });
      };
    });
    const call: Process['call'] = async (label, effect, failed) => {
      if (isDead) return nothing();
      const index = calls.push(label) - 1;
      const kind = plan(index, label);
      if (kind) faults.push({ index, label, kind });
      const fail = () => {
        if (failed) return failed();
        throw new Error(`${label} did not answer`);
      };
      if (kind === 'meanwhile') await meanwhile(label);
      if (kind === 'fails') return fail();
      if (kind === 'dies-before') {
        die();
        return nothing();
      }
      const answer = await effect();
      if (kind === 'dies-after') die();
      if (kind === 'lost') return fail();
      return isDead ? nothing() : answer;
    };
    const alive = work({ call, reads: new Map() }).then(
      (value): Ended<T> => ({ kind: 'done', value }),
      (error: unknown): Ended<T> => ({ kind: 'failed', error }),
    );
    return Promise.race([alive, death]);
  };

  return { run, calls, faults };
};

type Methods = Readonly<Record<string, (...args: never[]) => Promise<unknown>>>;

/** A port as a process sees it: each method is one call. */
export const through = <P>(process: Process, name: string, port: P): P =>
  Object.fromEntries(
    Object.entries(port as Methods).map(([method, run]) => [
      method,
      (...args: never[]) => process.call(`${name}.${method}`, () => run(...args)),
    ]),
  ) as P;
