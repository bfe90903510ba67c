import type { RowsWindow } from '../../rows/snapshot.ts';
import type { Observation } from '../observation.ts';
import { bounds, type Share, shareOf } from './confidence.ts';
import { type RowsContext, seenInRows } from './context.ts';
import { missingInput, providersOf } from './failures.ts';
import { judgeRate, MINUTE, sum, windowsIn } from './window.ts';
import { number, percent, shareFacts } from './words.ts';

/** How many rows, in units of the sample asked for, the time before must have for a comparison. */
const BASELINE_SAMPLES = 5;
/** Below this share of its hit rate before, a provider has dropped; above, it holds. */
const DROPPED_TO = 0.75;
/** From this share on a provider is named by hits only, so that its own hit rate is no longer seen in its misses. */
const ONLY_HITS = 0.98;

/** Rows that providers were asked about: found, not found, or without what is needed to look. */
const lookedUp = (window: RowsWindow): number =>
  window.results.hit + window.results.missed + missingInput(window);

const notFound = (window: RowsWindow): Share => ({
  part: window.results.missed + missingInput(window),
  of: lookedUp(window),
});

/** Rows that could not be looked up for what they lacked: skipped, or failed for missing input. */
const lacking = (windows: readonly RowsWindow[]): Share => ({
  part: sum(windows, (window) => window.results.skipped + missingInput(window)),
  of: sum(windows, ({ results }) => results.hit + results.missed + results.skipped + results.failed),
});

const over = (windows: readonly RowsWindow[], shareIn: (window: RowsWindow) => Share): Share => ({
  part: sum(windows, (window) => shareIn(window).part),
  of: sum(windows, (window) => shareIn(window).of),
});

const hasRisen = (before: Share, now: Share): boolean => bounds(now).low > bounds(before).high;
const hasFallen = (before: Share, now: Share): boolean =>
  bounds(now).high < bounds(before).low && shareOf(now) < DROPPED_TO * shareOf(before);

type Verdict = 'dropped' | 'holds' | 'unclear';

interface ProviderChange {
  readonly name: string;
  readonly change: Verdict;
  readonly before: Share;
  readonly now: Share;
}

/**
 * Whether one provider knows less than before. In a waterfall the row names who knew it, or who was asked last: the
 * last one's own hits and misses show its rate, and of the earlier ones the share of all rows that they knew.
 */
const changeOf = (
  name: string,
  before: readonly RowsWindow[],
  now: readonly RowsWindow[],
): ProviderChange => {
  const own = (window: RowsWindow): Share => {
    const { hit = 0, missed = 0 } = window.byProvider[name] ?? {};
    return { part: hit, of: hit + missed };
  };
  const ofAll = (window: RowsWindow): Share => ({ part: own(window).part, of: lookedUp(window) });
  const shareIn = shareOf(over(before, own)) >= ONLY_HITS ? ofAll : own;
  const shares = { before: over(before, shareIn), now: over(now, shareIn) };
  const change = hasFallen(shares.before, shares.now)
    ? 'dropped'
    : shares.now.of > 0 && shareOf(shares.now) >= DROPPED_TO * shareOf(shares.before)
      ? 'holds'
      : 'unclear';
  return { name, change, ...shares };
};

/** What is left of a hit rate when nothing is found any more: a row that was under way, or that was cached. */
const NOTHING_LEFT = 0.02;

/** The newest rows tell first: what was found before it began fades from the whole window only later, minutes. */
const RECENT_MINUTES = 10;

/**
 * Several providers that knew rows before, and not one of them any more. A bad list of rows leaves some hits; a limit or
 * a block of the account leaves none (second runbook, "All providers returning empty").
 */
const knowsNothing = (
  before: readonly RowsWindow[],
  lately: readonly RowsWindow[],
  providers: readonly ProviderChange[],
  minRows: number,
): boolean =>
  providers.length > 1 &&
  sum(lately, lookedUp) >= minRows &&
  shareOf(over(lately, notFound)) >= 1 - NOTHING_LEFT &&
  providers.every(({ name }) => changeOf(name, before, lately).change === 'dropped');

interface Reason {
  readonly finding: 'low-input' | 'low-provider' | 'low' | 'all-empty';
  readonly why: string;
}

const fromTo = (before: Share, now: Share): string =>
  `${percent(shareOf(before))} before, ${percent(shareOf(now))} now`;

/** What changed against the 24 hours before: the rows that go in, or one provider. */
const reasonOf = ({ snapshot, rows, now: at }: RowsContext, now: readonly RowsWindow[]): Reason => {
  const first = now[0]?.start ?? Number.NEGATIVE_INFINITY;
  const before = snapshot.windows.filter(({ start }) => start < first && start >= first - 1_440 * MINUTE);
  if (sum(before, lookedUp) < BASELINE_SAMPLES * rows.hitRate.minRows)
    return { finding: 'low', why: 'too little is known of the time before to say what changed' };

  const lack = { before: lacking(before), now: lacking(now) };
  if (hasRisen(lack.before, lack.now))
    return {
      finding: 'low-input',
      why: `the rows changed: more of them lack what is needed (${fromTo(lack.before, lack.now)})`,
    };

  const changes = providersOf(snapshot)
    .map(([, name]) => changeOf(name, before, now))
    .filter((one) => one.before.part >= rows.hitRate.minRows);
  if (knowsNothing(before, windowsIn(now, RECENT_MINUTES, at), changes, rows.hitRate.minRows))
    return {
      finding: 'all-empty',
      why: `all ${changes.length} providers come back empty at once, which no single one of them explains`,
    };
  const dropped = changes.filter(({ change }) => change === 'dropped');
  const [worst] = dropped;
  if (changes.length > 1 && worst) {
    if (changes.some(({ change }) => change === 'holds'))
      return {
        finding: 'low-provider',
        why: `${worst.name} knows less (${fromTo(worst.before, worst.now)}), others as much as before`,
      };
    return {
      finding: 'low-input',
      why: `all ${changes.length} providers know less at once, so the rows changed (or Clay limits the account)`,
    };
  }
  return { finding: 'low', why: 'whether the rows or a provider changed does not show' };
};

/** How many of the rows that were looked up are found, against `rows.hitRate.below`. */
export const observeHitRate = (context: RowsContext): Observation => {
  const { feed, rows, snapshot, now } = context;
  const { below, windowMinutes, minRows } = rows.hitRate;
  const { standing, share } = judgeRate({
    windows: snapshot.windows,
    now,
    windowMinutes,
    minRows,
    above: 1 - below,
    shareIn: notFound,
  });
  const found: Share = { part: share.of - share.part, of: share.of };
  const said = {
    surface: 'hit-rate',
    probe: 'hit-rate',
    subject: feed,
    facts: { ...shareFacts(found, { part: 'found', of: 'lookedUp' }), below, windowMinutes },
  } as const;
  const spell = `${number(found.part)} of ${number(found.of)} rows of the last ${windowMinutes} min were found (${percent(shareOf(found))})`;
  if (standing === 'above') {
    const { finding, why } = reasonOf(context, windowsIn(snapshot.windows, windowMinutes, now));
    return seenInRows(context, {
      ...said,
      finding,
      summary: `${spell}, under ${percent(below)}: ${why}.`,
    });
  }
  return standing === 'within'
    ? seenInRows(context, { ...said, finding: 'fine', summary: `${spell}.` })
    : seenInRows(context, {
        ...said,
        finding: 'too-few',
        summary: `${spell}: too few to judge the hit rate by.`,
      });
};
