import { formatAmount, formatCount, formatSpan } from '../../format.ts';
import { Badge, StateDot } from '../../ui/badge.tsx';
import { Figure, Figures, Panel } from '../../ui/panel.tsx';
import { Table } from '../../ui/table.tsx';
import { Time } from '../../ui/time.tsx';
import { type StripMark, type StripRow, TimeStrip } from '../../ui/time-strip.tsx';
import { LEVEL_TONES } from '../../ui/tone.ts';
import './meter-panel.css';
import { burnNote, LEVEL_WORDS, type MeterUsage, runOutWords } from './words.ts';

const reachOf = (runOut: MeterUsage['runOut']): StripRow['reach'] => {
  if (runOut.kind === 'exhausted') return { kind: 'reached' };
  if (runOut.kind === 'unknown') return { kind: 'unknown', why: runOut.why };
  return 'at' in runOut ? { kind: 'forecast', ...runOut.at } : { kind: 'unknown', why: 'not known' };
};

const refillOf = (runOut: MeterUsage['runOut']): readonly StripMark[] =>
  'nextRefill' in runOut && runOut.nextRefill ? [{ at: runOut.nextRefill.at, label: 'refill' }] : [];

const RunOut = ({ meter, name }: { readonly meter: MeterUsage; readonly name: string }) => {
  const { tone, words } = runOutWords(meter.runOut);
  const refills = refillOf(meter.runOut);
  return (
    <div class="run-out">
      <p class="run-out-words">
        <StateDot tone={tone} />
        <span>
          <strong>{words}</strong>
          {refills.map(({ at }) => (
            <span key={at} class="muted">
              {' '}
              Next refill by <Time at={at} as="instant" />
            </span>
          ))}
        </span>
      </p>
      {meter.runOut.kind !== 'unknown' && (
        <TimeStrip
          label={`When ${name} run out`}
          rows={[{ key: 'out', label: 'Nothing left', tone: 'bad', reach: reachOf(meter.runOut) }]}
          marks={refills}
        />
      )}
    </div>
  );
};

const Burn = ({ meter, name }: { readonly meter: MeterUsage; readonly name: string }) => (
  <details class="burn-windows">
    <summary>Burn by window</summary>
    <Table
      caption={`Burn of ${name} by window`}
      rows={meter.burn.windows}
      keyOf={({ minutes }) => minutes}
      columns={[
        { key: 'w', head: 'Last', rowHead: true, cell: ({ minutes }) => formatSpan(minutes * 60_000) },
        { key: 'b', head: 'Burnt', number: true, cell: ({ burnt }) => formatAmount(burnt) },
        { key: 'h', head: 'An hour', number: true, cell: ({ perHour }) => formatAmount(perHour) },
        { key: 'o', head: 'Seen', number: true, cell: ({ observedMs }) => formatSpan(observedMs) },
      ]}
    />
  </details>
);

/** One of the two meters: what is left, how fast it goes, and whether it lasts. */
export const MeterPanel = ({
  title,
  name,
  meter,
}: {
  readonly title: string;
  /** In a sentence. */
  readonly name: string;
  readonly meter: MeterUsage;
}) => (
  <Panel
    title={title}
    note={
      <>
        read <Time at={meter.asOf} />
      </>
    }
    actions={
      <>
        {meter.stale && <Badge tone="warn">Not fresh</Badge>}
        <Badge tone={LEVEL_TONES[meter.level]}>{LEVEL_WORDS[meter.level]}</Badge>
      </>
    }
  >
    <div class="stack">
      <Figures>
        <Figure label="Left" value={formatCount(meter.left)} />
        <Figure label="Burnt an hour" value={formatAmount(meter.burn.perHour)} note={burnNote(meter.burn)} />
        <Figure
          label="Last refill"
          value={meter.lastRefill ? `+${formatCount(meter.lastRefill.by)}` : '–'}
          note={meter.lastRefill ? <Time at={meter.lastRefill.at} /> : 'none was seen'}
        />
      </Figures>
      <RunOut meter={meter} name={name} />
      <Burn meter={meter} name={name} />
    </div>
  </Panel>
);
