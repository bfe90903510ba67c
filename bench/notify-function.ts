import { handler } from '../functions/notify/handler.ts';
import { createNodeClient } from '../shared/http/node-client.ts';

/*
 * The function `notify` in a process of its own, as Lambda runs it: it is given events and answers them, so that what
 * the process uses is what the function uses. Environment and events come from whoever started it.
 */

/** A loop of bare POSTs, with the HTTP client of the product. */
export interface PostPlan {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly count: number;
  readonly atOnce: number;
}

export interface Used {
  readonly rssBytes: number;
  /** After collecting garbage. */
  readonly heapBytes: number;
  /** Since the start of the process. */
  readonly processorMs: number;
}

export type FunctionTask =
  | { readonly kind: 'invoke'; readonly event: unknown }
  | { readonly kind: 'post'; readonly plan: PostPlan }
  | { readonly kind: 'used' };
export type ToFunction = FunctionTask & { readonly id: number };
export type FromFunction = { readonly id: number } & (
  | { readonly result: unknown }
  | { readonly error: string }
);

const TIMEOUT_MS = 60_000;

const invoke = (event: unknown) => {
  const endsAt = Date.now() + TIMEOUT_MS;
  const context = {
    functionName: 'notify',
    awsRequestId: crypto.randomUUID(),
    getRemainingTimeInMillis: () => endsAt - Date.now(),
  };
  return (handler as (event: unknown, context: unknown) => Promise<unknown>)(event, context);
};

const postAll = async ({
  url,
  headers,
  body,
  count,
  atOnce,
}: PostPlan): Promise<{ readonly took: number }> => {
  const http = createNodeClient({ version: 'bench' });
  let begun = 0;
  let took = 0;
  const work = async (): Promise<void> => {
    while (begun < count) {
      begun += 1;
      const request = { method: 'POST', url, headers, body, timeoutMs: 5_000, maxBodyBytes: 10_000 } as const;
      const outcome = await http(request);
      if (outcome.kind === 'answer' && outcome.status < 300) took += 1;
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return { took };
};

const used = (): Used => {
  globalThis.gc?.();
  const { rss, heapUsed } = process.memoryUsage();
  const { user, system } = process.cpuUsage();
  return { rssBytes: rss, heapBytes: heapUsed, processorMs: (user + system) / 1_000 };
};

const carryOut = async (task: FunctionTask): Promise<unknown> => {
  switch (task.kind) {
    case 'invoke':
      return invoke(task.event);
    case 'post':
      return postAll(task.plan);
    case 'used':
      return used();
  }
};

process.on('message', async (task: ToFunction) => {
  const { id } = task;
  try {
    process.send?.({ id, result: await carryOut(task) } satisfies FromFunction);
  } catch (error) {
    process.send?.({ id, error: String(error) } satisfies FromFunction);
  }
});
process.on('disconnect', () => process.exit());
