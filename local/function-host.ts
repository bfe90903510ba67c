import type { Readable } from 'node:stream';
import { Worker } from 'node:worker_threads';
import { COMPILE_CACHE_DIR } from './compile-cache.ts';
import type { Invocation, InvocationResult, WorkerData } from './function-worker.ts';

export interface FunctionHostOptions {
  readonly functionName: string;
  readonly module: URL;
  /** The whole environment of the function; nothing of this process's own reaches it. */
  readonly env: Readonly<Record<string, string>>;
  /** As on Lambda: past it the invocation fails and the function starts anew next time. */
  readonly timeoutMs: number;
  /** What the function writes to its log, in pieces. */
  readonly onLog: (text: string) => void;
}

export interface FunctionHost {
  /** Invokes the function; rejects with what it threw, or when it timed out or died. */
  invoke(event: unknown): Promise<unknown>;
  stop(): Promise<void>;
}

/** A worker that began as TypeScript would load the compiler, cache or not. */
const BOOTSTRAP = `
  require('node:module').enableCompileCache(${JSON.stringify(COMPILE_CACHE_DIR)});
  import(${JSON.stringify(new URL('./function-worker.ts', import.meta.url).href)});
`;

interface Waiting {
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
}

/**
 * Runs a function as Lambda does: in a place of its own (a worker thread) with its own environment and modules, kept
 * warm between invocations, cut off at its timeout, started anew after it died.
 */
export const createFunctionHost = (options: FunctionHostOptions): FunctionHost => {
  const { functionName, module, env, timeoutMs, onLog } = options;
  const waiting = new Map<number, Waiting>();
  let worker: Worker | undefined;
  let invocations = 0;

  const failAll = (error: Error) => {
    for (const { reject } of waiting.values()) reject(error);
    waiting.clear();
  };

  const start = (): Worker => {
    const started = new Worker(BOOTSTRAP, {
      eval: true,
      env: { ...env },
      workerData: { functionName, module: module.href, timeoutMs } satisfies WorkerData,
      // The young space is small for the reason that start.ts gives; the old one is what a small function has.
      resourceLimits: { maxYoungGenerationSizeMb: 2, maxOldGenerationSizeMb: 128 },
      stdout: true,
      stderr: true,
    });
    const relay = (stream: Readable) => stream.setEncoding('utf8').on('data', onLog);
    relay(started.stdout);
    relay(started.stderr);
    started.on('message', (message: InvocationResult) => {
      const waiter = waiting.get(message.id);
      waiting.delete(message.id);
      if ('error' in message) {
        waiter?.reject(Object.assign(new Error(message.error.message), { name: message.error.name }));
      } else {
        waiter?.resolve(JSON.parse(message.result));
      }
    });
    const gone = (error: Error) => {
      if (worker !== started) return;
      worker = undefined;
      failAll(error);
    };
    started.on('error', gone);
    started.on('exit', (code) => gone(new Error(`${functionName} exited with code ${code}`)));
    return started;
  };

  const discard = async (): Promise<void> => {
    const old = worker;
    worker = undefined;
    await old?.terminate();
  };

  return {
    invoke: (event) =>
      new Promise((resolve, reject) => {
        worker ??= start();
        const id = ++invocations;
        const timer = setTimeout(() => {
          waiting.delete(id);
          reject(new Error(`${functionName} timed out after ${timeoutMs} ms`));
          void discard();
        }, timeoutMs);
        waiting.set(id, {
          resolve: (result) => {
            clearTimeout(timer);
            resolve(result);
          },
          reject: (error) => {
            clearTimeout(timer);
            reject(error);
          },
        });
        worker.postMessage({ id, event: JSON.stringify(event) } satisfies Invocation);
      }),
    stop: async () => {
      await discard();
      failAll(new Error(`${functionName} was stopped`));
    },
  };
};
