import type { FeedStatus, RelayStatus } from '../../shared/relay/status.ts';
import type { WatchReport } from '../../shared/watch/run.ts';
import { type Colors, printable, timeOfDay } from './text.ts';

const PAD = '          ';
const COUNT = new Intl.NumberFormat('en-GB', { maximumFractionDigits: 1 });

/** Rows that Clay took since the installation began to count, by feed. */
const sentOf = ({ feeds }: WatchReport): ReadonlyMap<string, number> =>
  new Map(feeds.map(({ feed, webhooks }) => [feed, webhooks.reduce((sum, { count }) => sum + count, 0)]));

/** `leads 3 waiting, 0.3/s to leads-1, 2 standbys`, for the line of a look. */
const feedText = (status: FeedStatus, perSecond: number | undefined): string => {
  const { feed, waiting, webhook, mode, standbysLeft } = status;
  const to =
    mode === 'holding'
      ? 'held'
      : [
          perSecond === undefined ? 'to' : `${COUNT.format(perSecond)}/s to`,
          webhook.active ?? 'nowhere yet',
        ].join(' ');
  const standbys = `${standbysLeft} standby${standbysLeft === 1 ? '' : 's'}`;
  return `${feed} ${waiting === null ? '?' : COUNT.format(waiting)} waiting, ${to}, ${standbys}`;
};

export interface RelayView {
  /** What the line of this look says of the relay; empty without one. */
  flow(report: WatchReport, status: RelayStatus | null): string;
  /** What has changed since the last look: holds and their reasons, releases, rotations. */
  changes(status: RelayStatus | null): readonly string[];
}

/** Remembers what was told. The first look tells of nothing that was before it. */
export const createRelayView = (colors: Colors): RelayView => {
  let before: { readonly slot: number; readonly sent: ReadonlyMap<string, number> } | undefined;
  let toldUntil: number | undefined;
  const reasonsTold = new Map<string, string>();

  const rateOf = (feed: string, report: WatchReport, sent: ReadonlyMap<string, number>) => {
    const [now, then] = [sent.get(feed), before?.sent.get(feed)];
    if (!before || now === undefined || then === undefined || report.slot <= before.slot) return undefined;
    return Math.max(0, now - then) / ((report.slot - before.slot) / 1_000);
  };

  const reasonLines = (status: FeedStatus): readonly string[] => {
    const { feed, mode, reasons } = status;
    // Counts and times within a reason change all the time; that is no news.
    const key = `${mode} ${reasons.join().replaceAll(/\d[\d:.,TZ-]*/g, '#')}`;
    const isNews = reasonsTold.get(feed) !== key && (reasonsTold.has(feed) || mode !== 'normal');
    reasonsTold.set(feed, key);
    if (!isNews || mode === 'normal') return [];
    const paint = mode === 'holding' ? colors.yellow : colors.dim;
    return reasons.map((reason) => `${PAD}${paint(`▪ relay ${feed} ${mode}: ${printable(reason)}`)}`);
  };

  const changeLines = ({ feed, lately }: FeedStatus, since: number): readonly string[] =>
    lately
      .filter(({ at }) => at > since)
      .toReversed()
      .map(
        ({ at, text, by }) =>
          `${PAD}${colors.cyan(`▸ relay ${feed}`)} ${colors.dim(timeOfDay(at))} ${printable(text)} ${colors.dim(`(${printable(by)})`)}`,
      );

  return {
    flow: (report, status) => {
      const sent = sentOf(report);
      const text = (status?.feeds ?? [])
        .map((each) => feedText(each, rateOf(each.feed, report, sent)))
        .join('; ');
      if (report.feeds.length > 0) before = { slot: report.slot, sent };
      return text;
    },
    changes: (status) => {
      if (!status) return [];
      const since = toldUntil ?? status.at;
      toldUntil = Math.max(since, ...status.feeds.flatMap(({ lately }) => lately.map(({ at }) => at)));
      return status.feeds.flatMap((each) => [...changeLines(each, since), ...reasonLines(each)]);
    },
  };
};
