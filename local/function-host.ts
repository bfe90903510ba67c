import type { Readable } from 'node:stream';
import { Worker } from 'node:worker_threads';
import { COMPILE_CACHE_DIR } from './compile-cache.ts';
import type { InvocationResult, ToWorker, WorkerData } from './function-worker.ts';

export interface HostedFunction {
  readonly name: string;
  /** What it is called where it is deployed; left out: its name. */
  readonly functionName?: string;
  readonly module: URL;
  /** The whole environment of the function; nothing of this process's own reaches it. */
  readonly env: Readonly<Record<string, string>>;
  /** As on Lambda: past it the invocation fails and the function starts anew next time. */
  readonly timeoutMs: number;
}

export interface FunctionHostOptions {
  /** Those that share a worker, and thereby what they import. */
  readonly functions: readonly HostedFunction[];
  /** What the functions write to their log, in pieces. */
  readonly onLog: (text: string) => void;
}

export interface FunctionHost {
  /** Invokes a function; rejects with what it threw, or when it timed out or died. */
  invoke(name: string, event: unknown): Promise<unknown>;
  /** Tells invocations under way to end: by SIGTERM, and by their context, that so much time is left at most. */
  windDown(withinMs: number): void;
  stop(): Promise<void>;
}

/** A worker that began as TypeScript would load the compiler, cache or not. */
const BOOTSTRAP = `
  require('node:module').enableCompileCache(${JSON.stringify(COMPILE_CACHE_DIR)});
  import(${JSON.stringify(new URL('./function-worker.ts', import.meta.url).href)});
`;

interface Waiting {
  readonly functionName: string;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
}

const errorOf = ({ error }: Extract<InvocationResult, { error: unknown }>): Error =>
  Object.assign(new Error(error.message), { name: error.name });

/** One worker thread, and who waits for answers of it. */
const startWorker = ({ functions, onLog }: FunctionHostOptions, onGone: () => void) => {
  const waiting = new Map<number, Waiting>();
  const worker = new Worker(BOOTSTRAP, {
    eval: true,
    env: {},
    workerData: {
      functions: functions.map((one) => ({ ...one, module: one.module.href })),
    } satisfies WorkerData,
    // The young space is small, or it grows to tens of megabytes over the hours and stays so, yet large enough for a
    // thousand rows a second; the old one is what the functions have.
    resourceLimits: { maxYoungGenerationSizeMb: 8, maxOldGenerationSizeMb: 256 },
    stdout: true,
    stderr: true,
  });
  let retired = false;
  const relay = (stream: Readable) => stream.setEncoding('utf8').on('data', onLog);
  relay(worker.stdout);
  relay(worker.stderr);

  const endWhenIdle = () => {
    if (retired && waiting.size === 0) void worker.terminate();
  };
  const settle = (id: number, how: (waiter: Waiting) => void) => {
    const waiter = waiting.get(id);
    waiting.delete(id);
    if (waiter) how(waiter);
    endWhenIdle();
  };
  const failAll = (why: (functionName: string) => string) => {
    for (const { functionName, reject } of waiting.values()) reject(new Error(why(functionName)));
    waiting.clear();
    onGone();
  };
  worker.on('message', (message: InvocationResult) =>
    settle(message.id, (waiter) =>
      'error' in message ? waiter.reject(errorOf(message)) : waiter.resolve(JSON.parse(message.result)),
    ),
  );
  worker.on('error', ({ message }: Error) => failAll((name) => `${name} died: ${message}`));
  worker.on('exit', (code) => failAll((name) => `${name} exited with code ${code}`));

  return {
    post: (message: ToWorker) => worker.postMessage(message),
    wait: (id: number, waiter: Waiting) => void waiting.set(id, waiter),
    settle,
    /** Ends it once nobody waits any more. */
    retire: () => {
      retired = true;
      endWhenIdle();
    },
    stop: async () => {
      failAll((name) => `${name} was stopped`);
      await worker.terminate();
    },
  };
};

/**
 * Runs functions as Lambda does: in a place of their own (a worker thread) with their own environments and modules,
 * kept warm between invocations, cut off at their timeouts, started anew after one of them hung or died. Functions that
 * share a worker with one that hung are let finish; those that share one with one that died die with it.
 */
export const createFunctionHost = (options: FunctionHostOptions): FunctionHost => {
  const timeouts = new Map(options.functions.map(({ name, timeoutMs }) => [name, timeoutMs]));
  const workers = new Set<ReturnType<typeof startWorker>>();
  let worker: ReturnType<typeof startWorker> | undefined;
  let invocations = 0;

  const start = (): ReturnType<typeof startWorker> => {
    const started = startWorker(options, () => {
      workers.delete(started);
      if (worker === started) worker = undefined;
    });
    workers.add(started);
    return started;
  };

  return {
    invoke: (functionName, event) =>
      new Promise((resolve, reject) => {
        const timeoutMs = timeouts.get(functionName);
        if (timeoutMs === undefined) return reject(new RangeError(`no function ${functionName}`));
        worker ??= start();
        const its = worker;
        const id = ++invocations;
        const timer = setTimeout(() => {
          if (worker === its) worker = undefined;
          its.settle(id, () => reject(new Error(`${functionName} timed out after ${timeoutMs} ms`)));
          its.retire();
        }, timeoutMs);
        its.wait(id, {
          functionName,
          resolve: (result) => {
            clearTimeout(timer);
            resolve(result);
          },
          reject: (error) => {
            clearTimeout(timer);
            reject(error);
          },
        });
        its.post({ kind: 'invoke', id, functionName, event: JSON.stringify(event) });
      }),
    windDown: (withinMs) => {
      for (const one of workers) one.post({ kind: 'wind-down', withinMs });
    },
    stop: async () => {
      await Promise.all([...workers].map((one) => one.stop()));
    },
  };
};
