import { AsyncLocalStorage } from 'node:async_hooks';
import { randomUUID } from 'node:crypto';
import { parentPort, workerData } from 'node:worker_threads';

/** A function that a worker runs. */
export interface WorkerFunction {
  readonly name: string;
  /** What it is called where it is deployed, `<installation>-<name>`: its log says so. Left out: its name. */
  readonly functionName?: string;
  /** URL of the module whose `handler` is the function. */
  readonly module: string;
  /** The whole environment of the function. */
  readonly env: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
}
/** What the host passes to the worker. */
export interface WorkerData {
  readonly functions: readonly WorkerFunction[];
}
export interface Invocation {
  readonly kind: 'invoke';
  readonly id: number;
  readonly functionName: string;
  /** JSON, as a function on Lambda gets it. */
  readonly event: string;
}
/** Invocations under way are to end: they hear a SIGTERM, and that this much time is left to them at most. */
export interface WindDown {
  readonly kind: 'wind-down';
  readonly withinMs: number;
}
export type ToWorker = Invocation | WindDown;
export type InvocationResult =
  | { readonly id: number; readonly result: string }
  | { readonly id: number; readonly error: { readonly name: string; readonly message: string } };

type Handler = (event: unknown, context: unknown) => unknown;

const { functions } = workerData as WorkerData;
let endsAt = Number.POSITIVE_INFINITY;

/**
 * Several functions share a worker, which saves a copy of the SDK for each of them; yet each sees its own environment
 * only, as on Lambda: whatever runs on behalf of a function finds that function's variables in `process.env`.
 */
const environment = new AsyncLocalStorage<Record<string, string>>();
const NOBODYS: Record<string, string> = {};
const current = () => environment.getStore() ?? NOBODYS;
process.env = new Proxy(NOBODYS, {
  get: (_, name) => Reflect.get(current(), name),
  set: (_, name, value) => Reflect.set(current(), name, String(value)),
  has: (_, name) => Reflect.has(current(), name),
  deleteProperty: (_, name) => Reflect.deleteProperty(current(), name),
  ownKeys: () => Reflect.ownKeys(current()),
  getOwnPropertyDescriptor: (_, name) => Reflect.getOwnPropertyDescriptor(current(), name),
  defineProperty: (_, name, descriptor) => Reflect.defineProperty(current(), name, descriptor),
});

const contextOf = ({ name, functionName = name, timeoutMs }: WorkerFunction) => {
  const deadline = Date.now() + timeoutMs;
  return {
    functionName,
    functionVersion: '$LATEST',
    invokedFunctionArn: `arn:aws:lambda:local:000000000000:function:${functionName}`,
    memoryLimitInMB: '0',
    awsRequestId: randomUUID(),
    logGroupName: '',
    logStreamName: '',
    callbackWaitsForEmptyEventLoop: false,
    getRemainingTimeInMillis: () => Math.max(0, Math.min(deadline, endsAt) - Date.now()),
  };
};

const hosted = new Map(functions.map((one) => [one.name, { ...one, env: { ...one.env } }]));

const invoke = async ({ id, functionName, event }: Invocation): Promise<InvocationResult> => {
  try {
    const found = hosted.get(functionName);
    if (!found) throw new RangeError(`no function ${functionName}`);
    const result = await environment.run(found.env, async () => {
      const { handler } = (await import(found.module)) as { handler: Handler };
      return handler(JSON.parse(event), contextOf(found));
    });
    return { id, result: JSON.stringify(result ?? null) };
  } catch (error) {
    const { name, message } = error instanceof Error ? error : new Error(String(error));
    return { id, error: { name, message } };
  }
};

parentPort?.on('message', async (message: ToWorker) => {
  if (message.kind === 'wind-down') {
    endsAt = Date.now() + message.withinMs;
    // As Lambda tells a function whose place is taken down; a worker gets no signals of the system's.
    process.emit('SIGTERM');
  } else parentPort?.postMessage(await invoke(message));
});
