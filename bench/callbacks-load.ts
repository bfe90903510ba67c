import { readFileSync } from 'node:fs';
import { Agent, request } from 'node:http';

/**
 * Sends callbacks, or rows, from a process of its own, so that the sender's work is not on the receiver's account.
 * Reads a plan (JSON, standard input), writes what it saw (JSON, standard output).
 */

export interface LoadPlan {
  readonly url: string;
  readonly header: string;
  readonly secret: string;
  /** Bodies in the order in which they are sent, each once. */
  readonly bodies: readonly string[];
  /** At this rate whatever the answers (open loop), or as fast as they come over so many connections. */
  readonly pace: { readonly perSecond: number } | { readonly connections: number };
  /** What is not sent by then stays unsent, ms. */
  readonly forMs: number;
}

export interface LoadResult {
  readonly sent: number;
  readonly wallMs: number;
  /** From when a request was due until its answer was read, ms, in the order of the bodies. */
  readonly latencies: readonly number[];
  /** By status, or by fault of the connection. */
  readonly answers: Readonly<Record<string, number>>;
  /** By `outcome`, of every row. */
  readonly outcomes: Readonly<Record<string, number>>;
  /** Those that the relay issued, in the order of its answers. */
  readonly rowIds: readonly string[];
}

const run = async ({ url, header, secret, bodies, pace, forMs }: LoadPlan): Promise<LoadResult> => {
  const agent = new Agent({ keepAlive: true, maxSockets: 'connections' in pace ? pace.connections : 256 });
  const answers: Record<string, number> = {};
  const outcomes: Record<string, number> = {};
  const latencies: number[] = [];
  const rowIds: string[] = [];
  const count = (counts: Record<string, number>, name: string) => {
    counts[name] = (counts[name] ?? 0) + 1;
  };
  const countOutcomes = (text: string) => {
    for (const [, outcome = ''] of text.matchAll(/"outcome":"([a-z-]+)"/g)) count(outcomes, outcome);
  };

  const post = (body: string, dueAt: number): Promise<void> =>
    new Promise((resolve) => {
      const done = (answer: string, text = '') => {
        count(answers, answer);
        countOutcomes(text);
        if (answer === '202') rowIds.push(...(JSON.parse(text) as { row_ids: string[] }).row_ids);
        latencies.push(performance.now() - dueAt);
        resolve();
      };
      const headers = {
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(body),
        [header]: secret,
      };
      const sending = request(url, { method: 'POST', agent, headers }, (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (chunk) => {
          text += chunk;
        });
        response.on('end', () => done(String(response.statusCode), text));
        response.on('error', () => done('broken'));
      });
      sending.on('error', (error: NodeJS.ErrnoException) => done(error.code ?? 'failed'));
      sending.end(body);
    });

  const startedAt = performance.now();
  const isOver = () => performance.now() - startedAt > forMs;
  let next = 0;
  if ('connections' in pace) {
    const connection = async () => {
      while (next < bodies.length && !isOver()) await post(bodies[next++] ?? '', performance.now());
    };
    await Promise.all(Array.from({ length: pace.connections }, connection));
  } else {
    const answered: Promise<void>[] = [];
    const dueAt = (index: number) => startedAt + (index * 1_000) / pace.perSecond;
    while (next < bodies.length && !isOver()) {
      const now = performance.now();
      for (; next < bodies.length && dueAt(next) <= now; next += 1) {
        answered.push(post(bodies[next] ?? '', dueAt(next)));
      }
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    await Promise.all(answered);
  }
  agent.destroy();
  return { sent: next, wallMs: performance.now() - startedAt, latencies, answers, outcomes, rowIds };
};

if (import.meta.main) {
  const plan = JSON.parse(readFileSync(0, 'utf8')) as LoadPlan;
  process.stdout.write(JSON.stringify(await run(plan)));
}
