/** A provider that a table asks, one after another until one of them knows. */
export interface ProviderOptions {
  readonly name: string;
  /** Share of rows for which it knows something, 0 to 1. */
  readonly hitRate: number;
  readonly minSeconds: number;
  readonly maxSeconds: number;
  /** Share of the requests to it that fail anyhow, 0 to 1; absent: none. */
  readonly failureRate?: number;
  /** Data credits for a hit. */
  readonly credits: number;
  /** Whether a miss costs the same: it depends on the provider [C, clay-facts]. */
  readonly chargesMiss: boolean;
  /** Names of the fields that a hit fills. */
  readonly fills: readonly string[];
}

export interface TableOptions {
  readonly id: string;
  /** Rows that the table holds; further ones vanish silently [C, clay-facts]. */
  readonly ceiling: number;
  /** Rows in it before the simulation began; absent: none. */
  readonly startRows?: number;
  readonly autoRun: boolean;
  /** Passthrough (Enterprise auto-delete): finished rows are deleted, and its webhooks have no cap. */
  readonly autoDelete: boolean;
  /** The field on which auto-dedupe works; absent: the same POST twice makes two rows [C]. */
  readonly dedupeOn?: string;
  /** Share of the rows that a run condition skips; absent: none. */
  readonly skipRate?: number;
  readonly providers: readonly ProviderOptions[];
}

export interface WebhookOptions {
  readonly id: string;
  readonly uuid: string;
  readonly table: string;
  /** Sent in `authHeader`; absent: anybody may post. */
  readonly token?: string;
  readonly authHeader: string;
  /** Lifetime submissions; deleting rows does not lower the count [C]. */
  readonly limit: number;
  /** Submissions accepted before the simulation began. */
  readonly startCount: number;
}

/** The HTTP API column: where enriched rows go. */
export interface CallbackOptions {
  readonly url: string;
  /** Columns do not sign; they send a static header [C]. */
  readonly header: string;
  readonly secret: string;
  /** At most 100 s [C]. */
  readonly timeoutMs: number;
  /** Immediate retries after 408, 413, 429 or a connection error; 0 to 5, Clay's default is 1 [C]. */
  readonly retries: number;
}

export interface ClayOptions {
  readonly apiKey: string;
  /** One official text says `clay-api-key`, another `Authorization: Bearer`: both are taken unless told otherwise. */
  readonly apiKeyHeader: 'either' | 'clay-api-key' | 'authorization-bearer';
  /** Data credits at the beginning. */
  readonly credits: number;
  /** Actions at the beginning; null: legacy billing, which has no second meter [C]. */
  readonly actions: number | null;
  readonly tables: readonly TableOptions[];
  readonly webhooks: readonly WebhookOptions[];
  /** Absent: rows are enriched, and go nowhere. */
  readonly callback?: CallbackOptions;
  /** Requests to all webhooks of the workspace together [C]. */
  readonly intakePerSecond: number;
  readonly intakeBurst: number;
  readonly maxBodyBytes: number;
  /** Clay's pages disagree about a body that is too large: 413 on one, 400 on another. */
  readonly oversizeStatus: 413 | 400;
  /** The public API's own limit is unpublished; this one is generous. */
  readonly publicApiPerMinute: number;
  /** Outbound calls of HTTP API columns, per second and workspace [C]. */
  readonly outboundPerSecond: number;
  /** What becomes of rows when a meter is at zero is unclear [U]: they wait, or they end in an error. */
  readonly whenExhausted: 'wait' | 'error';
  /** Who hosts the status page: decides between `/api/v1` (Rootly) and `/api/v2` (Statuspage). */
  readonly statusVendor: 'rootly' | 'statuspage' | 'both';
  /** `incidents.json` of Rootly: a bare array, or an envelope with `page`, `incidents` and `pagination`. */
  readonly incidentsShape: 'array' | 'envelope';
  /** What an answer takes when nothing is wrong, ms; drawn between half of it and one and a half. */
  readonly latencyMs: number;
}

/** Obviously no real secrets: they open nothing but this program. */
export const SIMULATED_API_KEY = 'simulated-api-key';
export const SIMULATED_WEBHOOK_TOKEN = 'simulated-webhook-token';
export const SIMULATED_CALLBACK_SECRET = 'simulated-callback-secret';
export const WEBHOOK_LIMIT = 50_000;
export const TABLE_CEILING = 50_000;

/** Obviously no real source. */
export const simulatedUuid = (number: number): string =>
  `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`;

const PROVIDERS: readonly ProviderOptions[] = [
  {
    name: 'alpha-data',
    hitRate: 0.7,
    minSeconds: 2,
    maxSeconds: 6,
    credits: 6,
    chargesMiss: false,
    fills: ['work_email', 'job_title'],
  },
  {
    name: 'beta-data',
    hitRate: 0.5,
    minSeconds: 3,
    maxSeconds: 9,
    credits: 8,
    chargesMiss: true,
    fills: ['work_email', 'phone'],
  },
];

const table = (id: string, more: Partial<TableOptions> = {}): TableOptions => ({
  id,
  ceiling: TABLE_CEILING,
  autoRun: true,
  autoDelete: false,
  providers: PROVIDERS,
  ...more,
});

const webhook = (id: string, number: number, tableId: string): WebhookOptions => ({
  id,
  uuid: simulatedUuid(number),
  table: tableId,
  token: SIMULATED_WEBHOOK_TOKEN,
  authHeader: 'x-clay-webhook-auth',
  limit: WEBHOOK_LIMIT,
  startCount: 0,
});

/** One webhook of a pool. */
export interface PoolEntry {
  readonly id: string;
  readonly table: string;
  /** Submissions accepted, and rows in the table, before the simulation began. */
  readonly startCount: number;
}

/** Webhooks as they are asked for, and the tables that they feed. */
export const poolOf = (entries: readonly PoolEntry[]): Pick<ClayOptions, 'tables' | 'webhooks'> => ({
  tables: [...Map.groupBy(entries, (entry) => entry.table)].map(([id, feeding]) =>
    table(id, { startRows: feeding.reduce((rows, { startCount }) => rows + startCount, 0) }),
  ),
  webhooks: entries.map(({ id, table: tableId, startCount }, index) => ({
    ...webhook(id, index + 1, tableId),
    startCount,
  })),
});

export const DEFAULT_OPTIONS: ClayOptions = {
  apiKey: SIMULATED_API_KEY,
  apiKeyHeader: 'either',
  credits: 25_000,
  actions: 100_000,
  tables: [table('leads'), table('accounts'), table('stream', { autoDelete: true })],
  webhooks: [
    webhook('leads-1', 1, 'leads'),
    webhook('leads-2', 2, 'leads'),
    webhook('accounts-1', 3, 'accounts'),
    webhook('stream-1', 4, 'stream'),
  ],
  intakePerSecond: 10,
  intakeBurst: 20,
  maxBodyBytes: 102_400,
  oversizeStatus: 413,
  publicApiPerMinute: 600,
  outboundPerSecond: 100,
  whenExhausted: 'wait',
  statusVendor: 'rootly',
  incidentsShape: 'array',
  latencyMs: 0,
};
