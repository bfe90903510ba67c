import { type Clay, createClay } from '../../../local/clay/core/clay.ts';
import { DEFAULT_OPTIONS, simulatedUuid } from '../../../local/clay/core/options.ts';
import { createRandom } from '../../../local/clay/core/random.ts';
import { createClayHttpClient } from '../../../local/clay/http-client.ts';
import type { Clock } from '../../../shared/clock.ts';
import { parseConfig } from '../../../shared/config/parse.ts';
import type { Config, ConfigInput } from '../../../shared/config/schema.ts';
import type { HttpClient } from '../../../shared/http/port.ts';
import type { ControlStore } from '../../../shared/relay/control.ts';
import { createForwarder, type ForwardOptions } from '../../../shared/relay/forward/forwarder.ts';
import type { ForwardPorts, ForwardReport } from '../../../shared/relay/forward/ports.ts';
import type { DeadLetterStore, Outbox } from '../../../shared/relay/keeping.ts';
import type { QueuedRow } from '../../../shared/relay/queue.ts';
import type { SendsLedger } from '../../../shared/relay/sends.ts';
import type { RowsLedger } from '../../../shared/rows/ledger.ts';
import { createPlaces, rowIdAt } from '../../../shared/rows/row-id.ts';
import { createMemoryControlStore } from '../../support/memory-control-store.ts';
import { createMemoryDeadLetters } from '../../support/memory-dead-letters.ts';
import { createMemoryOutbox } from '../../support/memory-outbox.ts';
import { createMemoryPacer, type MemoryPace } from '../../support/memory-pacer.ts';
import {
  createMemoryRowQueue,
  type MemoryRowQueue,
  type QueueTrouble,
} from '../../support/memory-row-queue.ts';
import { createMemoryRowsLedger } from '../../support/memory-rows-ledger.ts';
import { createFastClock, type FastClock } from './fast-clock.ts';

export const START = Date.UTC(2026, 10, 3, 12);
export const BASE = 'https://clay.test';
const TOKEN = 'fake-webhook-token';

type FeedInput = NonNullable<ConfigInput['feeds']>[string];

export interface ForwardWorld {
  readonly clock: FastClock;
  readonly clay: Clay;
  readonly config: Config;
  readonly queue: MemoryRowQueue;
  readonly ledger: RowsLedger & SendsLedger;
  readonly control: ControlStore;
  readonly outbox: Outbox;
  readonly deadLetters: DeadLetterStore;
  readonly pace: MemoryPace;
  readonly faults: { readonly error: unknown; readonly doing: string }[];
  /** Row ids by how often Clay took them. */
  readonly taken: Map<string, { readonly webhook: string; readonly at: number }[]>;
  /** When requests reached Clay, epoch ms. */
  readonly requests: { readonly at: number; readonly feed: string; readonly status: number | null }[];
  /** Stands between the forwarder and Clay. */
  between: (http: HttpClient) => HttpClient;
  ports(over?: Partial<ForwardPorts>): ForwardPorts;
  forward(options?: Partial<ForwardOptions>, over?: Partial<ForwardPorts>): Promise<ForwardReport>;
  /** Puts so many new rows into the queue of a feed. */
  put(feed: string, count: number, more?: Partial<QueuedRow>): Promise<readonly QueuedRow[]>;
}

export interface WorldOptions {
  readonly feeds?: Readonly<Record<string, FeedInput>>;
  readonly relay?: ConfigInput['relay'];
  readonly remediation?: ConfigInput['remediation'];
  readonly trouble?: QueueTrouble;
  /** What Clay takes; default: as configured. */
  readonly clayPerSecond?: number;
  readonly clayBurst?: number;
  readonly seed?: number;
  readonly togetherMs?: number;
  /** Rows that Clay's tables really take, by name; default: without end. */
  readonly ceilings?: Readonly<Record<string, number>>;
  /** Submissions that Clay's webhooks have really taken before, by `<feed>/<id>`. */
  readonly takenBefore?: Readonly<Record<string, number>>;
}

/** A feed with so many webhooks, as it is written. */
export const feedOf = (name: string, webhooks: number, more: Partial<FeedInput> = {}): FeedInput => ({
  relay: { secret: 'env:SENDER' },
  webhooks: Array.from({ length: webhooks }, (_, index) => ({
    id: `${name}-${index + 1}`,
    url: `env:URL_${name}_${index + 1}` as const,
    authToken: 'env:TOKEN' as const,
  })),
  ...more,
});

const ROW_ID = /"_claywatch_row_id":"([^"]+)"/;
/** The row id that travels in a body. */
export const rowIdIn = (body: string): string => ROW_ID.exec(body)?.[1] ?? '';

/** A world of the forwarder: the simulated Clay, every store in memory, and time that the test moves. */
export const createForwardWorld = (options: WorldOptions = {}): ForwardWorld => {
  let underWay = 0;
  /** Holds time still while the call is under way. */
  const timeless = <T extends object>(port: T, names: readonly (keyof T)[]): T => {
    const wrapped = names.map((name) => {
      const inner = (port[name] as (...args: unknown[]) => Promise<unknown>).bind(port);
      const outer = async (...args: unknown[]) => {
        underWay += 1;
        try {
          return await inner(...args);
        } finally {
          underWay -= 1;
        }
      };
      return [name, outer];
    });
    return { ...port, ...Object.fromEntries(wrapped) } as T;
  };
  const clock = createFastClock(START, {
    ...(options.togetherMs === undefined ? {} : { togetherMs: options.togetherMs }),
    underWay: () => underWay,
  });
  const config = parseConfig(
    {
      feeds: options.feeds ?? { leads: feedOf('leads', 2) },
      relay: options.relay ?? {},
      remediation: options.remediation ?? {},
    },
    'the configuration of a test',
  );
  const webhooks = Object.values(config.feeds).flatMap((feed) => feed.webhooks);
  const tables = [...new Set(webhooks.map(({ id, table }) => table ?? `of-${id}`))];
  const clay = createClay({
    clock,
    random: createRandom(options.seed ?? 1),
    options: {
      tables: tables.map((id) => ({
        id,
        ceiling: options.ceilings?.[id] ?? 10_000_000,
        autoRun: false,
        autoDelete: false,
        providers: [],
      })),
      webhooks: webhooks.map(({ id, table, limit }, index) => ({
        id,
        uuid: simulatedUuid(index + 1),
        table: table ?? `of-${id}`,
        token: TOKEN,
        authHeader: 'x-clay-webhook-auth',
        limit,
        startCount: options.takenBefore?.[id] ?? 0,
      })),
      intakePerSecond: options.clayPerSecond ?? config.relay.rowsPerSecond,
      intakeBurst: options.clayBurst ?? config.relay.burst,
      maxBodyBytes: DEFAULT_OPTIONS.maxBodyBytes,
    },
  });
  const byUrl = new Map(webhooks.map(({ id }) => [`${BASE}${clay.webhookPath(id)}`, id]));
  const feedOfWebhook = new Map(
    Object.entries(config.feeds).flatMap(([feed, own]) => own.webhooks.map(({ id }) => [id, feed] as const)),
  );
  const secrets = new Map([
    ['env:TOKEN', TOKEN],
    ...webhooks.map(({ id, url }) => [url as string, `${BASE}${clay.webhookPath(id)}`] as const),
  ]);

  const queue = createMemoryRowQueue({ clock, ...(options.trouble && { trouble: options.trouble }) });
  const ledger = timeless(createMemoryRowsLedger({ clock }), [
    ...(['sends', 'claim', 'settle', 'snapshot', 'fold', 'rebase'] as const),
  ]);
  const control = timeless(createMemoryControlStore(), ['load', 'save', 'tally', 'count']);
  const outbox = timeless(createMemoryOutbox({ clock }), ['keep']);
  const deadLetters = timeless(createMemoryDeadLetters({ clock }), ['put']);
  const pace: MemoryPace = { state: null };
  const faults: ForwardWorld['faults'] = [];
  const taken: ForwardWorld['taken'] = new Map();
  const requests: ForwardWorld['requests'] = [];

  const direct = createClayHttpClient(clay, clock, BASE);
  const watched: HttpClient = async (request, signal) => {
    const at = clock.now();
    const webhook = byUrl.get(request.url) ?? '';
    const outcome = await direct(request, signal);
    const status = outcome.kind === 'answer' ? outcome.status : null;
    const rowId = rowIdIn(request.body ?? '');
    if (status === 200) taken.set(rowId, [...(taken.get(rowId) ?? []), { webhook, at }]);
    requests.push({ at, feed: feedOfWebhook.get(webhook) ?? '', status });
    return outcome;
  };

  const places = createPlaces({ clock, random: createRandom(7) });
  const random = createRandom((options.seed ?? 1) + 1_000);

  const world: ForwardWorld = {
    clock,
    clay,
    config,
    queue,
    ledger,
    control,
    outbox,
    deadLetters,
    pace,
    faults,
    taken,
    requests,
    between: (http) => http,
    ports: (over = {}) => ({
      config,
      clock: clock as Clock,
      queue,
      sends: ledger,
      rows: ledger,
      pacer: createMemoryPacer({ rules: config.relay, clock, pace }),
      control,
      outbox,
      deadLetters,
      http: world.between(watched),
      secrets: {
        read: async (reference) => {
          const value = secrets.get(reference);
          if (value === undefined) throw new Error(`no secret ${reference}`);
          return value;
        },
      },
      undeliverable: { queue, read: async () => null },
      random,
      onFault: (error, doing) => faults.push({ error, doing }),
      ...over,
    }),
    forward: (given = {}, over = {}) =>
      clock.run(createForwarder(world.ports(over))({ workMs: 62_000, graceMs: 45_000, ...given })),
    put: async (feed, count, more = {}) => {
      const rows = places(count)
        .map(rowIdAt)
        .map(
          (id, index): QueuedRow => ({
            feed,
            id,
            json: JSON.stringify({ _claywatch_row_id: id, n: index }),
            takenAt: clock.now(),
            after: 0,
            tries: 0,
            origin: 'sender',
            ...more,
          }),
        );
      await queue.send(feed, rows);
      return rows;
    },
  };
  return world;
};

/** Every row of the queue was removed, and none is set aside. */
export const leftInQueue = async (world: ForwardWorld, feed: string): Promise<number> => {
  const { waiting, inFlight, delayed } = await world.queue.depth(feed);
  return waiting + inFlight + delayed;
};
