import * as z from 'zod';
import { CAUSE_IDS, type Cause } from '../cause.ts';
import { SEND_ANSWERS } from '../relay/answer.ts';
import { SEVERITIES } from '../severity.ts';
import { SECRET_REFERENCE, type SecretReference } from './secret-reference.ts';

/** Kept with a key beside its meaning: how it is written (`allowed`), and in what unit. */
interface KeyMeta {
  readonly allowed?: string;
  readonly unit?: string;
}

/** Gives a key its meaning. Every key has one: docs/configuration.md and the error messages are made from them. */
const key = <S extends z.ZodType>(schema: S, description: string, meta: KeyMeta = {}): S =>
  schema.meta({ description, ...meta }) as S;

const NAME = 'a name: lower-case letters, digits and hyphens, at most 40, starting with a letter';
const HTTP_URL = 'an http or https URL without user name and password, e.g. "https://example.com/health"';
const SECRET_NAME = 'the name of a secret, never the secret itself: "env:NAME" or "secretsmanager:NAME"';
const HEADER_NAME = 'the name of an HTTP header, e.g. "x-token"';

const severity = z.enum(SEVERITIES);
const name = z
  .string(NAME)
  .regex(/^[a-z][a-z0-9-]{0,39}$/, NAME)
  .meta({ allowed: NAME });
const text = (max: number) => z.string().min(1).max(max);
const httpUrl = z
  .url({ protocol: /^https?$/, error: HTTP_URL })
  .max(2_048)
  .refine((url) => !hasUserInfo(url), HTTP_URL)
  .meta({ allowed: HTTP_URL });
/** Paths are appended to it, so a slash at its end is dropped. */
const baseUrl = httpUrl.overwrite((url) => url.replace(/\/+$/, '')).meta({ allowed: HTTP_URL });
const secret = z
  .custom<SecretReference>(
    (value) => typeof value === 'string' && value.length <= 512 && SECRET_REFERENCE.test(value),
    SECRET_NAME,
  )
  .meta({ allowed: SECRET_NAME });
const ISSUER = 'an https URL without user name, query and fragment, e.g. "https://login.example.com"';
const issuer = z.string(ISSUER).max(2_048).refine(isIssuer, ISSUER).meta({ allowed: ISSUER });
const headerName = z
  .string(HEADER_NAME)
  .regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,200}$/, HEADER_NAME)
  .meta({ allowed: HEADER_NAME });
const timeZone = z
  .string()
  .refine((zone) => isTimeZone(zone), 'an IANA time zone, e.g. "Europe/Berlin"')
  .meta({ allowed: 'an IANA time zone, e.g. "Europe/Berlin"' });

const milliseconds = (fallback: number, min: number, max: number, meaning: string) =>
  key(z.number().int().min(min).max(max).default(fallback), meaning, { unit: 'milliseconds' });
const minutes = (fallback: number, min: number, max: number, meaning: string) =>
  key(z.number().min(min).max(max).default(fallback), meaning, { unit: 'minutes' });
const wholeMinutes = (fallback: number, min: number, max: number, meaning: string) =>
  key(z.number().int().min(min).max(max).default(fallback), meaning, { unit: 'minutes' });
const count = (fallback: number, min: number, max: number, unit: string, meaning: string) =>
  key(z.number().int().min(min).max(max).default(fallback), meaning, { unit });
const share = (fallback: number, meaning: string) =>
  key(z.number().min(0).max(1).default(fallback), meaning, { unit: 'share, 0 to 1' });
/** A section that may be left out whole; its keys then take their defaults. */
const section = <S extends z.ZodRawShape>(shape: S, description: string) =>
  key(z.strictObject(shape).prefault({} as never), description);

const rotatedEvery = () =>
  count(0, 0, 1_000, 'days', 'How often a new one is made by itself. 0: only when somebody asks for it.');

const headerValue = z.union([
  z
    .string()
    .regex(/^[\t\x20-\x7e]{0,4096}$/)
    .meta({ allowed: 'printable ASCII text on one line' }),
  z.strictObject({ secret: key(secret, 'Where the value of the header is read from.') }),
]);

/** What every HTTP probe of the user's own endpoints takes. */
const endpoint = {
  url: key(httpUrl, 'What is asked. Redirects are not followed: a 3xx is an answer like any other.'),
  method: key(z.enum(['GET', 'HEAD', 'POST']).default('GET'), 'The HTTP method.'),
  headers: key(
    z.record(headerName, headerValue).default({}),
    "Headers sent with the probe. A secret value is named: `{ secret: 'env:NAME' }`.",
  ),
  conditions: key(
    z.array(text(1_000)).max(20).default([]),
    'What must hold, each a CEL expression over `status` (int), `latency_ms` (double), `body` (parsed JSON) and ' +
      "`headers`: `status == 200`, `body.queue.depth < 1000`. Empty: the surface's own default.",
  ),
  timeoutMs: key(
    z.number().int().min(100).max(10_000).optional(),
    'Longest time for one look. Left out: `observe.timeoutMs`.',
    { unit: 'milliseconds' },
  ),
  slowAfterMs: key(
    z.number().int().min(10).max(10_000).optional(),
    'An answer later than this is slow. Left out: `observe.slowAfterMs`.',
    { unit: 'milliseconds' },
  ),
  everyMinutes: minutes(1, 1, 1_440, 'How often it is looked at.'),
};

const webhook = z.strictObject({
  id: key(name, 'Its name within the feed, e.g. "leads-1".'),
  url: key(
    secret,
    'Where the webhook URL is read from. It is a secret: whoever has it can write rows and spend credits.',
  ),
  authToken: key(secret.optional(), 'Where the token is read from, if the webhook asks for one.'),
  authHeader: key(headerName.default('x-clay-webhook-auth'), 'The header that carries the token.'),
  table: key(text(200).optional(), 'The Clay table that the webhook feeds.'),
  limit: count(50_000, 1, 10_000_000, 'submissions', 'Lifetime submissions that the source accepts.'),
  startCount: count(0, 0, 10_000_000, 'submissions', 'Submissions accepted before Claywatch began to count.'),
  warnAtShare: share(0.8, 'Share of the limit at which a warning opens (P4).'),
  rotateAtShare: share(0.9, 'Share of the limit at which a standby should take over.'),
  unlimited: key(z.boolean().default(false), 'True for an Enterprise passthrough table, which has no limit.'),
  check: key(
    z.enum(['passive', 'rejected-post', 'canary']).default('passive'),
    'passive: only real submissions are evidence (free). rejected-post: a POST that Clay refuses before it makes ' +
      'a row. canary: a real row each time; priced, and refused over its budget.',
  ),
  everyMinutes: minutes(60, 1, 44_640, 'How often the check is made, unless it is passive.'),
  canary: section(
    {
      row: key(
        z.record(z.string(), z.json()).default({ _claywatch_canary: true }),
        'The row that is sent. It lands in the table and may land in the CRM.',
      ),
      maxShareOfLimitPerYear: key(
        z.number().min(0).max(1).default(0.2),
        'The budget: the share of the limit that canaries may use in a year.',
      ),
      creditsPerRow: key(z.number().min(0).max(10_000).default(14), 'What one row typically costs.', {
        unit: 'data credits',
      }),
      force: key(z.boolean().default(false), 'Allows a canary over its budget.'),
    },
    'The real row that `check: "canary"` sends.',
  ),
});

const table = z.strictObject({
  ceiling: count(50_000, 1, 10_000_000, 'rows', 'Rows that the table takes; depends on the plan.'),
  startCount: count(0, 0, 10_000_000, 'rows', 'Rows in the table before Claywatch began to count.'),
  unlimited: key(
    z.boolean().default(false),
    'True for an Enterprise passthrough table, which has no ceiling.',
  ),
});

/** How somebody proves that they may send to an endpoint of ours: a static header, because Clay does not sign. */
const sender = (header: string, who: string) => ({
  secret: key(
    secret.optional(),
    `Where the secret is read from that ${who} sends. Left out: the endpoint refuses everybody.`,
  ),
  previousSecret: key(
    secret.optional(),
    'A second secret that is valid too, while the first is being rotated.',
  ),
  header: key(headerName.default(header), 'The header that carries the secret.'),
});

const bodyName = (fallback: string, meaning: string) => key(text(100).default(fallback), meaning);

const feed = z.strictObject({
  description: key(text(500).optional(), 'What the feed is for, in a sentence.'),
  affects: key(
    z.array(text(200)).default([]),
    'Named in messages as affected: "Sales development", "lead routing".',
  ),
  webhooks: key(
    z.array(webhook).default([]),
    'The webhooks of the feed, in order of preference. Clay has no API to create them: make standbys in Clay.',
  ),
  callback: key(
    z.strictObject(endpoint).optional(),
    "Where Clay's HTTP API column sends enriched rows; probed from outside.",
  ),
  tables: key(
    z.record(text(200), table).default({}),
    'The Clay tables that the webhooks feed, by the name used in `webhooks[].table`. A full table stops silently.',
  ),
  callbacks: section(
    {
      ...sender('x-claywatch-secret', 'the HTTP API column'),
      names: section(
        {
          rowId: bodyName('row_id', 'The id of the row, as it went in.'),
          status: bodyName('status', 'What came of it, in any words; see `statuses`.'),
          error: bodyName('error', 'The message of a failed cell. Never stored.'),
          fields: bodyName(
            'fields',
            'Names of the fields that were filled: an array, or an object of values.',
          ),
          credits: bodyName('credits', 'Data credits that the row cost.'),
          actions: bodyName('actions', 'Actions that the row cost.'),
          provider: bodyName('provider', 'Which provider knew it, or failed.'),
          column: bodyName('column', 'Which column speaks.'),
          crmStatus: bodyName('crm_status', 'What came of the CRM column.'),
        },
        'What the keys are called in the body that the column sends. A dot reaches into an object.',
      ),
      statuses: key(
        z.record(text(64), z.enum(['hit', 'missed', 'skipped', 'failed'])).default({}),
        'What a status means, where it is not one that Clay is known to send.',
      ),
      crmStatuses: key(
        z.record(text(64), z.enum(['ok', 'failed', 'wrong'])).default({}),
        'What `crm_status` means, where it is a word of your own. wrong: the data in the CRM is not what belongs there.',
      ),
      declaredFields: key(
        z.array(text(100)).max(200).default([]),
        'The fields that a row may fill. A row that fills another one shows that column references changed: ' +
          'crm.sync-failing. Empty: any field.',
      ),
    },
    "Enriched rows coming back from Clay's HTTP API column to `POST /v1/callbacks/{feed}`.",
  ),
  submissions: section(
    {
      ...sender('x-claywatch-secret', 'the sender'),
      entity: bodyName(
        'entity',
        'What the key is called that identifies the record, e.g. "email", to see the same one enter again and ' +
          'again. Only a hash of it is kept. A dot reaches into an object.',
      ),
    },
    'Reports of senders that post to Clay themselves, to `POST /v1/submissions/{feed}`.',
  ),
  relay: section(
    {
      ...sender('x-claywatch-secret', 'a sender of rows'),
      required: key(
        z.array(text(100)).max(50).default([]),
        'Keys that a row must have, with something in them. A dot reaches into an object.',
      ),
      schema: key(
        z.record(z.string(), z.json()).optional(),
        'A JSON Schema (2020-12) that a row must satisfy. A row that does not is refused with the place and the rule.',
      ),
      entity: bodyName(
        'email',
        'What the key is called that identifies the record, to see the same one enter again and again. Only a hash ' +
          'of it is kept. A dot reaches into an object.',
      ),
      filters: section(
        {
          email: key(
            text(100).optional(),
            'The key whose value must be an e-mail address. Left out: none is looked at.',
          ),
          domain: key(
            text(100).optional(),
            'The key whose value must be the name of an internet domain. Left out: none is looked at.',
          ),
          personalDomains: key(
            z.enum(['take', 'refuse']).default('take'),
            'Whether addresses and domains of free mailbox providers are taken: no provider enriches them.',
          ),
          morePersonalDomains: key(
            z.array(text(253)).max(1_000).default([]),
            'Domains that count as personal beside the known ones.',
          ),
          duplicatesWithinMinutes: minutes(
            0,
            0,
            43_200,
            'The same `entity` within this time is refused. 0: never. At the same moment both may be taken.',
          ),
        },
        'Rows that would only burn credits are refused, each with its reason.',
      ),
    },
    'Rows on their way to Clay, taken at `POST /v1/rows/{feed}` and sent as fast as Clay allows.',
  ),
});

const probe = z.strictObject({
  ...endpoint,
  kind: key(
    z.enum(['crm', 'provider', 'service', 'metrics']).default('service'),
    'Decides the cause of a failure: crm → crm.sync-failing, provider → provider.failing, service → own.unhealthy. ' +
      'metrics: a source of numbers; only its conditions speak of our own service, and that it cannot be read is a gap.',
  ),
  backupUrl: key(
    httpUrl.optional(),
    'For `kind: "metrics"`: where the same numbers are read when `url` gives none, with the same headers.',
  ),
  feed: key(name.optional(), 'The feed that it belongs to, one of `feeds`.'),
});

const meter = (unit: string, what: string) =>
  section(
    {
      lowBelow: key(z.number().min(0).default(5_000), 'Fewer left than this opens a P4.', { unit }),
      veryLowBelow: key(z.number().min(0).default(1_000), 'Fewer left than this opens a P3.', { unit }),
      criticalBelow: key(z.number().min(0).default(500), 'Fewer left than this opens a P2.', { unit }),
    },
    what,
  );

const failureRate = (of: string) =>
  section(
    {
      above: share(0.1, 'Share of the callbacks that fail above which it is failing.'),
      windowMinutes: wholeMinutes(15, 5, 1_440, 'The callbacks that are looked at.'),
      minRows: sample(20),
    },
    `When callbacks fail because of ${of}.`,
  );

const sample = (fallback: number) => count(fallback, 1, 1_000_000, 'rows', 'Fewer than this say nothing.');

const rows = section(
  {
    retainDays: count(35, 2, 400, 'days', 'How long a row is remembered, so that it counts once.'),
    maxCallbackBytes: count(262_144, 1_024, 1_048_576, 'bytes', 'A larger callback is refused with 413.'),
    stalled: section(
      {
        afterMinutes: minutes(
          15,
          1,
          10_080,
          'No callback for this long, while rows wait that are older than it.',
        ),
        minRows: sample(5),
      },
      'When accepted rows have stopped coming back.',
    ),
    lost: section(
      {
        afterMinutes: minutes(60, 1, 10_080, 'A row that has not come back by then counts as lost.'),
        above: share(0.002, 'Loss rate above which, with 95 % confidence, rows are being dropped.'),
        minRows: sample(500),
      },
      'When some accepted rows never come back.',
    ),
    slow: section(
      {
        p95Minutes: minutes(15, 0.1, 10_080, 'The 95th percentile of the round trip above which it is slow.'),
        windowMinutes: wholeMinutes(30, 5, 1_440, 'The callbacks that are looked at.'),
        minRows: sample(20),
      },
      'When enrichment is slow.',
    ),
    hitRate: section(
      {
        below: share(0.4, 'Hit rate below which it is low.'),
        windowMinutes: wholeMinutes(30, 5, 1_440, 'The callbacks that are looked at.'),
        minRows: sample(30),
      },
      'When providers know too little.',
    ),
    providerFailures: failureRate('one provider'),
    crmFailures: failureRate('the CRM column'),
    callbackFailures: failureRate('our own endpoint, which refused them as malformed'),
    looping: section(
      {
        entriesAbove: count(
          5,
          2,
          10_000,
          'entries',
          'The same key entering more often than this within an hour.',
        ),
        minKeys: count(3, 1, 10_000, 'keys', 'Fewer keys that do so say nothing.'),
      },
      'When the same records go round in a circle.',
    ),
  },
  'Rows that go in and come back, and when their counts are worth a message.',
);

const burn = section(
  {
    aboveCreditsPerHour: key(z.number().min(0).default(200), 'A burn above this is a spike.', {
      unit: 'data credits per hour',
    }),
    timesBaseline: key(
      z.number().min(1).max(1_000).default(3),
      'And so many times the usual burn of that hour of the week, once a week of it is known.',
      { unit: 'times' },
    ),
    windowMinutes: wholeMinutes(15, 5, 1_440, 'How long it must last.'),
    minCredits: key(z.number().min(0).default(50), 'Less than this spent within the window says nothing.', {
      unit: 'data credits',
    }),
    runOutLead: section(
      {
        P1Hours: key(
          z.number().min(0).default(2),
          'Run-out sooner than this, and before the refill, is a P1.',
          { unit: 'hours' },
        ),
        P2Hours: key(z.number().min(0).default(24), 'Sooner than this is a P2.', { unit: 'hours' }),
        P3Hours: key(z.number().min(0).default(72), 'Sooner than this is a P3.', { unit: 'hours' }),
        P4Hours: key(z.number().min(0).default(168), 'Sooner than this is a P4.', { unit: 'hours' }),
      },
      'How urgent a forecast run-out is, by the time that is left.',
    ),
    staleAfterMinutes: minutes(30, 1, 10_080, 'A balance read longer ago than this is unknown.'),
    nextRefill: key(
      z.iso.date().meta({ allowed: 'a date, e.g. "2026-12-01"' }).optional(),
      'The day on which credits are next refilled; then monthly. Left out: learned from jumps of the balance.',
    ),
  },
  'How fast credits burn, and when they run out.',
);

const answerRule = z.strictObject({
  status: key(
    z
      .union([z.number().int().min(100).max(599), z.enum(['4xx', '5xx'])])
      .meta({ allowed: 'a status such as 409, or "4xx" or "5xx"' }),
    'The status of the answer.',
  ),
  body: key(
    text(200).optional(),
    'Text that the body must contain, in upper or lower case. Left out: any body.',
  ),
  means: key(
    z.enum(SEND_ANSWERS),
    'accepted, limit, unauthorized, rate, too-large, bad-request, gone, server, uncertain, unreachable or unknown.',
  ),
});

const relay = section(
  {
    rowsPerSecond: key(
      z.number().min(0.1).max(1_000).default(10),
      'What Clay takes of a workspace, all webhooks together. Its support can raise it.',
      { unit: 'rows per second' },
    ),
    burst: count(
      20,
      1,
      10_000,
      'rows',
      'What Clay takes at once after a pause. Half of it is kept as a margin.',
    ),
    maxRowBytes: count(
      102_400,
      1_024,
      // Sealed, it must fit into one message of SQS.
      524_288,
      'bytes',
      'The largest row that Clay takes, with its row id.',
    ),
    maxRequestBytes: count(5_242_880, 1_024, 6_291_456, 'bytes', 'A larger request is refused with 413.'),
    sendTimeoutMs: milliseconds(15_000, 500, 60_000, 'How long an answer of Clay is waited for.'),
    answers: key(
      z.array(answerRule).max(50).default([]),
      'What answers mean, where it is not what Claywatch reads into them. The first rule that fits counts.',
    ),
    breaker: section(
      {
        failures: count(5, 1, 1_000, 'answers in a row', 'Failures after which sending stops.'),
        tryAgainAfterMinutes: minutes(
          1,
          0.1,
          1_440,
          'When one real row is tried, after sending has stopped; doubled after each failure.',
        ),
        coolDownMinutes: minutes(15, 0.1, 1_440, 'The longest wait between two such rows.'),
      },
      'When the forwarder itself stops sending, before anything else has noticed.',
    ),
    trickle: section(
      {
        rows: count(
          10,
          0,
          10_000,
          'rows',
          'Rows that must be accepted before full pace. 0: full pace at once.',
        ),
        rowsPerSecond: key(z.number().min(0.1).max(1_000).default(1), 'The pace until then.', {
          unit: 'rows per second',
        }),
      },
      'How sending starts again after it was stopped.',
    ),
    tries: count(
      20,
      1,
      1_000,
      'tries',
      'A row that gets answers nobody understands so often, while others pass, becomes a dead letter.',
    ),
    failover: section(
      {
        leadMinutes: minutes(
          60,
          0,
          43_200,
          'Rotates to a standby when what is left will not last so long, if that is before `rotateAtShare`.',
        ),
      },
      'When another webhook of the pool takes over.',
    ),
    outbox: section(
      {
        keepHours: count(168, 1, 720, 'hours', 'How long a row can be sent again after it was sent.'),
      },
      'Encrypted copies of rows that were sent, for a replay of those that never came back.',
    ),
    deadLetters: section(
      {
        keepDays: count(90, 1, 3_650, 'days', 'How long a row that was set aside is kept.'),
      },
      'Rows that cannot be sent.',
    ),
    idempotencyHours: count(24, 1, 720, 'hours', 'How long an `Idempotency-Key` is remembered.'),
    wakeEverySeconds: count(
      0,
      0,
      60,
      'seconds',
      'How often rows that were taken start the forwarder, at most. 0: whenever none is known to run, so that a row ' +
        'reaches Clay at once. More is cheaper where rows come one by one: a row that comes sooner after another waits ' +
        'for the next one, and for at most a minute.',
    ),
    rowsKey: key(
      secret.optional(),
      'Where the key is read from that encrypts rows at rest: 32 bytes in base64. Left out: one is made, deployed in ' +
        'Secrets Manager, on one machine beside the store.',
    ),
    balanceReserve: key(
      z.number().min(0).default(0),
      'Credits that a replay must leave over. A replay that would use more is refused.',
      { unit: 'data credits' },
    ),
  },
  'How rows are sent to Clay.',
);

const deed = (what: string) =>
  key(
    z.enum(['act', 'propose']).default('act'),
    `${what} propose: it is only proposed, on the timeline of the incident.`,
  );

const remediation = section(
  {
    hold: deed('Stops sending in an outage, without credits, and for a webhook that is gone or refuses us.'),
    failover: deed('Rotates to a standby webhook before or at the limit.'),
    resume: deed('Starts sending again when what stopped it is seen to work.'),
  },
  'What Claywatch does by itself when something breaks.',
);

const severities = z.array(severity).min(1);

export const configSchema = z.strictObject({
  installation: key(
    name.default('claywatch'),
    'Tells several installations apart in messages and in AWS names.',
  ),

  clay: section(
    {
      webUrl: key(baseUrl.default('https://www.clay.com'), "Clay's web site."),
      appUrl: key(
        baseUrl.optional(),
        "The dashboard that people work in. Left out: https://app.clay.com, where `webUrl` is Clay's own; otherwise none.",
      ),
      apiUrl: key(baseUrl.default('https://api.clay.com'), 'Host of webhooks and of the sign of life.'),
      publicApiUrl: key(baseUrl.default('https://api.clay.com/public/v0'), 'Base of the public API.'),
      statusPageUrl: key(baseUrl.default('https://status.clay.com'), "Clay's status page."),
      statusPageFormat: key(
        z.enum(['auto', 'rootly', 'statuspage', 'off']).default('auto'),
        "How the status page is read. auto: Rootly's JSON first, then Atlassian Statuspage's.",
      ),
      statusPageStaleAfterMinutes: minutes(
        2_880,
        5,
        43_200,
        'A status page that says it was last updated longer ago than this says nothing about now.',
      ),
      apiKey: key(
        secret.optional(),
        'Where the API key is read from. Left out: neither key nor credits are watched.',
      ),
      apiKeyHeader: key(
        z.enum(['clay-api-key', 'authorization-bearer']).default('clay-api-key'),
        "How the key is sent. Clay's own texts name both.",
      ),
      balanceEveryMinutes: minutes(1, 1, 1_440, 'How often the credit balance is read. Reading is free.'),
    },
    'Where Clay is, and how it is asked.',
  ),

  feeds: key(z.record(name, feed).default({}), 'The flows of rows into Clay and back, by name.'),

  integration: key(
    z.strictObject(endpoint).optional(),
    'The health endpoint of your own integration with Clay.',
  ),
  probes: key(
    z.record(name, probe).default({}),
    'Anything else that answers HTTP and that the flow depends on, by name: CRM, providers, internal services.',
  ),

  connectivity: section(
    {
      urls: key(
        z
          .array(httpUrl)
          .min(1)
          .max(20)
          .default([
            'https://www.gstatic.com/generate_204',
            'https://www.cloudflare.com/cdn-cgi/trace',
            'https://checkip.amazonaws.com',
          ]),
        'Hosts independent of Clay and of each other. Any HTTP answer from any of them proves the network.',
      ),
      timeoutMs: milliseconds(3_000, 100, 10_000, 'Longest time for one look.'),
    },
    'Own connectivity, so that a fault of our own network is not blamed on Clay.',
  ),

  observe: section(
    {
      timeoutMs: milliseconds(5_000, 100, 10_000, 'Longest time for one look, its body included.'),
      slowAfterMs: milliseconds(3_000, 10, 10_000, 'An answer later than this is slow.'),
      maxBodyBytes: count(65_536, 1_024, 1_048_576, 'bytes', 'What is read of any answer at most.'),
      confirmAfterMs: key(
        z.array(z.number().int().min(0).max(10_000)).max(5).default([2_000, 5_000]),
        'When, after a first failure, it is looked at again within the same run. Empty: one look.',
        { unit: 'milliseconds' },
      ),
      confirmTimeoutMs: milliseconds(3_000, 100, 10_000, 'Longest time for one look again.'),
      failureThreshold: count(
        1,
        1,
        60,
        'runs in a row',
        'Runs whose failure was confirmed before it counts as failing.',
      ),
      slowThreshold: count(5, 1, 60, 'runs in a row', 'Slow runs before it counts as slow.'),
      recoveryThreshold: count(2, 1, 60, 'runs in a row', 'Good runs before it counts as working again.'),
      unknownThresholdMinutes: minutes(
        30,
        1,
        10_080,
        'How long something must be unreadable before it is reported as a monitoring gap.',
      ),
      flap: section(
        {
          changes: count(
            4,
            2,
            100,
            'changes of state',
            'Changes within the window that make a probe count as flapping.',
          ),
          windowMinutes: minutes(30, 1, 1_440, 'The window in which changes are counted.'),
          recoveryThreshold: count(
            10,
            1,
            240,
            'runs in a row',
            'Good runs before it counts as working again, while flapping.',
          ),
        },
        'When a probe that goes back and forth is held to be failing.',
      ),
    },
    'How a look is made, and how many it takes to believe it.',
  ),

  credits: meter('data credits', 'When the data credits left are worth a message.'),
  actions: meter('actions', 'When the actions left are worth a message. Legacy workspaces have none.'),
  burn,
  rows,
  relay,
  remediation,
  status: section(
    sender('x-claywatch-secret', 'an application that asks how it goes'),
    'Who may read `GET /v1/status`, beside the senders of rows.',
  ),
  respond: section(
    {
      publicUrl: key(
        baseUrl.optional(),
        'Where people reach the endpoint, for links in messages. Left out: messages carry no links.',
      ),
      ...sender('authorization', 'a person or a program that acts on incidents (`Bearer …` is accepted too)'),
      readOnlySecret: key(secret.optional(), 'Where the secret is read from that may look and not act.'),
      linkSecret: key(
        secret.optional(),
        'Where the key is read from that signs links in e-mail and SMS. Left out: messages carry no links.',
      ),
      linkHours: count(72, 1, 720, 'hours', 'How long such a link works.'),
    },
    'Who may look at incidents and act on them.',
  ),
  console: section(
    {
      enabled: key(
        z.boolean().default(true),
        'Whether the console is served. False: nobody can sign in; the API takes secrets all the same.',
      ),
      sessionSecret: key(
        secret.optional(),
        'Where the key is read from that signs sessions of the console. Left out: nobody can sign in.',
      ),
      sessionHours: count(8, 1, 168, 'hours', 'How long a session lasts; then one signs in again.'),
      others: key(
        z
          .array(
            z.strictObject({
              name: key(text(80), 'What it is called here, e.g. the name of its Clay workspace.'),
              url: key(baseUrl, 'Where its console is reached; what is there signs people in by itself.'),
            }),
          )
          .max(20)
          .default([]),
        'Consoles of other installations that people can go to from this one: one for each further Clay workspace.',
      ),
      oidc: key(
        z
          .strictObject({
            issuer: key(
              issuer,
              'The identity provider, as it calls itself: what is below it at /.well-known/openid-configuration is asked.',
            ),
            clientId: key(text(500), 'What the provider calls Claywatch.'),
            clientSecret: key(secret, 'Where the secret is read from by which the provider knows Claywatch.'),
            scopes: key(
              z
                .array(
                  z
                    .string()
                    .regex(/^[\x21\x23-\x5b\x5d-\x7e]{1,200}$/)
                    .meta({ allowed: 'a scope, e.g. "profile"' }),
                )
                .max(20)
                .default(['openid', 'profile', 'email']),
              'What is asked for; "openid" must be among it.',
            ),
            nameClaim: key(text(200).default('name'), 'The claim that says what somebody is called.'),
            roleClaim: key(
              text(200).default('groups'),
              'The claim that says what somebody may do: a text, or a list of them.',
            ),
            responders: key(
              z.array(text(500)).max(100).default([]),
              'Values of that claim whose bearers may look and act.',
            ),
            readers: key(
              z.array(text(500)).max(100).default([]),
              'Values whose bearers may look. Whoever has none of either is not let in.',
            ),
          })
          .optional(),
        'Sign-in by an identity provider (OpenID Connect), beside that by secret. Needs `respond.publicUrl`, where the provider sends people back.',
      ),
    },
    'The console: a page that shows how it goes, and on which people act.',
  ),
  statusPage: section(
    {
      published: key(
        z.boolean().default(false),
        'Whether the page is there, for everybody who knows its address. false: it answers 404.',
      ),
      title: key(text(80).default('Status'), 'The name of the page, e.g. "Acme enrichment".'),
      description: key(text(300).optional(), 'A sentence below the title.'),
      severities: key(
        severities.default(['P1', 'P2', 'P3']),
        'Which incidents show. P1 is a major outage, P2 a partial one, P3 degraded; a P4 hits nobody and changes no state.',
      ),
      states: key(
        z.enum(['measured', 'confirmed']).default('measured'),
        'What the states of components follow. measured: what Claywatch sees, at once. confirmed: only incidents of ' +
          'which a person has confirmed an update for the public; no uptime is counted then. Words always wait for a person.',
      ),
      components: key(
        z
          .record(
            name,
            z.strictObject({
              name: key(text(80).optional(), 'What the public reads. Left out: the name of the feed.'),
              description: key(text(300).optional(), 'A sentence below its name.'),
              show: key(z.boolean().default(true), 'Whether the feed is on the page.'),
            }),
          )
          .default({}),
        'How feeds show, by the name of the feed. A feed that is left out shows by its own name.',
      ),
      alerting: section(
        {
          name: key(text(80).default('Monitoring and alerting'), 'What the public reads.'),
          description: key(text(300).optional(), 'A sentence below its name.'),
          show: key(z.boolean().default(true), 'Whether it is on the page.'),
        },
        'How the page shows whether the pipeline is being watched, and people are told.',
      ),
      maintenance: key(
        z.boolean().default(true),
        'Whether planned work shows (`claywatch silence add --kind maintenance`): when it is and what it covers, never its reason.',
      ),
    },
    'The public status page for the users of the pipeline, at `GET /status`, `/status.json` and `/status.rss`.',
  ),
  rotation: section(
    {
      senders: section(
        { everyDays: rotatedEvery() },
        'Secrets of whoever sends to us: callbacks, submissions, rows, status, responders. Somebody has to put each new ' +
          'one into columns and senders; until then both are valid.',
      ),
      signatures: section(
        { everyDays: rotatedEvery() },
        'Keys that sign `notify.webhooks`. Somebody has to give each new one to the receiver; both sign until the next.',
      ),
      linkKey: section(
        { everyDays: rotatedEvery() },
        'The keys that sign links in messages and sessions of the console. Nobody has to do anything.',
      ),
      overlapDays: count(
        14,
        1,
        365,
        'days',
        'How long both secrets of a sender are valid while some have not taken the new one. Afterwards the old one is ' +
          'revoked if nobody uses it, made current again if nobody took the new one, and otherwise both stay and people are told.',
      ),
    },
    'When secrets are rotated that Claywatch makes itself. Those of vendors are rotated when somebody supplies a new one.',
  ),
  postmortem: section(
    {
      creditPrice: key(
        z.number().min(0).max(1_000).optional(),
        'What a data credit costs you, to say what an incident cost. Left out: credits only.',
        { unit: 'money per data credit' },
      ),
      actionPrice: key(z.number().min(0).max(1_000).optional(), 'What an action costs you.', {
        unit: 'money per action',
      }),
      currency: key(
        z
          .string()
          .regex(/^[A-Z]{3}$/, 'a currency, e.g. "USD"')
          .meta({ allowed: 'a currency, e.g. "USD"' })
          .default('USD'),
        'The currency of these prices.',
      ),
      workspace: key(text(200).optional(), 'The Clay workspace, for the lines that Clay support asks for.'),
    },
    'What a postmortem needs to know beside what happened.',
  ),

  schedule: section(
    {
      everyMinutes: wholeMinutes(1, 1, 60, 'How often everything is watched; one is the finest rate.'),
      missedAfterMinutes: minutes(
        3,
        1,
        1_440,
        'How long no run may have finished before that is a fault of its own.',
      ),
    },
    'When Claywatch runs.',
  ),

  metrics: key(
    z.enum(['essential', 'all', 'off']).default('essential'),
    'What is published as CloudWatch metrics. essential: at most ten, of which an account has ten free. all: everything, and some for each feed; 0.30 USD a month each. The log has all of it either way.',
  ),
  severities: key(
    z.partialRecord(z.enum(CAUSE_IDS as [Cause, ...Cause[]]), severity).default({}),
    'Overrides of the default severity of a cause: `{ "provider.failing": "P2" }`.',
  ),

  incidents: section(
    {
      respondWithinMinutes: section(
        {
          P1: minutes(15, 1, 10_080, 'For a P1.'),
          P2: minutes(60, 1, 10_080, 'For a P2.'),
          P3: minutes(240, 1, 10_080, 'For a P3.'),
        },
        'When somebody must have responded. A P4 is due on the next business day of the calendar.',
      ),
      nextUpdateMinutes: section(
        {
          P1: minutes(30, 1, 10_080, 'For a P1.'),
          P2: minutes(60, 1, 10_080, 'For a P2.'),
          P3: minutes(240, 1, 10_080, 'For a P3.'),
          P4: minutes(1_440, 1, 10_080, 'For a P4.'),
        },
        'What messages promise as the time of the next update.',
      ),
      reopenWithinMinutes: minutes(
        60,
        0,
        10_080,
        'A problem that returns within this time after it was resolved reopens its incident.',
      ),
      acknowledgement: section(
        {
          P1Minutes: minutes(60, 1, 10_080, 'For a P1.'),
          P2Minutes: minutes(240, 1, 10_080, 'For a P2.'),
          P3Minutes: minutes(1_440, 1, 20_160, 'For a P3.'),
          P4Minutes: minutes(4_320, 1, 43_200, 'For a P4.'),
        },
        'When an acknowledgement without any word since no longer counts, and people are paged again.',
      ),
      escalation: section(
        {
          steps: key(
            z
              .array(
                z.strictObject({
                  afterMinutes: key(
                    z.number().min(0).max(10_080),
                    'How long after the step before it; the first one: after the deadline to respond.',
                    { unit: 'minutes' },
                  ),
                  to: key(
                    z.array(text(80)).min(1).max(20),
                    'Who is paged: "on-call", "everyone", or names of `notify.people`. Chat channels hear of every step.',
                  ),
                }),
              )
              .max(10)
              .default([
                { afterMinutes: 0, to: ['on-call'] },
                { afterMinutes: 15, to: ['everyone'] },
              ]),
            'Who is paged when nobody has acknowledged in time, one step after the other.',
          ),
          repeat: count(3, 0, 100, 'times', 'How often the steps are gone through again.'),
          repeatAfterMinutes: minutes(15, 1, 10_080, 'How long after the last step they begin again.'),
        },
        'What happens when nobody acknowledges in time.',
      ),
      closedByHandMinutes: minutes(
        30,
        0,
        10_080,
        'How long an incident that somebody closed stays closed although its cause is still seen.',
      ),
      calendar: section(
        {
          timeZone: key(timeZone.default('UTC'), 'The time zone of the business day.'),
          workdays: key(
            z
              .array(z.enum(['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday']))
              .min(1)
              .default(['monday', 'tuesday', 'wednesday', 'thursday', 'friday']),
            'The days on which somebody works.',
          ),
          endsAt: key(
            z
              .string()
              .regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'a time of day, e.g. "17:00"')
              .meta({ allowed: 'a time of day, e.g. "17:00"' })
              .default('17:00'),
            'The end of the business day.',
          ),
          holidays: key(
            z.array(z.iso.date().meta({ allowed: 'a date, e.g. "2026-12-25"' })).default([]),
            'Days on which nobody works.',
          ),
        },
        'The business days by which a P4 is due.',
      ),
    },
    'Deadlines of incidents.',
  ),

  notify: section(
    {
      email: key(
        z
          .array(
            z.strictObject({
              address: key(
                z.email().max(320).meta({ allowed: 'an e-mail address' }),
                'Where the full text goes.',
              ),
              severities: key(severities.default(['P1', 'P2', 'P3', 'P4']), 'Which severities it hears of.'),
            }),
          )
          .default([]),
        'Who gets e-mail.',
      ),
      sms: key(
        z
          .array(
            z.strictObject({
              number: key(
                z.e164().meta({ allowed: 'a telephone number with its country, e.g. "+4915112345678"' }),
                'Where the short text goes.',
              ),
              severities: key(severities.default(['P1']), 'Which severities it hears of.'),
            }),
          )
          .default([]),
        'Who gets a text message.',
      ),
      people: key(
        z
          .record(
            name,
            z.strictObject({
              email: key(
                z.email().max(320).meta({ allowed: 'an e-mail address' }).optional(),
                'Where an escalation reaches them in full.',
              ),
              sms: key(
                z
                  .e164()
                  .meta({ allowed: 'a telephone number with its country, e.g. "+4915112345678"' })
                  .optional(),
                'Where an escalation reaches them in short.',
              ),
            }),
          )
          .default({}),
        'Who can be paged by name, in escalations and on call.',
      ),
      onCall: section(
        {
          rotation: key(
            z.array(name).max(100).default([]),
            'Names of `notify.people`, in turn a week each. Empty: left to PagerDuty, or to everybody.',
          ),
          startsOn: key(
            z.iso.date().meta({ allowed: 'a date, e.g. "2026-11-02"' }).default('2026-01-05'),
            'A day on which the first one took over; the weekday of every handover.',
          ),
          handoverAt: key(
            z
              .string()
              .regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'a time of day, e.g. "09:00"')
              .meta({ allowed: 'a time of day, e.g. "09:00"' })
              .default('09:00'),
            'When the next one takes over, in the time zone of `incidents.calendar`.',
          ),
        },
        'Who is on call: a weekly rotation.',
      ),
      slack: key(
        z
          .array(
            z.strictObject({
              id: key(name, 'Its name here, e.g. "slack-ops".'),
              channel: key(
                z
                  .string()
                  .regex(/^[CGD][A-Z0-9]{5,20}$/, 'the id of a Slack channel, e.g. "C0123456789"')
                  .meta({ allowed: 'the id of a Slack channel, e.g. "C0123456789"' }),
                'The channel, by its id (Slack: channel details, at the bottom).',
              ),
              botToken: key(secret, 'Where the bot token is read from (`xoxb-`, scope `chat:write`).'),
              signingSecret: key(
                secret.optional(),
                'Where the signing secret is read from; without it, buttons are not shown.',
              ),
              apiUrl: key(baseUrl.default('https://slack.com/api'), "Base of Slack's API."),
              severities: key(severities.default(['P1', 'P2', 'P3', 'P4']), 'Which severities it hears of.'),
            }),
          )
          .max(20)
          .default([]),
        'Slack channels: a thread per incident, with buttons.',
      ),
      pagerduty: key(
        z
          .array(
            z.strictObject({
              id: key(name, 'Its name here, e.g. "pagerduty".'),
              routingKey: key(secret, 'Where the integration key (Events API v2) is read from.'),
              eventsUrl: key(baseUrl.default('https://events.pagerduty.com'), 'Base of the Events API.'),
              severities: key(severities.default(['P1', 'P2']), 'Which severities it hears of.'),
              changeEvents: key(
                z.boolean().default(true),
                'Whether failovers, holds and replays are sent as change events.',
              ),
            }),
          )
          .max(20)
          .default([]),
        'PagerDuty services.',
      ),
      webhooks: key(
        z
          .array(
            z.strictObject({
              id: key(name, 'Its name here, e.g. "internal-bus".'),
              url: key(secret, 'Where the URL is read from.'),
              signingSecrets: key(
                z.array(secret).min(1).max(3),
                'Where the keys are read from that sign (`whsec_`, Standard Webhooks); several while rotating.',
              ),
              severities: key(severities.default(['P1', 'P2', 'P3', 'P4']), 'Which severities it hears of.'),
            }),
          )
          .max(20)
          .default([]),
        'Signed webhooks of your own (Standard Webhooks).',
      ),
      statusPages: key(
        z
          .array(
            z.strictObject({
              id: key(name, 'Its name here, e.g. "status-page".'),
              kind: key(z.enum(['rootly', 'statuspage']), 'Whose API it speaks.'),
              apiUrl: key(baseUrl, 'Base of the API, e.g. "https://api.statuspage.io/v1".'),
              token: key(secret, 'Where the API token is read from.'),
              pageId: key(text(100), 'The page.'),
              components: key(
                z.record(name, text(100)).default({}),
                'Which component of the page stands for which feed.',
              ),
            }),
          )
          .max(10)
          .default([]),
        'Public status pages. They hear only what a person has confirmed.',
      ),
      fallback: section(
        {
          afterMinutes: minutes(
            5,
            1,
            1_440,
            'A message that a channel has not taken by then goes to everybody on `notify.email` of its severity as well.',
          ),
        },
        'When a channel does not take a message.',
      ),
      grouping: section(
        {
          waitSeconds: count(
            30,
            0,
            600,
            'seconds',
            'How long the first page of a cause that can hit several feeds waits for the others. P1 never waits.',
          ),
        },
        'Several feeds, one cause: one page.',
      ),
      throttle: section(
        {
          perHour: count(
            30,
            1,
            10_000,
            'messages',
            'Messages to one destination within an hour; then only first pages and recoveries, and one summary.',
          ),
        },
        'So that a storm does not drown what matters. The first page of an incident always goes.',
      ),
      repeatPageMinutes: section(
        {
          P1: minutes(0, 0, 10_080, 'For a P1. 0: never; escalation does it.'),
          P2: minutes(0, 0, 10_080, 'For a P2.'),
          P3: minutes(0, 0, 10_080, 'For a P3.'),
          P4: minutes(0, 0, 10_080, 'For a P4.'),
        },
        'How often the page of an open incident that nobody acknowledged is repeated, beside the escalation.',
      ),
      operatorEmail: key(
        z.array(z.email().max(320).meta({ allowed: 'an e-mail address' })).default([]),
        'Who hears when Claywatch itself is not running. Empty: everybody in `notify.email`.',
      ),
    },
    'Who is told.',
  ),
});

/** The configuration as a person writes it: every key with a default may be left out. */
export type ConfigInput = z.input<typeof configSchema>;
/** The configuration as the code reads it: every key present. */
export type Config = z.output<typeof configSchema>;
export type FeedConfig = Config['feeds'][string];
export type TableConfig = FeedConfig['tables'][string];
export type RelayConfig = Config['relay'];
export type WebhookConfig = FeedConfig['webhooks'][number];
export type EndpointConfig = NonNullable<Config['integration']>;

/** A feed of which nothing is said: every key at its default. */
export const emptyFeed = (): FeedConfig => feed.parse({});

function isTimeZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
    return true;
  } catch {
    return false;
  }
}

/** As OpenID Connect Discovery 1.0 has it; without TLS only on this machine, to try it out. */
function isIssuer(text: string): boolean {
  const url = URL.parse(text);
  if (url === null || `${url.search}${url.hash}${url.username}${url.password}` !== '') return false;
  return (
    url.protocol === 'https:' ||
    (url.protocol === 'http:' && /^(?:localhost|127\.0\.0\.1)$/.test(url.hostname))
  );
}

function hasUserInfo(url: string): boolean {
  const parsed = URL.parse(url);
  return parsed !== null && (parsed.username !== '' || parsed.password !== '');
}
