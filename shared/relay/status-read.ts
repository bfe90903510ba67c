import type { RowsLedger } from '../rows/ledger.ts';
import type { Severity } from '../severity.ts';
import type { ControlStore } from './control.ts';
import type { Pacer } from './pacer.ts';
import type { RowQueue } from './queue.ts';
import { type FeedFacts, type OpenIncident, type RelayStatus, relayStatus } from './status.ts';
import { readDepths } from './status-depths.ts';
import type { PaceNow, StatusConfig } from './status-reasons.ts';

/** What of an incident is looked at: incidents come after the relay, so it knows only this much of them. */
export interface ActiveIncident {
  readonly cause: string;
  readonly subject: string;
  readonly status: string;
  readonly severity: Severity;
  readonly openedAt: number;
  readonly hiddenBy?: unknown;
}

export interface StatusSources {
  readonly controls: Pick<ControlStore, 'load' | 'tally'>;
  readonly queue: Pick<RowQueue, 'depth'>;
  readonly rows: Pick<RowsLedger, 'snapshot'>;
  readonly pacer: Pick<Pacer, 'state'>;
  readonly incidents: { active(): Promise<readonly ActiveIncident[]> };
  /** Told of a queue that does not answer; its rows are then unknown. */
  readonly onFault?: (error: unknown) => void;
}

/** Open, told on their own, and the most urgent first. */
export const openOf = (incidents: readonly ActiveIncident[]): readonly OpenIncident[] =>
  incidents
    .filter(({ status, hiddenBy }) => status !== 'resolved' && hiddenBy === undefined)
    .map(({ cause, subject, severity, openedAt }) => ({ cause, subject, severity, since: openedAt }))
    .toSorted((one, other) =>
      one.severity === other.severity ? one.since - other.since : one.severity < other.severity ? -1 : 1,
    );

/** What the status follows from, before it is judged. */
export interface RelayFacts {
  readonly feeds: Readonly<Record<string, FeedFacts>>;
  readonly pace: PaceNow;
}

/** Reads what the status of the given feeds follows from. Rejects when the store does not answer. */
export const readRelayFacts = async (
  { controls, queue, rows, pacer, onFault }: Omit<StatusSources, 'incidents'>,
  feeds: readonly string[],
): Promise<RelayFacts> => {
  const factsOf = async (feed: string): Promise<Omit<FeedFacts, 'depth'>> => {
    const [control, tally, snapshot] = await Promise.all([
      controls.load(feed),
      controls.tally(feed),
      rows.snapshot(feed),
    ]);
    return { control, tally, snapshot };
  };
  const [depths, pace, ...facts] = await Promise.all([
    readDepths(queue, feeds, onFault),
    pacer.state(),
    ...feeds.map(factsOf),
  ]);
  return {
    feeds: Object.fromEntries(
      facts.map((each): [string, FeedFacts] => [
        each.control.feed,
        { ...each, depth: depths[each.control.feed] ?? null },
      ]),
    ),
    pace,
  };
};

/** Reads how it goes with the given feeds. Rejects when the store does not answer; a queue may be silent. */
export const readRelayStatus = async (
  { incidents, ...sources }: StatusSources,
  config: StatusConfig,
  feeds: readonly string[],
  now: number,
): Promise<RelayStatus> => {
  const [facts, active] = await Promise.all([readRelayFacts(sources, feeds), incidents.active()]);
  return relayStatus(config, facts.feeds, { pace: facts.pace, incidents: openOf(active), now });
};
