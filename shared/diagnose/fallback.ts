import { isSilent, type Surface } from '../observe/findings.ts';
import type { Evidence, Signal } from '../observe/signals.ts';
import { type Board, isUnknown } from './board.ts';
import { feedOf } from './subject.ts';

/**
 * What shows the same in another way, best first (first runbook, "Metrics unavailable: check backup metrics"). Of
 * surfaces that belong to a feed, only those of the same feed stand in.
 */
const INSTEAD: Readonly<Partial<Record<Surface, readonly Surface[]>>> = {
  'clay-status': ['clay-api', 'clay-web', 'clay-app', 'clay-key', 'flow'],
  'clay-web': ['clay-app', 'clay-api', 'clay-status'],
  'clay-app': ['clay-web', 'clay-api', 'clay-status'],
  'clay-api': ['clay-key', 'webhook', 'clay-status'],
  'clay-key': ['clay-api', 'clay-balance'],
  'clay-balance': ['credits-run-out', 'credit-history', 'flow'],
  'balance-age': ['credits-run-out', 'credit-history', 'flow'],
  'credit-history': ['credits', 'actions', 'clay-balance'],
  'rows-ledger': ['webhook', 'relay', 'callback', 'credits', 'burn'],
  relay: ['flow', 'rows-ledger', 'webhook'],
  'dead-letters': ['relay', 'losses'],
  webhook: ['flow', 'webhook-count', 'clay-api'],
  'webhook-url': ['webhook', 'flow'],
  callback: ['callback-rows', 'flow'],
  integration: ['relay', 'callback', 'flow'],
  service: ['integration', 'relay'],
  metrics: ['integration', 'service', 'relay', 'callback-rows'],
  'metrics-source': ['metrics', 'integration'],
  crm: ['crm-rows'],
  provider: ['provider-rows', 'hit-rate'],
  connectivity: ['clay-api', 'clay-web', 'clay-key'],
};

/** So many of them: they only have to carry somebody until the thing itself is seen again. */
const AT_MOST = 3;

const BY_FEED: ReadonlySet<Surface> = new Set<Surface>([
  ...(['webhook', 'webhook-url', 'webhook-count', 'flow', 'losses', 'rows-ledger', 'relay'] as const),
  ...(['dead-letters', 'callback', 'callback-rows', 'hit-rate'] as const),
]);

const isOfItsFeed = (blind: Signal, other: Signal): boolean =>
  !BY_FEED.has(blind.surface) ||
  !BY_FEED.has(other.surface) ||
  feedOf(blind.subject) === feedOf(other.subject);

/**
 * What stands in for something that cannot be seen, as evidence of a kind of its own. It is shown and named; it clears
 * nothing, and opens nothing: each of these speaks for itself elsewhere in the tree.
 */
export const fallbackFor = (blind: Signal, board: Board): readonly Evidence[] =>
  (INSTEAD[blind.surface] ?? [])
    .flatMap((surface) => board.of(surface))
    .filter((other) => other.probe !== blind.probe && !isUnknown(other) && !isSilent(other))
    .filter((other) => isOfItsFeed(blind, other))
    .slice(0, AT_MOST)
    .map(({ evidence }) => ({
      ...evidence,
      kind: 'fallback',
      summary: `In place of ${blind.probe}: ${evidence.summary}`,
    }));

const namesOf = (evidence: readonly Evidence[]): string =>
  evidence.map(({ probe, finding }) => `${probe} (${finding})`).join(', ');

/** The end of a sentence about a gap: what is gone by until it can be seen again. */
export const insteadSays = (instead: readonly Evidence[]): string =>
  instead.length === 0 ? ' Nothing else shows it.' : ` Fallback evidence: ${namesOf(instead)}.`;
