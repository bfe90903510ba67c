import type { Config } from '../config/schema.ts';
import type { Incident, TimelineEntry } from '../incident/incident.ts';
import { isAgainst } from '../notify/about.ts';
import { measuresOf } from '../notify/done.ts';
import type { DeliveryProof } from '../notify/proof.ts';
import { duration } from '../notify/time.ts';
import { isMoreUrgent } from '../severity.ts';
import type { Measured, Postmortem } from './postmortem.ts';

/** What lessons are drawn from: numbers and entries, never words of people. */
export interface Told {
  readonly incident: Incident;
  readonly times: Postmortem['times'];
  readonly rows: Postmortem['rows'];
  readonly credits: Postmortem['credits'];
  readonly proofs: readonly DeliveryProof[];
  readonly feeds: readonly string[];
  readonly config: Config;
  /** Incidents before this one. */
  readonly earlier: readonly Incident[];
}

/** A sentence when it holds, else nothing. */
type Rule = (told: Told) => string | false;

const times = (count: number): string => (count === 1 ? 'once' : `${count} times`);
const some = (count: number, one: string, many: string): string => `${count} ${count === 1 ? one : many}`;
const countOf = ({ timeline }: Incident, kind: TimelineEntry['kind']): number =>
  timeline.filter((entry) => entry.kind === kind).length;

const took = ({ tookMs }: Measured): string => duration(tookMs ?? 0);
const limit = ({ deadlineMs }: Measured): string => duration(deadlineMs ?? 0);

/** Found by what Claywatch looks at, or only by what a person answered. */
export const isFoundByClaywatch = ({ evidence }: Incident): boolean => {
  const failing = evidence.filter(isAgainst);
  return failing.length === 0 || failing.some(({ kind }) => kind !== 'reported');
};

const channelsThat = (proofs: readonly DeliveryProof[], status: DeliveryProof['status']) => [
  ...new Set(proofs.filter((proof) => proof.status === status).map(({ channel }) => channel)),
];

/** Feeds whose webhook had nothing to fall back to. */
export const withoutStandby = ({ incident, feeds, config }: Pick<Told, 'incident' | 'feeds' | 'config'>) =>
  incident.cause.startsWith('webhook.')
    ? feeds.filter((feed) => config.feeds[feed]?.webhooks.length === 1)
    : [];

/** A warning that is older is another story. */
export const WARNED_WITHIN_MS = 14 * 86_400_000;

/** Warnings about the same thing that were out before it broke, and that nobody took. */
export const ignoredWarnings = ({ incident, earlier }: Pick<Told, 'incident' | 'earlier'>) =>
  earlier.filter(
    (one) =>
      one.id !== incident.id &&
      one.peakSeverity === 'P4' &&
      isMoreUrgent(incident.peakSeverity, 'P4') &&
      one.subject === incident.subject &&
      one.openedAt < incident.detectedAt &&
      one.openedAt >= incident.detectedAt - WARNED_WITHIN_MS &&
      !one.acknowledgement &&
      // It was told as part of another, and whoever had that one had it.
      !one.mergedInto &&
      countOf(one, 'acknowledged') === 0,
  );

/** Incidents that were told as part of this one. */
const partsOf = ({ incident, earlier }: Pick<Told, 'incident' | 'earlier'>): readonly string[] =>
  earlier.flatMap(({ id, mergedInto }) => (mergedInto?.id === incident.id ? [id] : []));

const WELL: readonly Rule[] = [
  ({ incident, times: { detect } }) =>
    isFoundByClaywatch(incident) && `Claywatch found it, ${took(detect)} after it was first seen failing.`,
  ({ times: { notify } }) =>
    notify.kept === true && `A page was taken ${took(notify)} after it opened, within ${limit(notify)}.`,
  ({ times: { acknowledge } }) =>
    acknowledge.kept === true &&
    `Somebody had it ${took(acknowledge)} after it opened, within ${limit(acknowledge)}.`,
  ({ incident }) => {
    const measures = measuresOf(incident).length;
    return measures > 0 && `Claywatch acted by itself ${times(measures)}.`;
  },
  (told) => {
    const parts = partsOf(told);
    return (
      parts.length > 0 && `Told as one with ${some(parts.length, 'other', 'others')}: ${parts.join(', ')}.`
    );
  },
  ({ rows }) => {
    const held = rows.reduce((sum, row) => sum + (row.held ?? 0), 0);
    return held > 0 && `${some(held, 'row was', 'rows were')} held instead of being refused.`;
  },
  ({ rows }) => rows.length > 0 && rows.every(({ lost }) => lost === 0) && 'No row was lost.',
  ({ incident, times: { mitigate, resolve } }) =>
    mitigate.tookMs !== null &&
    resolve.tookMs !== null &&
    resolve.tookMs > mitigate.tookMs &&
    incident.closedBy === undefined &&
    `People were no longer hit ${took(mitigate)} after it began, before the cause was gone.`,
];

const WRONG: readonly Rule[] = [
  ({ incident }) => !isFoundByClaywatch(incident) && 'A person found it, not Claywatch.',
  ({ times: { notify } }) =>
    notify.kept === false &&
    (notify.tookMs === null
      ? 'No channel took a page.'
      : `A page was taken only ${took(notify)} after it opened; ${limit(notify)} is the limit.`),
  ({ times: { acknowledge } }) =>
    acknowledge.kept === false &&
    (acknowledge.tookMs === null
      ? `Nobody acknowledged it; the deadline was ${limit(acknowledge)}.`
      : `It was acknowledged ${took(acknowledge)} after it opened; the deadline was ${limit(acknowledge)}.`),
  ({ incident }) => {
    const escalated = countOf(incident, 'escalated');
    return escalated > 0 && `It was escalated ${times(escalated)} because nobody had acknowledged.`;
  },
  ({ incident }) => {
    const stale = countOf(incident, 'acknowledgement-stale');
    return stale > 0 && `An acknowledgement grew stale ${times(stale)}: nobody said a word for too long.`;
  },
  ({ incident }) => {
    const due = countOf(incident, 'update-due');
    return due > 0 && `A promised update was not written in time ${times(due)}.`;
  },
  ({ incident }) => {
    const undone = (incident.actions ?? []).filter(({ kind }) => kind === 'overruled').length;
    return undone > 0 && `What Claywatch did was undone by somebody ${times(undone)}.`;
  },
  ({ incident }) =>
    incident.reopenings > 0 && `It was over too early: it was opened again ${times(incident.reopenings)}.`,
  ({ incident }) => incident.closedBy !== undefined && 'It was closed by hand, and not seen working.',
  ({ proofs }) => {
    const refused = [...channelsThat(proofs, 'refused'), ...channelsThat(proofs, 'fallen-back')];
    return refused.length > 0 && `Channels did not take messages: ${[...new Set(refused)].join(', ')}.`;
  },
  ({ proofs }) => {
    const owed = proofs.filter(({ status }) => status === 'owed').length;
    return owed > 0 && `${some(owed, 'message has', 'messages have')} not been taken yet.`;
  },
  (told) => {
    const feeds = withoutStandby(told);
    return feeds.length > 0 && `There was no standby webhook: ${feeds.join(', ')}.`;
  },
  (told) => {
    const ignored = ignoredWarnings(told);
    return (
      ignored.length > 0 &&
      `Warnings had been out and nobody had taken them: ${ignored.map(({ id }) => id).join(', ')}.`
    );
  },
  ({ rows }) => {
    const lost = rows.reduce((sum, row) => sum + (row.lost ?? 0), 0);
    return lost > 0 && `${some(lost, 'row was', 'rows were')} lost.`;
  },
  ({ credits: { wasted } }) =>
    wasted !== null && wasted > 0 && `${wasted} credits went into rows that missed while it lasted.`,
];

const LUCKY: readonly Rule[] = [
  ({ incident, times: { acknowledge, resolve } }) =>
    resolve.tookMs !== null &&
    acknowledge.tookMs === null &&
    incident.closedBy === undefined &&
    'It ended by itself before anybody had it.',
  ({ rows }) =>
    rows.length > 0 && rows.every(({ received }) => received === 0) && 'No row came in while it lasted.',
  ({ proofs }) => {
    const saved = proofs.filter(({ status }) => status === 'fallen-back').length;
    return saved > 0 && `Another channel took ${some(saved, 'message', 'messages')} instead.`;
  },
];

const drawn = (rules: readonly Rule[], told: Told): readonly string[] =>
  rules.flatMap((rule) => rule(told) || []);

/** What went well, what went wrong and where it was luck, each by a rule from the numbers. */
export const lessonsOf = (told: Told): Postmortem['lessons'] => ({
  well: drawn(WELL, told),
  wrong: drawn(WRONG, told),
  lucky: drawn(LUCKY, told),
});
