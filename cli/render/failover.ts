import { FAILOVER_CAUTIONS } from '../../shared/operate/failover.ts';
import type { FailoverPlan, WebhookRoom } from '../../shared/relay/failover-plan.ts';
import type { StoreSource } from '../store.ts';
import { amount, percentage } from './amounts.ts';
import { hang, jsonText, type Page } from './text.ts';
import { sourceText } from './usage.ts';

export type FailoverOutcome = 'rotated' | 'already' | 'dry-run' | 'declined';

const roomText = (room: WebhookRoom | { readonly webhook: string } | null): string => {
  if (room === null) return 'none yet';
  if (!('count' in room)) return `${room.webhook}, which is not in the configuration`;
  const { webhook, count, limit } = room;
  const taken = `${count.high > count.low ? `${amount(count.low)} to ${amount(count.high)}` : amount(count.low)}`;
  return limit === null
    ? `${webhook}, ${taken} rows, no limit`
    : `${webhook}, ${taken} of ${amount(limit)} rows (${percentage(count.high / limit)})`;
};

/** Where rows go, where they will go, and what to think of before. */
export const failoverLines = (
  feed: string,
  plan: FailoverPlan,
  source: StoreSource,
  page: Page,
): string[] => {
  const head = [page.style.bold(feed), ...hang('  ', `In ${sourceText(source)}.`, page.width)];
  if (plan.kind !== 'rotate') return head;
  const { from, to, standbysLeft, cautions } = plan;
  return [
    ...head,
    ...hang('  now:    ', roomText(from), page.width),
    ...hang('  after:  ', roomText(to), page.width),
    ...hang('  ', `Standbys left then: ${amount(standbysLeft)}.`, page.width),
    ...cautions.flatMap((caution) =>
      hang('  ! ', FAILOVER_CAUTIONS[caution], page.width).map(page.style.yellow),
    ),
  ];
};

export const failoverOutcome = (outcome: FailoverOutcome): string =>
  ({
    rotated: 'Done. Rows go there from the next one on.',
    already: 'Rows go there already; nothing was changed.',
    'dry-run': 'Nothing was changed (--dry-run).',
    declined: 'Nothing was changed.',
  })[outcome];

export const renderFailoverJson = (
  feed: string,
  plan: FailoverPlan,
  outcome: FailoverOutcome,
  source: StoreSource,
): string => {
  const { kind: _, ...planned } = plan;
  return jsonText({ version: 1, feed, outcome, source, ...planned });
};
