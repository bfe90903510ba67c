import { relayedFeeds } from '../../shared/config/relayed.ts';
import type { Config } from '../../shared/config/schema.ts';
import {
  channelSubscriptionsOf,
  subscriptionsOf,
  unroutedSeverities,
} from '../../shared/notify/filter-policy.ts';
import type { ClayProcess } from '../clay-process.ts';
import type { Runtime } from '../runtime.ts';
import { type Colors, printable, shownPath, stateFlag } from './text.ts';

const DEFAULT_CLAY_PORT = 7_700;

export interface BannerOptions {
  readonly config: Config;
  readonly everySeconds: number;
  /** The simulated Clay, on the trial. */
  readonly clay: Pick<ClayProcess, 'url' | 'port' | 'started'> | undefined;
  /** The user's own configuration, otherwise. */
  readonly source: string | undefined;
  readonly runtime: Pick<
    Runtime,
    | 'stateDir'
    | 'inboxDir'
    | 'logFile'
    | 'endpoints'
    | 'tableName'
    | 'topicArn'
    | 'config'
    | 'respondKeyFile'
    | 'consoleUrl'
  >;
}

const watching = ({ clay, source }: BannerOptions): string => {
  if (!clay) return `what ${printable(source ?? '')} names`;
  return `a simulated Clay at ${clay.url}${clay.started ? '' : ', which was running already'}`;
};

const feeds = ({ config }: BannerOptions): string => {
  const names = Object.entries(config.feeds).map(([name, { webhooks }]) =>
    webhooks.length === 1 ? name : `${name} (${webhooks.length} webhooks)`,
  );
  const probes = [...(config.integration ? ['integration'] : []), ...Object.keys(config.probes)];
  const parts = [
    ...(names.length > 0 ? [`feed${names.length === 1 ? '' : 's'} ${names.join(', ')}`] : []),
    ...(probes.length > 0 ? [`probes ${probes.join(', ')}`] : []),
  ];
  return parts.length > 0 ? parts.join('; ') : 'Clay itself only: no feeds and no probes are configured';
};

const withSeverities = (name: string, severities: readonly string[]): string =>
  `${name} (${severities.join(' ')})`;

const tells = ({ config }: BannerOptions, colors: Colors): readonly string[] => {
  const people = subscriptionsOf(config).map(({ endpoint, severities }) =>
    withSeverities(endpoint, severities),
  );
  const channels = channelSubscriptionsOf(config).map(({ channel, kind, severities }) =>
    kind === 'status-page' ? `${channel} (what people write for it)` : withSeverities(channel, severities),
  );
  const named = Object.keys(config.notify.people);
  const unheard = unroutedSeverities(config);
  const gap = unheard.length > 0 ? colors.yellow(`nobody hears of ${unheard.join(' ')}`) : '';
  return [
    [people.join(', '), gap].filter(Boolean).join('; '),
    ...(channels.length > 0 ? [colors.yellow(`for real: ${channels.join(', ')}`)] : []),
    ...(named.length > 0 ? [`${named.join(', ')} by name, when nobody answers`] : []),
  ].filter(Boolean);
};

/** How people act on an incident. */
const acts = ({ runtime }: BannerOptions): readonly string[] => {
  const { respondKeyFile, config, endpoints } = runtime;
  return [
    `npx claywatch incidents${stateFlag(runtime.stateDir)}, or the links in messages`,
    respondKeyFile === undefined
      ? `or ${endpoints.http}/v1/incidents, by the secret that respond.secret names`
      : `or curl -H "${config.respond.header}: Bearer $(cat ${shownPath(respondKeyFile)})" ${endpoints.http}/v1/incidents`,
  ];
};

/** Where it is looked at. */
const shows = ({ runtime, config }: BannerOptions, colors: Colors): readonly string[] => [
  runtime.consoleUrl === undefined
    ? 'no console: the configuration does without (console.enabled)'
    : colors.bold(runtime.consoleUrl),
  ...(config.statusPage.published ? [`${runtime.endpoints.http}/status, for the users of the pipeline`] : []),
];

/** What leaves this machine. */
const leaves = ({ config }: BannerOptions, colors: Colors): string =>
  channelSubscriptionsOf(config).length === 0
    ? 'nothing is sent to anybody'
    : colors.yellow('e-mail and SMS stay here, chat channels get messages for real');

/** Where rows may come in and come back; a feed without a secret takes nobody's. */
const takes = ({ config, runtime }: BannerOptions): readonly string[] => {
  const urls = (path: string, feeds: readonly string[]) =>
    feeds.map((feed) => `${runtime.endpoints.http}/v1/${path}/${feed}`).join(', ');
  const relayed = relayedFeeds(config);
  const calledBack = Object.entries(config.feeds).flatMap(([name, { callbacks }]) =>
    callbacks.secret === undefined ? [] : [name],
  );
  return [
    relayed.length > 0
      ? `rows at ${urls('rows', relayed)}; how they go: GET ${runtime.endpoints.http}/v1/status`
      : 'no rows: no feed names a secret of its senders (feeds.*.relay.secret)',
    calledBack.length > 0
      ? `callbacks at ${urls('callbacks', calledBack)}`
      : 'no callbacks: no feed names a secret of its sender (feeds.*.callbacks.secret)',
  ];
};

const pace = ({ everySeconds, clay }: BannerOptions): string => {
  if (everySeconds >= 60)
    return `every ${everySeconds / 60 === 1 ? 'minute' : `${everySeconds / 60} minutes`}`;
  const aws = 'on AWS one minute is the finest rate';
  return `every ${everySeconds} s${clay ? ', to be quick to try' : ''}; ${aws}. Thresholds are not changed`;
};

const tryIt = ({ clay }: BannerOptions, colors: Colors): readonly string[] => {
  if (!clay) return [];
  const port = clay.port === DEFAULT_CLAY_PORT ? '' : ` --port ${clay.port}`;
  const command = (words: string, meaning: string) =>
    `    ${colors.bold(`npm run clay -- ${words}${port}`.padEnd(36 + port.length))} ${colors.dim(meaning)}`;
  return [
    '',
    '  Break something, from another terminal:',
    command('fault outage on', 'Clay is down: rows wait, an incident opens'),
    command('fault outage off', 'and back: rows go on, a trickle first'),
    command('fault provider-down on', 'a provider fails for rows'),
    command('faults', 'what else can go wrong'),
  ];
};

/** What a person needs to know at the start: what is watched, who is told and where, and what to try. */
export const banner = (options: BannerOptions, colors: Colors): string => {
  const { runtime } = options;
  const rows = (name: string, texts: readonly string[]) =>
    texts.map((text, index) => row(index === 0 ? name : '', text));
  const row = (name: string, text: string) => `  ${colors.dim(name.padEnd(9))} ${text}`;
  return [
    '',
    `${colors.bold('Claywatch')} on this machine; ${leaves(options, colors)}. Times are UTC. Ctrl-C ends.`,
    '',
    row('watches', watching(options)),
    row('', feeds(options)),
    ...rows('shows', shows(options, colors)),
    ...rows('takes', takes(options)),
    row('looks', pace(options)),
    ...rows('tells', tells(options, colors)),
    ...rows('acts', acts(options)),
    row('inbox', `${shownPath(runtime.inboxDir)}, where e-mail and SMS are kept`),
    row(
      'keeps',
      `${shownPath(runtime.stateDir)}: rows that wait, counts and incidents outlive a restart or a kill`,
    ),
    row('log', shownPath(runtime.logFile)),
    ...tryIt(options, colors),
    '',
  ].join('\n');
};
