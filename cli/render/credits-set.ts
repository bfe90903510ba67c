import { isoInstant } from '../../shared/clock.ts';
import type { CreditsChange, MeterChange } from '../credits-set.ts';
import type { StoreSource } from '../store.ts';
import { credits, time } from './amounts.ts';
import { hang, joined, jsonText, type Page } from './text.ts';
import { sourceText } from './usage.ts';

const changeText = (name: string, { from, fromAt, to }: MeterChange, now: number): string => {
  if (from === null || fromAt === null) return `${name}: ${credits(to)} left; the first reading.`;
  if (to === from) return `${name}: ${credits(to)} left, as before.`;
  const difference = `${credits(Math.abs(to - from))} ${to > from ? 'refilled' : 'burnt'}`;
  return `${name}: ${credits(to)} left, ${difference} since ${credits(from)} were left ${time(Math.max(0, now - fromAt))} ago.`;
};

export const renderCreditsChange = (change: CreditsChange, source: StoreSource, page: Page): string =>
  joined([
    ...hang('', `In ${sourceText(source)}:`, page.width),
    ...hang('  ', changeText('data credits', change.credits, change.at), page.width),
    ...(change.actions ? hang('  ', changeText('actions', change.actions, change.at), page.width) : []),
    ...(change.isReadByKey
      ? hang('  ', "A key is configured: the next reading from Clay's API replaces this.", page.width).map(
          (line) => page.style.dim(line),
        )
      : []),
    change.outcome === 'set' ? 'Recorded.' : 'Nothing was changed (--dry-run).',
  ]);

const shown = ({ from, fromAt, to }: MeterChange) => ({
  from,
  fromAt: fromAt === null ? null : isoInstant(fromAt),
  to,
});

export const renderCreditsChangeJson = (change: CreditsChange, source: StoreSource): string =>
  jsonText({
    version: 1,
    outcome: change.outcome,
    at: isoInstant(change.at),
    source,
    credits: shown(change.credits),
    actions: change.actions && shown(change.actions),
  });
