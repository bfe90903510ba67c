import { randomUUID } from 'node:crypto';
import { parentPort, workerData } from 'node:worker_threads';

/** What the host passes to the worker. */
export interface WorkerData {
  readonly functionName: string;
  /** URL of the module whose `handler` is the function. */
  readonly module: string;
  readonly timeoutMs: number;
}
export interface Invocation {
  readonly id: number;
  /** JSON, as a function on Lambda gets it. */
  readonly event: string;
}
export type InvocationResult =
  | { readonly id: number; readonly result: string }
  | { readonly id: number; readonly error: { readonly name: string; readonly message: string } };

type Handler = (event: unknown, context: unknown) => unknown;

const { functionName, module, timeoutMs } = workerData as WorkerData;

const context = () => {
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
    getRemainingTimeInMillis: () => Math.max(0, deadline - Date.now()),
  };
};

const invoke = async ({ id, event }: Invocation): Promise<InvocationResult> => {
  try {
    const { handler } = (await import(module)) as { handler: Handler };
    const result = await handler(JSON.parse(event), context());
    return { id, result: JSON.stringify(result ?? null) };
  } catch (error) {
    const { name, message } = error instanceof Error ? error : new Error(String(error));
    return { id, error: { name, message } };
  }
};

parentPort?.on('message', async (invocation: Invocation) => {
  parentPort?.postMessage(await invoke(invocation));
});
