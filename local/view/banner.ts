import { relative } from 'node:path';
import { relayedFeeds } from '../../shared/config/relayed.ts';
import type { Config } from '../../shared/config/schema.ts';
import { subscriptionsOf, unroutedSeverities } from '../../shared/notify/filter-policy.ts';
import type { ClayProcess } from '../clay-process.ts';
import type { Runtime } from '../runtime.ts';
import { type Colors, printable } from './text.ts';

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
    'stateDir' | 'inboxDir' | 'logFile' | 'endpoints' | 'tableName' | 'topicArn'
  >;
}

const shownPath = (path: string): string => {
  const short = relative(process.cwd(), path);
  return short === '' ? '.' : short.startsWith('..') ? path : short;
};

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

const tells = ({ config }: BannerOptions, colors: Colors): string => {
  const people = subscriptionsOf(config).map(
    ({ endpoint, severities }) => `${endpoint} (${severities.join(' ')})`,
  );
  const unheard = unroutedSeverities(config);
  const gap = unheard.length > 0 ? colors.yellow(`nobody hears of ${unheard.join(' ')}`) : '';
  return [people.join(', '), gap].filter(Boolean).join('; ');
};

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
    `    ${colors.bold(`npm run clay -- ${words}${port}`.padEnd(36))} ${colors.dim(meaning)}`;
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
  const row = (name: string, text: string) => `  ${colors.dim(name.padEnd(9))} ${text}`;
  return [
    '',
    `${colors.bold('Claywatch')} on this machine; nothing is sent to anybody. Times are UTC. Ctrl-C ends.`,
    '',
    row('watches', watching(options)),
    row('', feeds(options)),
    ...takes(options).map((text, index) => row(index === 0 ? 'takes' : '', text)),
    row('looks', pace(options)),
    row('tells', tells(options, colors)),
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
