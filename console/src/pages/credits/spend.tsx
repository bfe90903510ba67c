import { formatAmount, formatCount, formatShare } from '../../format.ts';
import { BarList } from '../../ui/meter.tsx';
import { Figure, Figures, Notice, Panel } from '../../ui/panel.tsx';
import { type CreditUsage, comparisonWords } from './words.ts';

const barsOf = (amounts: Readonly<Record<string, number>>) =>
  Object.entries(amounts)
    .map(([name, value]) => ({ name, value }))
    .toSorted((one, other) => other.value - one.value);

const Amounts = ({
  title,
  amounts,
}: {
  readonly title: string;
  readonly amounts: Readonly<Record<string, number>>;
}) => {
  const bars = barsOf(amounts);
  return (
    <div class="stack tight">
      <h3>{title}</h3>
      {bars.length === 0 ? (
        <p class="muted">No callback of this time says what its row cost.</p>
      ) : (
        <BarList label={title} bars={bars} format={formatAmount} />
      )}
    </div>
  );
};

/** Where the credits of the last day went, as far as callbacks say. */
export const Spend = ({ usage: { spend, comparison } }: { readonly usage: CreditUsage }) => {
  const { tone, words } = comparisonWords(comparison);
  return (
    <Panel title="Where credits went" note="last 24 h, as callbacks say">
      <div class="stack">
        <Figures>
          <Figure
            label="Spent on rows"
            value={formatAmount(spend.credits)}
            note={`${formatCount(spend.calledBack)} rows back`}
          />
          <Figure label="An hour" value={formatAmount(spend.perHour)} />
          <Figure
            label="Waste"
            value={formatShare(spend.wasteShare)}
            note={`${formatAmount(spend.creditsOnMisses)} on rows that found nothing`}
          />
          <Figure label="Actions" value={formatAmount(spend.actions)} />
        </Figures>
        <Notice tone={tone}>{words}</Notice>
        <div class="grid">
          <Amounts title="By feed" amounts={spend.byFeed} />
          <Amounts title="By provider" amounts={spend.byProvider} />
        </div>
      </div>
    </Panel>
  );
};
