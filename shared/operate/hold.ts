import { redactText } from '../config/redact.ts';
import { clip } from '../incident/bounds.ts';
import type { ControlStore, FeedControl, Hold } from '../relay/control.ts';
import { addHold, changeControl, holdOf, releaseHold } from '../relay/control-change.ts';

type Controls = Pick<ControlStore, 'load' | 'save'>;

/** Who does it and when; the two name it, so that a repetition of it finds that it was done. */
export interface Doer {
  readonly at: number;
  readonly by: string;
}

const NO_REASON = 'No reason was given.';
const REASON = 300;

/** A reason as it is kept: one line, without anything secret. */
export const reasonText = (text: string | undefined): string =>
  redactText(clip(text ?? '', REASON)) || NO_REASON;

/** Whether the history tells of it already: what was undone since is not done again by a repetition. */
export const isInHistory = (
  { history }: FeedControl,
  kind: FeedControl['history'][number]['kind'],
  { at, by }: Doer,
): boolean => history.some((change) => change.kind === kind && change.at === at && change.by === by);

export interface HoldDone {
  readonly feed: string;
  readonly outcome: 'held' | 'already-held' | 'dry-run';
  readonly holds: readonly Hold[];
}

/** Holds a feed by an operator's word; a dry run changes nothing. May be repeated with the same doer. */
export const holdFeed = async (
  controls: Controls,
  feed: string,
  { at, by, reason, dryRun }: Doer & { readonly reason: string | undefined; readonly dryRun: boolean },
): Promise<HoldDone> => {
  const wanted: Hold = { kind: 'operator', since: at, why: reasonText(reason), by };
  if (dryRun) {
    const before = await controls.load(feed);
    const planned = addHold(before, wanted);
    return { feed, outcome: planned === before ? 'already-held' : 'dry-run', holds: planned.holds };
  }
  let isRepeated = false;
  const { control, changed } = await changeControl(controls, feed, (latest) => {
    isRepeated = isInHistory(latest, 'hold', { at, by });
    return isRepeated ? latest : addHold(latest, wanted);
  });
  return { feed, outcome: changed || isRepeated ? 'held' : 'already-held', holds: control.holds };
};

/** What a resume would release, and what stays because it is released by itself. */
export interface ResumePlan {
  readonly released: readonly Hold[];
  readonly kept: readonly Hold[];
}

/** An operator's resume ends the holds of operators; `all`: also those of incidents and of the forwarder. */
export const planResume = ({ holds }: FeedControl, all: boolean): ResumePlan => {
  const released = holds.filter(({ kind }) => all || kind === 'operator');
  return { released, kept: holds.filter((hold) => !released.includes(hold)) };
};

/**
 * Releases the holds of a plan and no others: one that was set meanwhile has not been agreed to. Gives the state after
 * it. May be repeated.
 */
export const resumeFeed = async (
  controls: Controls,
  feed: string,
  { released }: Pick<ResumePlan, 'released'>,
  { at, by, trickleRows }: Doer & { readonly trickleRows: number },
): Promise<FeedControl> => {
  const doing = { at, by, why: 'An operator released it.', trickleRows };
  const { control } = await changeControl(controls, feed, (latest) =>
    released.reduce(
      (next, hold) => (holdOf(next, hold)?.since === hold.since ? releaseHold(next, hold, doing) : next),
      latest,
    ),
  );
  return control;
};
