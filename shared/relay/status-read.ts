import type { RowsLedger } from '../rows/ledger.ts';
import type { Severity } from '../severity.ts';
import type { ControlStore } from './control.ts';
import type { Pacer } from './pacer.ts';
import type { RowQueue } from './queue.ts';
import { type FeedFacts, type OpenIncident, type RelayStatus, relayStatus } from './status.ts';
import { readDepths } from './status-depths.ts';
import type { StatusConfig } from './status-reasons.ts';

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
const openOf = (incidents: readonly ActiveIncident[]): readonly OpenIncident[] =>
  incidents
    .filter(({ status, hiddenBy }) => status !== 'resolved' && hiddenBy === undefined)
    .map(({ cause, subject, severity, openedAt }) => ({ cause, subject, severity, since: openedAt }))
    .toSorted((one, other) =>
      one.severity === other.severity ? one.since - other.since : one.severity < other.severity ? -1 : 1,
    );

/** Reads how it goes with the given feeds. Rejects when the store does not answer; a queue may be silent. */
export const readRelayStatus = async (
  { controls, queue, rows, pacer, incidents, onFault }: StatusSources,
  config: StatusConfig,
  feeds: readonly string[],
  now: number,
): Promise<RelayStatus> => {
  const factsOf = async (feed: string): Promise<Omit<FeedFacts, 'depth'>> => {
    const [control, tally, snapshot] = await Promise.all([
      controls.load(feed),
      controls.tally(feed),
      rows.snapshot(feed),
    ]);
    return { control, tally, snapshot };
  };
  const [depths, pace, active, ...facts] = await Promise.all([
    readDepths(queue, feeds, onFault),
    pacer.state(),
    incidents.active(),
    ...feeds.map(factsOf),
  ]);
  const seen = Object.fromEntries(
    facts.map((each): [string, FeedFacts] => [
      each.control.feed,
      { ...each, depth: depths[each.control.feed] ?? null },
    ]),
  );
  return relayStatus(config, seen, { pace, incidents: openOf(active), now });
};
