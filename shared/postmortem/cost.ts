import { isoInstant } from '../clock.ts';
import type { Config } from '../config/schema.ts';
import { burntAt } from '../credits/burn.ts';
import type { CreditState } from '../credits/state.ts';
import type { Incident } from '../incident/incident.ts';
import { supportFacts } from '../notify/support-request.ts';
import type { FeedSnapshot, RowsWindow } from '../rows/snapshot.ts';
import type { FeedCost, Postmortem } from './postmortem.ts';
import type { Bounds } from './rows.ts';

const WINDOW = 300_000;
const DAY = 86_400_000;

const sum = <T>(all: readonly T[], of: (one: T) => number): number =>
  all.reduce((total, one) => total + of(one), 0);
const rounded = (amount: number): number => Math.round(amount * 100) / 100;

const wastedActions = ({ actions, results }: RowsWindow): number => {
  const callbacks = results.hit + results.missed + results.skipped + results.failed;
  return callbacks === 0 ? 0 : (actions * (results.missed + results.failed)) / callbacks;
};

/**
 * What the callbacks of a feed cost in the windows of five minutes that touch [from, to); null when the ledger does not
 * reach that far: it keeps a day, and is folded up to `asOf`.
 */
export const costOfFeed = (snapshot: FeedSnapshot, from: number, to: number): FeedCost | null => {
  if (from < snapshot.asOf - DAY || to > snapshot.asOf + WINDOW) return null;
  const windows = snapshot.windows.filter(({ start }) => start + WINDOW > from && start < to);
  return {
    from,
    to,
    credits: rounded(sum(windows, ({ credits }) => credits)),
    creditsWasted: rounded(sum(windows, ({ creditsOnMisses }) => creditsOnMisses)),
    actions: rounded(sum(windows, ({ actions }) => actions)),
    actionsWasted: rounded(sum(windows, wastedActions)),
  };
};

/** What was kept when it was over, else what the ledger still knows. */
const costs = (
  feeds: readonly string[],
  { detectedAt }: Incident,
  until: number,
  { bounds, later }: { readonly bounds: Bounds; readonly later: readonly FeedSnapshot[] },
): readonly FeedCost[] | null => {
  const found = feeds.map((feed) => {
    const kept = bounds.end?.feeds.find((one) => one.feed === feed)?.cost;
    const snapshot = later.find((one) => one.feed === feed);
    return kept ?? (snapshot ? costOfFeed(snapshot, detectedAt, until) : null);
  });
  const known = found.filter((cost) => cost !== null);
  return known.length === found.length ? known : null;
};

/** What the balance fell by, refills left out; from the history, else from the balances that were kept. */
const spentIn = (
  history: CreditState | null,
  from: number,
  to: number,
  { open, end }: Bounds,
): { readonly credits: number | null; readonly proof: string } => {
  const samples = history?.credits?.samples ?? [];
  const first = burntAt(samples, from);
  const last = burntAt(samples, to);
  if (first !== null && last !== null)
    return {
      credits: rounded(last - first),
      proof: `Spent: by the balance of the workspace between ${isoInstant(from)} and ${isoInstant(to)}, refills left out.`,
    };
  const before = open?.credits.balance ?? null;
  const after = end?.credits.balance ?? null;
  if (before !== null && after !== null && before >= after && open && end)
    return {
      credits: rounded(before - after),
      proof: `Spent: the balance was ${before} at ${isoInstant(open.at)} and ${after} at ${isoInstant(end.at)}.`,
    };
  return { credits: null, proof: 'Spent: not known, the balance was not seen at both ends.' };
};

/** Null when no price applies to what is known. */
const moneyOf = (
  { creditPrice, actionPrice }: Config['postmortem'],
  credits: number | null,
  actions: number | null,
): number | null => {
  const parts = [
    creditPrice === undefined || credits === null ? null : credits * creditPrice,
    actionPrice === undefined || actions === null ? null : actions * actionPrice,
  ].filter((part) => part !== null);
  return parts.length === 0 ? null : rounded(sum(parts, (part) => part));
};

/** What it cost, and how that is known. */
export const creditsOf = (
  incident: Incident,
  feeds: readonly string[],
  given: {
    readonly bounds: Bounds;
    readonly later: readonly FeedSnapshot[];
    readonly history: CreditState | null;
    readonly config: Config;
    readonly now: number;
  },
): Postmortem['credits'] => {
  const until = incident.resolvedAt ?? given.now;
  const spent = spentIn(given.history, incident.detectedAt, until, given.bounds);
  const each = costs(feeds, incident, until, given);
  const wasted = each && rounded(sum(each, ({ creditsWasted }) => creditsWasted));
  const actionsWasted = each && rounded(sum(each, (cost) => cost.actionsWasted));
  return {
    spent: spent.credits,
    wasted,
    actionsWasted,
    money: moneyOf(given.config.postmortem, wasted, actionsWasted),
    currency: given.config.postmortem.currency,
    proof: `${spent.proof} ${
      each
        ? 'Wasted: credits that callbacks of the feeds that were hit name for rows that missed; actions in proportion to rows that missed or failed; whole windows of five minutes.'
        : 'Wasted: not known, callbacks of that time are no longer counted one by one.'
    }`,
  };
};

/** The lines that Clay support asks for. */
export const refundOf = (
  feeds: readonly string[],
  config: Config,
  credits: number | null,
): Postmortem['refund'] => ({ ...supportFacts(feeds, config), credits });
