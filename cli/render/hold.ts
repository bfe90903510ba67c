import type { HoldDone } from '../../shared/operate/hold.ts';
import type { Hold } from '../../shared/relay/control.ts';
import { holdText } from '../../shared/relay/status-reasons.ts';
import type { StoreSource } from '../store.ts';
import { rows } from './amounts.ts';
import { holdDocument } from './status.ts';
import { hang, joined, jsonText, type Page } from './text.ts';
import { sourceText } from './usage.ts';

const INDENT = '  ';

/** A hold with whoever set it, where that is a person. */
const holdLine = (hold: Hold, mark: string, { width }: Page): string[] =>
  hang(mark, hold.kind === 'operator' ? `${hold.by}: ${holdText(hold)}` : holdText(hold), width);

const title = (feed: string, source: StoreSource, { style, width }: Page): string[] => [
  style.bold(feed),
  ...hang(INDENT, `In ${sourceText(source)}.`, width),
];

const HELD: Readonly<Record<HoldDone['outcome'], string>> = {
  held: 'Held. Rows are taken and wait in the queue; sending stops within seconds.',
  'already-held': 'It was held already; nothing was changed.',
  'dry-run': 'Nothing was changed (--dry-run).',
};

export const renderHold = ({ feed, outcome, holds }: HoldDone, source: StoreSource, page: Page): string =>
  joined([
    ...title(feed, source, page),
    ...holds.flatMap((hold) => holdLine(hold, `${INDENT}- `, page)),
    ...hang('', HELD[outcome], page.width),
    ...(outcome === 'dry-run' ? [] : [`To let them go: claywatch resume ${feed}`]),
  ]);

export const renderHoldJson = ({ holds, ...change }: HoldDone, source: StoreSource): string =>
  jsonText({ version: 1, ...change, source, holds: holds.map(holdDocument) });

export interface ResumeChange {
  readonly feed: string;
  readonly released: readonly Hold[];
  readonly kept: readonly Hold[];
  readonly trickleRows: number;
}

export type ResumeOutcome = 'released' | 'nothing-released' | 'dry-run' | 'declined';

const thenText = ({ released, kept, trickleRows }: ResumeChange): string => {
  if (released.length === 0)
    return kept.length === 0 ? 'Nothing holds it.' : 'No operator holds it; what does is released by itself:';
  if (kept.length > 0) return 'Still held afterwards, and released by itself:';
  return trickleRows === 0
    ? 'Rows then go at full pace.'
    : `Rows then go again, the first ${rows(trickleRows)} slowly.`;
};

/** What is released and what is not. */
export const resumeLines = (change: ResumeChange, source: StoreSource, page: Page): string[] => [
  ...title(change.feed, source, page),
  ...(change.released.length > 0 ? hang(INDENT, 'Released:', page.width) : []),
  ...change.released.flatMap((hold) => holdLine(hold, `${INDENT}- `, page)),
  ...hang(INDENT, thenText(change), page.width),
  ...change.kept.flatMap((hold) => holdLine(hold, `${INDENT}- `, page)),
  ...(change.released.some(({ kind }) => kind !== 'operator')
    ? hang(
        `${INDENT}! `,
        'An incident that is still open does not hold it again; only failure upon failure stops it then.',
        page.width,
      ).map(page.style.yellow)
    : []),
];

export const resumeOutcome = (outcome: ResumeOutcome, left: readonly Hold[], page: Page): string[] => {
  if (outcome === 'released')
    return left.length === 0
      ? ['Released. Rows go again.']
      : hang(
          '',
          `Released. ${left.length === 1 ? 'One hold is' : `${left.length} holds are`} left.`,
          page.width,
        );
  return [outcome === 'dry-run' ? 'Nothing was changed (--dry-run).' : 'Nothing was changed.'];
};

export const renderResumeJson = (
  { feed, released, kept }: ResumeChange,
  outcome: ResumeOutcome,
  source: StoreSource,
): string =>
  jsonText({
    version: 1,
    feed,
    outcome,
    source,
    released: released.map(holdDocument),
    kept: kept.map(holdDocument),
  });
