import { nameOf } from '../notify/who.ts';
import { countsRows } from '../observe/rows/observe-rows.ts';
import type { Hold } from '../relay/control.ts';
import type { OverviewResponse } from './overview-shape.ts';
import { isStop, type Mark } from './places.ts';
import type { FeedView } from './stages.ts';
import { troubleOf } from './trouble.ts';
import { agoText, number, paceText, phrase, rowsText } from './words.ts';

export type Flow = OverviewResponse['flow'];

/** Whether rows of a feed go through, and why not, in a sentence. */
export interface FeedFlow {
  readonly flow: Flow;
  readonly sentence: string;
}

/** How long the watch has not run, in words; null: it runs. */
export interface FlowContext {
  readonly unwatched: string | null;
}

const leadsOf = ({ feed }: FeedView): string => `Leads of \`${feed}\``;

const keptText = (waiting: number | null): string => {
  if (waiting === null) return 'its rows are kept';
  if (waiting === 0) return 'rows that come are kept';
  return waiting === 1 ? '1 row is kept' : `${rowsText(waiting)} are kept`;
};

/** Whether it ends by itself: somebody's own hold does not, and a full pool needs another webhook. */
const endText = ({ relay }: FeedView): string => {
  const holds = relay?.control.holds ?? [];
  if (holds.some(({ kind }) => kind === 'operator')) return 'until somebody lets them go';
  if (holds.length > 0) return 'and go on by themselves';
  return 'until a webhook can take them';
};

const holdText = ({ kind, by, why }: Hold): string => {
  if (kind === 'operator') return `${nameOf(by)} holds them (${phrase(why, 200)})`;
  return kind === 'breaker' ? 'Clay takes none of them just now' : phrase(why, 200);
};

/** Why rows are held: what is wrong, else who holds them, else what there is none of. */
const whyHeld = ({ relay, marks }: FeedView): string => {
  const stop = marks.find(isStop) ?? marks.find(({ place }) => place.rows === 'stops');
  const holds = relay?.control.holds ?? [];
  const operator = holds.find(({ kind }) => kind === 'operator');
  if (operator) return holdText(operator);
  if (stop) return troubleOf(stop.incident);
  const [hold] = holds;
  return hold ? holdText(hold) : phrase(relay?.status.reasons[0] ?? 'nothing can take them', 200);
};

const heldFlow = (view: FeedView): FeedFlow => ({
  flow: 'stopped',
  sentence: `${leadsOf(view)} wait: ${whyHeld(view)}; ${keptText(view.relay?.status.waiting ?? null)} ${endText(view)}.`,
});

const stoppedFlow = (view: FeedView, { incident, place }: Mark): FeedFlow => {
  const trouble = troubleOf(incident);
  const reachesClay = !place.stages.includes('webhook');
  if (reachesClay)
    return { flow: 'stopped', sentence: `${leadsOf(view)} reach Clay and do not come back: ${trouble}.` };
  const rest = view.relay ? keptText(view.relay.status.waiting) : 'what senders post meanwhile may be lost';
  return { flow: 'stopped', sentence: `${leadsOf(view)} do not reach Clay: ${trouble}; ${rest}.` };
};

/** What came back of the rows of a day that had time to; empty where nothing says so. */
const backText = ({ snapshot, settings, traffic }: FeedView): string => {
  if (!snapshot || settings.callbacks.secret === undefined) return '';
  const { submitted, cameBack } = snapshot.cohort;
  if (submitted === 0)
    return (traffic?.calledBack ?? 0) > 0 ? ', and they come back' : ', the first are on their way back';
  const missing = Math.max(0, submitted - cameBack);
  return missing === 0 ? ', all came back' : `, ${number(missing)} of ${number(submitted)} did not come back`;
};

const pace = ({ traffic }: FeedView): string =>
  traffic ? paceText(Math.max(traffic.submitted, traffic.calledBack), traffic.minutes) : '';

const troubled = (view: FeedView, why: string): FeedFlow => {
  const rate = pace(view);
  const isMoving = (view.traffic?.submitted ?? 0) + (view.traffic?.calledBack ?? 0) > 0;
  return {
    flow: 'degraded',
    sentence: isMoving
      ? `${leadsOf(view)} are flowing (${rate}), but not all is well: ${why}.`
      : `Not all is well with leads of \`${view.feed}\`: ${why}.`,
  };
};

const quiet = ({ feed, snapshot, now }: FeedView): FeedFlow => {
  const last = snapshot?.lastSubmissionAt ?? snapshot?.lastCallbackAt ?? null;
  return {
    flow: 'idle',
    sentence:
      last === null
        ? `No lead of \`${feed}\` has come in yet.`
        : `No leads of \`${feed}\` are coming in: the last came ${agoText(last, now)}, and nothing is wrong.`,
  };
};

const unseen = ({ feed, settings }: FeedView, { unwatched }: FlowContext): FeedFlow => ({
  flow: 'unknown',
  sentence:
    unwatched === null && !countsRows(settings)
      ? `Nobody can say how leads of \`${feed}\` do: its rows are neither relayed nor reported nor called back.`
      : `Nobody can say how leads of \`${feed}\` do: ${unwatched ?? 'its counts are not brought up to date'}.`,
});

/**
 * Whether the rows of a feed go through. That they are held is seen at once; anything else is as the watch saw it, and
 * says nothing once that does not run.
 */
export const flowOf = (view: FeedView, context: FlowContext): FeedFlow => {
  const { relay, marks, traffic, settings } = view;
  if (relay?.status.mode === 'holding') return heldFlow(view);
  if (context.unwatched !== null) return unseen(view, context);
  const stop = marks.find(isStop);
  if (stop) return stoppedFlow(view, stop);
  const [mark] = marks;
  if (mark) return troubled(view, troubleOf(mark.incident));
  if (relay?.status.mode === 'degraded') return troubled(view, phrase(relay.status.reasons[0] ?? '', 200));
  if (!countsRows(settings) || (view.snapshot && !traffic)) return unseen(view, context);
  if (traffic && traffic.submitted + traffic.calledBack > 0)
    return { flow: 'flowing', sentence: `${leadsOf(view)} are flowing: ${pace(view)}${backText(view)}.` };
  return quiet(view);
};

interface Told extends FeedFlow {
  readonly view: FeedView;
}

const NAMED = 3;

/** How the other feeds do, in a few words. */
const elsewhere = (others: readonly Told[]): string => {
  if (others.length === 0) return '';
  const named = others.slice(0, NAMED).map(({ view, flow }) => `\`${view.feed}\` ${flow}`);
  const left = others.length - named.length;
  return ` Elsewhere: ${named.join(', ')}${left > 0 ? ` and ${left} more` : ''}.`;
};

/** All feeds that flow as if they were one. */
const allFlow = (told: readonly Told[]): string => {
  const rows = told.reduce(
    (sum, { view: { traffic } }) =>
      sum + (traffic ? Math.max(traffic.submitted, traffic.calledBack) / traffic.minutes : 0),
    0,
  );
  const cohorts = told.flatMap(({ view }) =>
    view.settings.callbacks.secret === undefined || !view.snapshot ? [] : [view.snapshot.cohort],
  );
  const submitted = cohorts.reduce((sum, cohort) => sum + cohort.submitted, 0);
  const missing = cohorts.reduce((sum, { submitted: of, cameBack }) => sum + Math.max(0, of - cameBack), 0);
  const back =
    submitted === 0
      ? ''
      : missing === 0
        ? ', all came back'
        : `, ${number(missing)} of ${number(submitted)} did not come back`;
  const rate = rows >= 1 ? rowsText(Math.round(rows)) : `less than 1 row`;
  return `Leads are flowing: ${rate} a minute over ${told.length} feeds${back}.`;
};

/** The worst first, as far as a person has to do something about it. */
const WORST: readonly Flow[] = ['stopped', 'degraded', 'unknown'];

/** How it goes with everything. */
export const overallFlow = (
  told: readonly Told[],
  { unwatched }: FlowContext,
): { readonly flow: Flow; readonly sentence: string } => {
  const [only] = told;
  if (!only) return { flow: 'unknown', sentence: 'No feed is configured, so no leads can be seen to flow.' };
  const stopped = told.find(({ flow }) => flow === 'stopped');
  if (unwatched !== null)
    return stopped
      ? { flow: 'stopped', sentence: `${stopped.sentence} Of the rest nobody can say: ${unwatched}.` }
      : { flow: 'unknown', sentence: `Nobody can say whether leads are flowing: ${unwatched}.` };
  // A feed that nobody counts can never be seen: it does not hide how the others do.
  const counted = told.filter(({ view }) => countsRows(view.settings));
  const worst = WORST.map((flow) =>
    (counted.length > 0 ? counted : told).find((each) => each.flow === flow),
  ).find((each) => each !== undefined);
  if (worst)
    return { flow: worst.flow, sentence: worst.sentence + elsewhere(told.filter((each) => each !== worst)) };
  if (told.length === 1) return { flow: only.flow, sentence: only.sentence };
  const flowing = told.filter(({ flow }) => flow === 'flowing');
  const uncounted = told.filter(({ flow }) => flow === 'unknown');
  if (flowing.length === 0)
    return {
      flow: 'idle',
      sentence: `No leads are coming in, and nothing is wrong.${elsewhere(uncounted)}`,
    };
  const [one] = flowing;
  const idle = told.filter(({ flow }) => flow !== 'flowing');
  return {
    flow: 'flowing',
    sentence: (flowing.length === 1 && one ? one.sentence : allFlow(flowing)) + elsewhere(idle),
  };
};
