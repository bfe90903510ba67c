import * as z from 'zod';
import { CAUSE_IDS, type Cause } from '../cause.ts';
import { SEVERITIES } from '../severity.ts';
import { SECRET_REFERENCE, type SecretReference } from './secret-reference.ts';

const severity = z.enum(SEVERITIES);
const name = z
  .string()
  .regex(
    /^[a-z][a-z0-9-]{0,39}$/,
    'a name: lower-case letters, digits and hyphens, at most 40, starting with a letter',
  );
const httpUrl = z.url({
  protocol: /^https?$/,
  error: 'an http or https URL, e.g. "https://example.com/health"',
});
const secret = z.custom<SecretReference>(
  (value) => typeof value === 'string' && SECRET_REFERENCE.test(value),
  'the name of a secret, never the secret itself: "env:NAME" or "secretsmanager:NAME" (value hidden)',
);
const milliseconds = (fallback: number, min: number, max: number) =>
  z.number().int().min(min).max(max).default(fallback).describe('milliseconds');
const minutes = (fallback: number, min: number, max: number) =>
  z.number().min(min).max(max).default(fallback).describe('minutes');
const count = (fallback: number, min: number, max: number) =>
  z.number().int().min(min).max(max).default(fallback);
/** A section that may be left out whole; its keys then take their defaults. */
const section = <S extends z.ZodRawShape>(shape: S) => z.strictObject(shape).prefault({} as never);

const header = z.union([z.string(), z.strictObject({ secret })]);

/** What every HTTP probe of the user's own endpoints takes. */
const endpoint = {
  url: httpUrl,
  method: z.enum(['GET', 'HEAD', 'POST']).default('GET'),
  /** Sent with the probe; a secret value is named: `{ secret: 'env:NAME' }`. */
  headers: z.record(z.string(), header).default({}),
  /**
   * What must hold, each a CEL expression over `status` (int), `latency_ms` (double), `body` (parsed JSON) and
   * `headers`: `status == 200`, `body.queue.depth < 1000`. Empty: the surface's own default.
   */
  conditions: z.array(z.string().min(1)).default([]),
  timeoutMs: z
    .number()
    .int()
    .min(100)
    .max(10_000)
    .optional()
    .describe('milliseconds; default: observe.timeoutMs'),
  slowAfterMs: z
    .number()
    .int()
    .min(10)
    .max(10_000)
    .optional()
    .describe('milliseconds; default: observe.slowAfterMs'),
  everyMinutes: minutes(1, 1, 1_440),
};

const webhook = z.strictObject({
  id: name,
  /** The webhook URL is a secret (clay-facts): whoever has it can write rows and spend credits. */
  url: secret,
  authToken: secret.optional(),
  authHeader: z.string().default('x-clay-webhook-auth'),
  /** The Clay table that the webhook feeds. */
  table: z.string().min(1).optional(),
  /** Lifetime submissions that the source accepts. */
  limit: count(50_000, 1, 10_000_000),
  startCount: count(0, 0, 10_000_000).describe('submissions accepted before Claywatch began to count'),
  /** Enterprise passthrough tables have no limit. */
  unlimited: z.boolean().default(false),
  /**
   * passive: only real submissions are evidence (default, free). rejected-post: a POST that Clay refuses before it
   * makes a row. canary: a real row; priced, and refused over its budget.
   */
  check: z.enum(['passive', 'rejected-post', 'canary']).default('passive'),
  everyMinutes: minutes(60, 1, 44_640),
  canary: section({
    row: z.record(z.string(), z.json()).default({ _claywatch_canary: true }),
    maxShareOfLimitPerYear: z.number().min(0).max(1).default(0.2).describe('share of the limit, 0 to 1'),
    creditsPerRow: z.number().min(0).default(14).describe('data credits that one row typically costs'),
    force: z.boolean().default(false),
  }),
});

const feed = z.strictObject({
  description: z.string().optional(),
  /** Named in messages as affected: "Sales development", "lead routing". */
  affects: z.array(z.string()).default([]),
  webhooks: z.array(webhook).default([]),
  /** Where Clay's HTTP API column sends enriched rows; probed from outside. */
  callback: z.strictObject(endpoint).optional(),
});

const probe = z.strictObject({
  ...endpoint,
  /** Decides the cause: crm → crm.sync-failing, provider → provider.failing, service → own.unhealthy. */
  kind: z.enum(['crm', 'provider', 'service']).default('service'),
  feed: name.optional(),
});

const meter = section({
  lowBelow: z.number().min(0).default(5_000).describe('units left; opens P4'),
  veryLowBelow: z.number().min(0).default(1_000).describe('units left; opens P3'),
  criticalBelow: z.number().min(0).default(500).describe('units left; opens P2'),
});

const severities = z.array(severity).min(1);

export const configSchema = z.strictObject({
  /** Tells several installations apart in messages and in AWS names. */
  installation: name.default('claywatch'),

  clay: section({
    webUrl: httpUrl.default('https://www.clay.com'),
    apiUrl: httpUrl.default('https://api.clay.com').describe('host of webhooks and of the sign of life'),
    publicApiUrl: httpUrl.default('https://api.clay.com/public/v0'),
    statusPageUrl: httpUrl.default('https://status.clay.com'),
    /** auto reads Rootly's JSON first, then Atlassian Statuspage's. */
    statusPageFormat: z.enum(['auto', 'rootly', 'statuspage', 'off']).default('auto'),
    statusPageStaleAfterMinutes: minutes(1_440, 5, 43_200),
    apiKey: secret.optional(),
    /** One official text says `clay-api-key`, another `Authorization: Bearer` [C]. */
    apiKeyHeader: z.enum(['clay-api-key', 'authorization-bearer']).default('clay-api-key'),
    balanceEveryMinutes: minutes(5, 1, 1_440),
  }),

  feeds: z.record(name, feed).default({}),

  /** The health endpoint of the user's own integration. */
  integration: z.strictObject(endpoint).optional(),
  probes: z.record(name, probe).default({}),

  connectivity: section({
    /** Hosts independent of Clay and of each other; any HTTP answer from any of them proves the network. */
    urls: z
      .array(httpUrl)
      .min(1)
      .default([
        'https://www.gstatic.com/generate_204',
        'https://www.cloudflare.com/cdn-cgi/trace',
        'https://checkip.amazonaws.com',
      ]),
    timeoutMs: milliseconds(3_000, 100, 10_000),
  }),

  observe: section({
    timeoutMs: milliseconds(5_000, 100, 10_000),
    slowAfterMs: milliseconds(3_000, 10, 10_000),
    maxBodyBytes: count(65_536, 1_024, 1_048_576).describe('bytes read of any answer'),
    /** When, after a first failure, it is looked at again within the same run. */
    confirmAfterMs: z.array(z.number().int().min(0).max(10_000)).max(5).default([2_000, 5_000]),
    confirmTimeoutMs: milliseconds(3_000, 100, 10_000),
    failureThreshold: count(1, 1, 60).describe('runs in a row whose failure was confirmed'),
    slowThreshold: count(5, 1, 60).describe('runs in a row that were slow'),
    recoveryThreshold: count(2, 1, 60).describe('runs in a row that were ok'),
    unknownThresholdMinutes: minutes(30, 1, 10_080),
    flap: section({
      changes: count(4, 2, 100).describe('changes of state within the window that make it flapping'),
      windowMinutes: minutes(30, 1, 1_440),
      recoveryThreshold: count(10, 1, 240).describe('runs in a row that were ok, while flapping'),
    }),
  }),

  credits: meter,
  actions: meter,

  schedule: section({
    everyMinutes: z.number().int().min(1).max(60).default(1).describe('minutes; one is the finest rate'),
    missedAfterMinutes: minutes(3, 1, 1_440),
  }),

  /** Overrides of the default severity of a cause. */
  severities: z.partialRecord(z.enum(CAUSE_IDS as [Cause, ...Cause[]]), severity).default({}),

  incidents: section({
    respondWithinMinutes: section({
      P1: minutes(15, 1, 10_080),
      P2: minutes(60, 1, 10_080),
      P3: minutes(240, 1, 10_080),
    }),
    nextUpdateMinutes: section({
      P1: minutes(30, 1, 10_080),
      P2: minutes(60, 1, 10_080),
      P3: minutes(240, 1, 10_080),
      P4: minutes(1_440, 1, 10_080),
    }),
    reopenWithinMinutes: minutes(60, 0, 10_080),
    /** P4 is answered on the next business day of this calendar. */
    calendar: section({
      timeZone: z
        .string()
        .refine((zone) => isTimeZone(zone), 'an IANA time zone, e.g. "Europe/Berlin"')
        .default('UTC'),
      workdays: z
        .array(z.enum(['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday']))
        .min(1)
        .default(['monday', 'tuesday', 'wednesday', 'thursday', 'friday']),
      endsAt: z
        .string()
        .regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'a time of day, e.g. "17:00"')
        .default('17:00'),
      holidays: z.array(z.iso.date()).default([]).describe('dates, e.g. "2026-12-25"'),
    }),
  }),

  notify: section({
    email: z
      .array(z.strictObject({ address: z.email(), severities: severities.default(['P1', 'P2', 'P3', 'P4']) }))
      .default([]),
    sms: z
      .array(
        z.strictObject({
          number: z.e164('a telephone number with its country, e.g. "+4915112345678"'),
          severities: severities.default(['P1']),
        }),
      )
      .default([]),
    /** Who hears when Claywatch itself is not running; default: everybody in `notify.email`. */
    operatorEmail: z.array(z.email()).default([]),
  }),
});

/** The configuration as a person writes it: every key with a default may be left out. */
export type ConfigInput = z.input<typeof configSchema>;
/** The configuration as the code reads it: every key present. */
export type Config = z.output<typeof configSchema>;
export type FeedConfig = Config['feeds'][string];
export type WebhookConfig = FeedConfig['webhooks'][number];
export type EndpointConfig = NonNullable<Config['integration']>;

function isTimeZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
    return true;
  } catch {
    return false;
  }
}
