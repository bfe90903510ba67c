import type { UsageDocument } from '../../../../shared/usage/document.ts';
import { formatAmount, formatCount, formatShare } from '../../format.ts';
import type { Tone } from '../../ui/tone.ts';

export type CreditUsage = UsageDocument['credits'];
export type MeterUsage = NonNullable<CreditUsage['credits']>;
type RunOut = MeterUsage['runOut'];

export const LEVEL_WORDS: Readonly<Record<MeterUsage['level'], string>> = {
  fine: 'Enough',
  low: 'Low',
  'very-low': 'Very low',
  critical: 'Critical',
  exhausted: 'Used up',
};

const WHY: Readonly<Record<string, string>> = {
  'no-sample': 'No balance was read yet.',
  stale: 'The balance was read too long ago to say when nothing is left.',
  'too-little-history': 'There is too little history yet to say when nothing is left.',
};

const BEFORE: Readonly<Record<string, { readonly tone: Tone; readonly words: string }>> = {
  'not-before-refill': { tone: 'good', words: 'Enough until the next refill.' },
  possible: { tone: 'warn', words: 'May be used up before the next refill.' },
  likely: { tone: 'serious', words: 'Likely used up before the next refill.' },
  certain: { tone: 'bad', words: 'Used up before the next refill.' },
  'none-known': { tone: 'quiet', words: 'No refill is known, so only the times are told.' },
};

/** Run-out against refill, in a sentence. */
export const runOutWords = (runOut: RunOut): { readonly tone: Tone; readonly words: string } => {
  if (runOut.kind === 'exhausted') return { tone: 'bad', words: 'Nothing is left.' };
  if (runOut.kind === 'unknown') return { tone: 'quiet', words: WHY[runOut.why] ?? 'Not known.' };
  // Without `at` it is no forecast.
  if (!('beforeRefill' in runOut)) return { tone: 'quiet', words: 'Not known.' };
  const { tone, words } = BEFORE[runOut.beforeRefill] ?? { tone: 'quiet' as const, words: '' };
  const chance = runOut.chanceBeforeRefill;
  const said =
    chance !== null && chance >= 0.1 && chance < 0.995 ? ` (${formatShare(chance)} of forecasts)` : '';
  return { tone, words: words.replace(/\.$/, `${said}.`) };
};

const UNCOMPARED: Readonly<Record<string, string>> = {
  'no-balance': 'No balance was read yet, so what callbacks say cannot be compared with it.',
  'too-little-history': 'The balance was watched for too short a time to compare it with what callbacks say.',
  'too-little-burn': 'Too little was burnt to compare it with what callbacks say.',
  'no-costs-in-callbacks': 'No callback says what its row cost, so nothing can be said of who spends.',
};

/** The burn of the balance beside what callbacks explain of it. */
export const comparisonWords = (
  comparison: CreditUsage['comparison'],
): { readonly tone: Tone; readonly words: string } => {
  if (comparison.kind === 'unknown')
    return { tone: 'quiet', words: UNCOMPARED[comparison.why] ?? 'Not known.' };
  const { kind, burnt, spent, unexplained, share } = comparison;
  const both = `The balance fell by ${formatCount(burnt)}; callbacks explain ${formatCount(spent)} of it.`;
  if (kind === 'explained') return { tone: 'good', words: both };
  if (kind === 'elsewhere')
    return {
      tone: 'warn',
      words: `${both} The other ${formatCount(unexplained)} (${formatShare(share)}) were spent elsewhere in the workspace.`,
    };
  return { tone: 'note', words: `${both} Callbacks name more than was burnt: their costs may be estimates.` };
};

/** What is usual at this hour of the week, beside what is burnt now. */
export const burnNote = ({ baseline }: MeterUsage['burn']): string => {
  if (!baseline) return 'what is usual is not known yet';
  return `usual at this hour: ${formatAmount(baseline.perHour)}`;
};
