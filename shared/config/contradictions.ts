import { priceCanary } from '../observe/canary.ts';
import { checkCondition } from '../observe/conditions.ts';
import { schemaFaults } from '../relay/intake/schema-faults.ts';
import { channelDeadLetterQueueName, channelQueueName } from './alerting.ts';
import type { Problem } from './problem.ts';
import { nearest, shownPath } from './problem.ts';
import { redactText } from './redact.ts';
import { DEAD_LETTER_FEED, relayedFeeds, rowQueuePrefix } from './relayed.ts';
import type { Config, EndpointConfig, FeedConfig } from './schema.ts';

type Path = readonly PropertyKey[];

const problem = (path: Path, text: string): Problem => ({ path: shownPath(path), text });

/** Every endpoint of the user, with its place. */
export const endpointsOf = (config: Config): { path: Path; endpoint: EndpointConfig }[] => [
  ...(config.integration ? [{ path: ['integration'], endpoint: config.integration }] : []),
  ...Object.entries(config.probes).map(([name, endpoint]) => ({ path: ['probes', name], endpoint })),
  ...Object.entries(config.feeds).flatMap(([name, { callback }]) =>
    callback ? [{ path: ['feeds', name, 'callback'], endpoint: callback }] : [],
  ),
];

/** Places of values that occur again after their first place, with that first place. */
const repeated = (entries: readonly (readonly [string, Path])[]): { path: Path; first: Path }[] => {
  const seen = new Map<string, Path>();
  return entries.flatMap(([value, path]) => {
    const first = seen.get(value);
    if (!first) seen.set(value, path);
    return first ? [{ path, first }] : [];
  });
};

const webhookIds = ([name, feed]: [string, FeedConfig]): Problem[] =>
  repeated(feed.webhooks.map(({ id }, index) => [id, ['feeds', name, 'webhooks', index, 'id']] as const)).map(
    ({ path, first }) =>
      problem(path, `the same id as ${shownPath(first)}; must be different within the feed`),
  );

const webhookUrls = (config: Config): Problem[] =>
  repeated(
    Object.entries(config.feeds).flatMap(([name, { webhooks }]) =>
      webhooks.map(({ url }, index) => [url, ['feeds', name, 'webhooks', index, 'url']] as const),
    ),
  ).map(({ path, first }) =>
    problem(
      path,
      `the same secret as ${shownPath(first)}; must be another one: a webhook that is listed twice is counted twice`,
    ),
  );

const startCounts = ([name, { webhooks }]: [string, FeedConfig]): Problem[] =>
  webhooks.flatMap(({ startCount, limit, unlimited }, index) =>
    !unlimited && startCount > limit
      ? [
          problem(
            ['feeds', name, 'webhooks', index, 'startCount'],
            `${startCount}; must be at most the limit (${limit}), or unlimited must be true`,
          ),
        ]
      : [],
  );

/** Clay answers 413 to a larger body [C]. */
const MAX_ROW_BYTES = 100_000;

const byteLength = (row: unknown): number | null => {
  try {
    return new TextEncoder().encode(JSON.stringify(row)).length;
  } catch {
    return null;
  }
};

const canaryRows = ([name, { webhooks }]: [string, FeedConfig]): Problem[] =>
  webhooks.flatMap(({ canary }, index) => {
    const path = ['feeds', name, 'webhooks', index, 'canary', 'row'];
    const bytes = byteLength(canary.row);
    if (bytes === null) return [problem(path, 'contains itself; must be plain JSON')];
    return bytes > MAX_ROW_BYTES
      ? [problem(path, `${bytes} bytes; Clay takes rows of at most ${MAX_ROW_BYTES} bytes`)]
      : [];
  });

const conditions = (config: Config): Problem[] =>
  endpointsOf(config).flatMap(({ path, endpoint }) =>
    endpoint.conditions.flatMap((expression, index) => {
      const fault = checkCondition(expression);
      return fault === null
        ? []
        : [problem([...path, 'conditions', index], `${redactText(fault)}; must be a CEL expression`)];
    }),
  );

const probesOfFeeds = (config: Config): Problem[] => {
  const feeds = Object.keys(config.feeds);
  return Object.entries(config.probes).flatMap(([name, { feed }]) => {
    if (feed === undefined || feeds.includes(feed)) return [];
    const meant = nearest(feed, feeds);
    const known = feeds.length === 0 ? 'there are no feeds' : `must be one of ${feeds.join(', ')}`;
    return [
      problem(['probes', name, 'feed'], `names no feed; ${known}${meant ? `; did you mean ${meant}?` : ''}`),
    ];
  });
};

const thresholds = (config: Config): Problem[] =>
  (['credits', 'actions'] as const).flatMap((meter) => {
    const { lowBelow, veryLowBelow, criticalBelow } = config[meter];
    const order = (lower: string, low: number, upper: string, high: number) =>
      low > high ? [problem([meter, lower], `${low}; must be at most ${meter}.${upper} (${high})`)] : [];
    return [
      ...order('veryLowBelow', veryLowBelow, 'lowBelow', lowBelow),
      ...order('criticalBelow', criticalBelow, 'veryLowBelow', veryLowBelow),
    ];
  });

/** A limit for slowness at or over the timeout would never be reached. */
const slowness = (config: Config): Problem[] => {
  const { timeoutMs, slowAfterMs } = config.observe;
  const general =
    slowAfterMs < timeoutMs
      ? []
      : [
          problem(
            ['observe', 'slowAfterMs'],
            `${slowAfterMs}; must be below observe.timeoutMs (${timeoutMs})`,
          ),
        ];
  const own = endpointsOf(config).flatMap(({ path, endpoint }) => {
    if (endpoint.slowAfterMs === undefined && endpoint.timeoutMs === undefined) return [];
    const slow = endpoint.slowAfterMs ?? slowAfterMs;
    const timeout = endpoint.timeoutMs ?? timeoutMs;
    if (slow < timeout) return [];
    return endpoint.slowAfterMs === undefined
      ? [
          problem(
            [...path, 'timeoutMs'],
            `${timeout}; must be above observe.slowAfterMs (${slow}), or set slowAfterMs`,
          ),
        ]
      : [problem([...path, 'slowAfterMs'], `${slow}; must be below the timeout (${timeout})`)];
  });
  return [...general, ...own];
};

const SENSITIVE_HEADER = /^(proxy-)?authorization$|^cookie$|(^|[-_])(api-?key|token|secret|password)$/i;

/** Secrets are named, never written: a header that carries one takes a name. */
const writtenSecrets = (config: Config): Problem[] =>
  endpointsOf(config).flatMap(({ path, endpoint }) =>
    Object.entries(endpoint.headers).flatMap(([header, value]) =>
      typeof value === 'string' && SENSITIVE_HEADER.test(header)
        ? [
            problem(
              [...path, 'headers', header],
              '(hidden); must name its secret: { secret: "env:NAME" } or { secret: "secretsmanager:NAME" }',
            ),
          ]
        : [],
    ),
  );

const schedule = ({ schedule: { everyMinutes, missedAfterMinutes } }: Config): Problem[] =>
  missedAfterMinutes <= everyMinutes
    ? [
        problem(
          ['schedule', 'missedAfterMinutes'],
          `${missedAfterMinutes}; must be above schedule.everyMinutes (${everyMinutes})`,
        ),
      ]
    : [];

const connectivity = (config: Config): Problem[] =>
  config.connectivity.urls.flatMap((url, index) =>
    /(^|\.)clay\.com$/.test(new URL(url).hostname)
      ? [problem(['connectivity', 'urls', index], 'a host of Clay; must be independent of Clay')]
      : [],
  );

const recipients = (config: Config): Problem[] =>
  (
    [
      ['email', 'address', config.notify.email.map(({ address }) => address.toLowerCase())],
      ['sms', 'number', config.notify.sms.map(({ number }) => number)],
    ] as const
  ).flatMap(([channel, key, values]) =>
    repeated(values.map((value, index) => [value, ['notify', channel, index, key]] as const)).map(
      ({ path, first }) =>
        problem(path, `the same as ${shownPath(first)}; join their severities in one entry`),
    ),
  );

/** Proof of delivery tells channels apart by their ids, and has two of its own for e-mail and SMS. */
const RESERVED: ReadonlySet<string> = new Set(['sns', 'summary']);

const CHANNEL_KINDS = ['slack', 'pagerduty', 'webhooks', 'statusPages'] as const;

/** The ids of all chat channels, each with its place. */
const channelIdsIn = ({ notify }: Config): (readonly [string, Path])[] =>
  CHANNEL_KINDS.flatMap((kind) =>
    notify[kind].map(({ id }, index) => [id, ['notify', kind, index, 'id']] as const),
  );

const channelIds = (config: Config): Problem[] => {
  const ids = channelIdsIn(config);
  return [
    ...repeated(ids).map(({ path, first }) =>
      problem(path, `the same id as ${shownPath(first)}; must be different within notify`),
    ),
    ...ids.flatMap(([id, path]) =>
      RESERVED.has(id) ? [problem(path, `"${id}" stands for e-mail and SMS; must be another name`)] : [],
    ),
  ];
};

/** Canaries that would use more of their webhook's limit in a year than their budget allows. Pure. */
export const canariesOverBudget = (config: Config): Problem[] =>
  Object.entries(config.feeds).flatMap(([name, { webhooks }]) =>
    webhooks.flatMap((webhook, index) => {
      if (webhook.check !== 'canary') return [];
      const { decision, summary } = priceCanary(webhook);
      return decision === 'over-budget'
        ? [problem(['feeds', name, 'webhooks', index, 'check'], `"canary" is over its budget. ${summary}`)]
        : [];
    }),
  );

/** With one of these after a hyphen, names made from a shorter installation's name and these words could be the same. */
const OWN_WORDS: ReadonlySet<string> = new Set(['channel', 'notify', 'pages', 'rows', 'undelivered']);

/**
 * Two installations of an account must never share a name: the topic and the queues of "acme-pages" would be those of
 * the pages of "acme".
 */
const installationName = ({ installation }: Config): Problem[] =>
  installation
    .split('-')
    .slice(1)
    .filter((part) => OWN_WORDS.has(part))
    .slice(0, 1)
    .map((part) =>
      problem(
        ['installation'],
        `"${installation}"; "${part}" may not follow a hyphen: resources of an installation named ` +
          `"${installation.slice(0, installation.indexOf(`-${part}`))}" have such names`,
      ),
    );

/** SQS's own limit of a queue's name. */
const MAX_QUEUE_NAME = 80;

/** Every feed with a relay has a queue, named after the installation and the feed. */
const rowQueues = (config: Config): Problem[] =>
  relayedFeeds(config).flatMap((name) => {
    const path = ['feeds', name];
    if (name === DEAD_LETTER_FEED) {
      return [
        problem(
          path,
          'the name of the queue for rows that cannot be sent; must be another name, or no relay',
        ),
      ];
    }
    const length = rowQueuePrefix(config.installation).length + name.length;
    return length > MAX_QUEUE_NAME
      ? [
          problem(
            path,
            `its queue would have a name of ${length} characters, installation and feed joined, and SQS takes ` +
              `${MAX_QUEUE_NAME}; shorten installation or the name of the feed by ${length - MAX_QUEUE_NAME}`,
          ),
        ]
      : [];
  });

/** Every chat channel has two queues, named after the installation and the channel. */
const channelQueues = (config: Config): Problem[] =>
  channelIdsIn(config).flatMap(([id, path]) => {
    const names = [channelQueueName, channelDeadLetterQueueName].map((of) => of(config.installation, id));
    const length = Math.max(...names.map((name) => name.length));
    return length > MAX_QUEUE_NAME
      ? [
          problem(
            path,
            `a queue of it would have a name of ${length} characters, installation and id joined, and SQS takes ` +
              `${MAX_QUEUE_NAME}; shorten installation or the id by ${length - MAX_QUEUE_NAME}`,
          ),
        ]
      : [];
  });

/** A feed without `relay.secret` has no queue, so nobody could be let in by the previous one. */
const previousRelaySecrets = ([name, { relay }]: [string, FeedConfig]): Problem[] =>
  relay.previousSecret !== undefined && relay.secret === undefined
    ? [
        problem(
          ['feeds', name, 'relay', 'previousSecret'],
          `without ${shownPath(['feeds', name, 'relay', 'secret'])}; name the present secret there`,
        ),
      ]
    : [];

/** A component of no feed would never have trouble. */
const publicComponents = (config: Config): Problem[] => {
  const feeds = Object.keys(config.feeds);
  const known = feeds.length === 0 ? 'there are no feeds' : `must be one of ${feeds.join(', ')}`;
  return Object.keys(config.statusPage.components)
    .filter((name) => !feeds.includes(name))
    .map((name) => {
      const meant = nearest(name, feeds);
      return problem(
        ['statusPage', 'components', name],
        `names no feed; ${known}${meant ? `; did you mean ${meant}?` : ''}`,
      );
    });
};

const rowSchemas = ([name, { relay }]: [string, FeedConfig]): Problem[] =>
  schemaFaults(relay.schema ?? {}).map(({ path, text }) =>
    problem(['feeds', name, 'relay', 'schema', ...path], text),
  );

/** What sign-in by an identity provider cannot do without. */
const signIn = ({ console: { oidc }, respond }: Config): Problem[] => {
  if (!oidc) return [];
  const path = ['console', 'oidc'];
  return [
    ...(respond.publicUrl === undefined
      ? [problem(path, 'needs respond.publicUrl, where the provider sends people back')]
      : []),
    ...(oidc.scopes.includes('openid')
      ? []
      : [problem([...path, 'scopes'], 'must have "openid" among them; without it nobody is named')]),
    ...(oidc.responders.length + oidc.readers.length === 0
      ? [problem(path, 'lets nobody in: responders or readers must name a value of the claim')]
      : []),
  ];
};

/** What the schema cannot see because it concerns two keys at once. Pure. */
export const contradictionsIn = (config: Config): Problem[] => [
  ...Object.entries(config.feeds).flatMap(webhookIds),
  ...webhookUrls(config),
  ...Object.entries(config.feeds).flatMap(startCounts),
  ...Object.entries(config.feeds).flatMap(canaryRows),
  ...probesOfFeeds(config),
  ...conditions(config),
  ...thresholds(config),
  ...slowness(config),
  ...writtenSecrets(config),
  ...schedule(config),
  ...connectivity(config),
  ...recipients(config),
  ...signIn(config),
  ...channelIds(config),
  ...installationName(config),
  ...rowQueues(config),
  ...channelQueues(config),
  ...Object.entries(config.feeds).flatMap(previousRelaySecrets),
  ...Object.entries(config.feeds).flatMap(rowSchemas),
  ...publicComponents(config),
];
