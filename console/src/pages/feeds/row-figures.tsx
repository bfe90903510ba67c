import { useNow } from '../../api/use-now.ts';
import { formatCount, formatRelative, formatRoundTrip, formatShare, formatSpan } from '../../format.ts';
import { Figure, Figures } from '../../ui/panel.tsx';
import type { FeedRelay, FeedUsage } from './use-usage.ts';

type Rows = NonNullable<FeedUsage['rows']>;

const few = (enough: boolean): string => (enough ? '' : ', few rows');

const Held = ({ relay }: { readonly relay: FeedRelay | null | undefined }) => {
  const now = useNow(10_000);
  if (!relay)
    return <Figure label="Held" value="–" note={relay === null ? 'not relayed' : 'not known yet'} />;
  const holding = relay.mode === 'holding';
  const oldest = relay.oldest && `oldest ${formatRelative(Date.parse(relay.oldest.taken_at), now)}`;
  return (
    <Figure
      label={holding ? 'Held' : 'Waiting to be sent'}
      value={formatCount(relay.rows_waiting)}
      note={oldest ?? (holding ? 'sending is stopped' : 'nothing is held')}
      {...(holding && { tone: 'serious' as const })}
    />
  );
};

/** Rows in, held, out and lost, and how well it goes; all as the API counts them. */
export const RowFigures = ({
  rows,
  relay,
}: {
  readonly rows: Rows;
  readonly relay: FeedRelay | null | undefined;
}) => {
  const { day, recent, lost, outstanding } = rows;
  const window = formatSpan(recent.minutes * 60_000);
  return (
    <Figures>
      <Figure label="Rows in, 24 h" value={formatCount(day.submitted)} note="accepted by Clay" />
      <Held relay={relay} />
      <Figure
        label="Rows out, 24 h"
        value={formatCount(day.calledBack)}
        note={`${formatCount(outstanding.total)} not back yet`}
      />
      <Figure
        label="Lost, 24 h"
        value={formatCount(lost.part)}
        note={`${formatShare(lost.share)} of ${formatCount(lost.of)} due back`}
      />
      <Figure
        label={`Hit rate, ${window}`}
        value={formatShare(recent.hitRate.share)}
        note={`${formatCount(recent.hitRate.part)} of ${formatCount(recent.hitRate.of)}${few(recent.hitRate.enough)}`}
      />
      <Figure
        label={`Round trip p95, ${window}`}
        value={formatRoundTrip(recent.roundTrip.p95)}
        note={`p50 ${formatRoundTrip(recent.roundTrip.p50)}${few(recent.roundTrip.enough)}`}
      />
    </Figures>
  );
};
