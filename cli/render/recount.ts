import { isoInstant } from '../../shared/clock.ts';
import type { RecountCaution, RecountPlan } from '../../shared/usage/recount.ts';
import type { StoreSource } from '../store.ts';
import { amount, percentage, time } from './amounts.ts';
import { hang, jsonText, type Page } from './text.ts';
import { sourceText } from './usage.ts';

const CAUTIONS: Readonly<Record<RecountCaution, string>> = {
  'below-counted':
    "This is fewer than were counted here alone. A webhook's count is for life and never falls, also when rows are deleted: look again.",
  full: 'From then on the webhook counts as full, and an incident opens.',
  unlimited: 'The webhook is configured as unlimited: it has no limit to count towards.',
  'never-counted': 'Nothing was counted for this webhook yet.',
  same: 'This is what the ledger has already.',
};

/** What the ledger has, what it will have, and what to think of before. */
export const recountLines = (plan: RecountPlan, source: StoreSource, now: number, page: Page): string[] => {
  const { from, to, limit, asOf } = plan;
  const share = (count: number) =>
    limit === null ? '' : ` of ${amount(limit)} (${percentage(count / limit)})`;
  const band = from.high > from.low ? `${amount(from.low)} to ${amount(from.high)}` : amount(from.low);
  const age = asOf === null ? 'nothing was counted yet' : `as of ${time(Math.max(0, now - asOf))} ago`;
  return [
    page.style.bold(`${plan.feed}/${plan.webhook}`),
    ...hang('  ', `In ${sourceText(source)}.`, page.width),
    ...hang('  now:    ', `${band}${share(from.low)}, ${age}`, page.width),
    ...hang('  after:  ', `${amount(to)}${share(to)}; rows sent from now on count on top`, page.width),
    ...plan.cautions.flatMap((caution) =>
      hang('  ! ', CAUTIONS[caution], page.width).map((line) => page.style.yellow(line)),
    ),
  ];
};

export type RecountOutcome = 'set' | 'dry-run' | 'declined';

export const recountOutcome = (outcome: RecountOutcome): string =>
  ({ set: 'Set.', 'dry-run': 'Nothing was changed (--dry-run).', declined: 'Nothing was changed.' })[outcome];

export const renderRecountJson = (plan: RecountPlan, outcome: RecountOutcome, source: StoreSource): string =>
  jsonText({
    version: 1,
    outcome,
    source,
    ...plan,
    asOf: plan.asOf === null ? null : isoInstant(plan.asOf),
  });
