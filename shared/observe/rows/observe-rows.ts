import type { Config } from '../../config/schema.ts';
import type { FeedControl } from '../../relay/control.ts';
import type { FeedSnapshot } from '../../rows/snapshot.ts';
import type { Observation } from '../observation.ts';
import { unseenAtMost } from '../relay/margin.ts';
import { type RowsContext, rowsProbe, seenInRows } from './context.ts';
import { observeCrm, observeProviders, observeRefused } from './failures.ts';
import { observeFlow } from './flow.ts';
import { observeHitRate } from './hit-rate.ts';
import { observeTables, observeWebhooks, tablePart } from './limits.ts';
import { observeLoops } from './loops.ts';
import { observeLosses } from './losses.ts';
import { observeRoundTrip } from './round-trip.ts';
import { sum, windowsIn } from './window.ts';
import { number } from './words.ts';

export { rowsProbe } from './context.ts';

type Known = Pick<Config, 'feeds' | 'relay' | 'rows' | 'schedule'>;

/** Whether rows of the feed can be counted at all: the relay sends them, somebody reports them, or sends them back. */
export const countsRows = ({ callbacks, submissions, relay }: Config['feeds'][string]): boolean =>
  callbacks.secret !== undefined || submissions.secret !== undefined || relay.secret !== undefined;

const ledgerRead = (context: RowsContext): Observation => {
  const { snapshot, now, feed } = context;
  const day = windowsIn(snapshot.windows, 1_440, now);
  const submitted = sum(day, (window) => window.submitted);
  const calledBack = sum(day, (window) => window.calledBack);
  return seenInRows(context, {
    surface: 'rows-ledger',
    subject: feed,
    finding: 'readable',
    summary: `In 24 hours ${number(submitted)} rows went in, and ${number(calledBack)} came back.`,
    facts: { submitted, calledBack },
  });
};

/**
 * What the counts of a feed say; pure. Nothing for a feed whose rows nobody counts. Where callbacks are not taken, only
 * what goes in is judged. Each part is watched by itself (`rows:<feed>/<part>`), and says so when too little happened.
 */
export const observeRows = (
  snapshot: FeedSnapshot,
  feed: string,
  config: Known,
  now: number,
  control: FeedControl | null = null,
): readonly Observation[] => {
  const settings = config.feeds[feed];
  if (!settings || !countsRows(settings)) return [];
  const context: RowsContext = {
    feed,
    settings,
    rows: config.rows,
    snapshot,
    control: settings.relay.secret === undefined ? null : control,
    unseen: unseenAtMost(config.relay),
    now,
    everyMinutes: config.schedule.everyMinutes,
  };
  const comingBack =
    settings.callbacks.secret === undefined
      ? []
      : [
          observeFlow(context),
          observeLosses(context),
          observeRoundTrip(context),
          observeHitRate(context),
          ...observeProviders(context),
          observeCrm(context),
          observeRefused(context),
        ].filter((seen) => seen !== null);
  return [
    ledgerRead(context),
    ...comingBack,
    ...observeWebhooks(context),
    ...observeTables(context),
    observeLoops(context),
  ];
};

/** How the ids of a feed's providers begin. */
export const providerProbes = (feed: string): string => rowsProbe(feed, 'provider/');

/** The ids of everything that `observeRows` may say of a feed, except of its providers, which callbacks name. */
export const rowsProbesOf = (config: Pick<Config, 'feeds'>): readonly string[] =>
  Object.entries(config.feeds)
    .filter(([, settings]) => countsRows(settings))
    .flatMap(([feed, { webhooks, tables, callbacks }]) => [
      rowsProbe(feed),
      rowsProbe(feed, 'loops'),
      ...webhooks.map(({ id }) => rowsProbe(feed, `webhook/${id}`)),
      ...Object.keys(tables).map((table) => rowsProbe(feed, tablePart(table))),
      ...(callbacks.secret === undefined
        ? []
        : ['flow', 'losses', 'round-trip', 'hit-rate', 'crm', 'callbacks'].map((part) =>
            rowsProbe(feed, part),
          )),
    ]);
