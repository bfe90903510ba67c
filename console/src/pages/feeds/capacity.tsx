import { useNow } from '../../api/use-now.ts';
import { formatCount, formatShare } from '../../format.ts';
import { Badge } from '../../ui/badge.tsx';
import { Icon } from '../../ui/icon.tsx';
import { Meter, type MeterMark } from '../../ui/meter.tsx';
import { expectedWords, type StripRow, TimeStrip } from '../../ui/time-strip.tsx';
import { STANDING_TONES } from '../../ui/tone.ts';
import './capacity.css';
import type { FeedUsage } from './use-usage.ts';

type Webhook = FeedUsage['webhooks'][number];
type Table = FeedUsage['tables'][number];

const STANDINGS: Readonly<Record<Webhook['standing'], string>> = {
  open: 'Open',
  warn: 'Past the warning',
  rotate: 'Past rotation',
  full: 'Full',
};

const countWords = ({ count, limit }: Webhook | Table): string => {
  const counted =
    count.high > count.low ? `${formatCount(count.low)}–${formatCount(count.high)}` : formatCount(count.low);
  return limit === null ? counted : `${counted} of ${formatCount(limit)}`;
};

const marksOf = (limited: Webhook | Table): readonly MeterMark[] => [
  ...('warn' in limited && limited.warn
    ? [{ at: limited.warn.rows, label: 'warn', tone: 'warn' as const }]
    : []),
  ...('rotate' in limited && limited.rotate
    ? [{ at: limited.rotate.rows, label: 'rotate', tone: 'serious' as const }]
    : []),
];

const kindOf = (limited: Webhook | Table) =>
  'webhook' in limited
    ? ({ icon: 'webhook', word: 'Webhook', name: limited.webhook } as const)
    : ({ icon: 'table', word: 'Table', name: limited.table } as const);

/** When it is full, if that is in sight. */
const fullWords = ({ full }: Webhook | Table, now: number): readonly string[] =>
  full?.reach.kind === 'forecast' && full.reach.p50 !== null
    ? [`full ${expectedWords(full.reach, now)}`]
    : [];

const Notes = ({
  limited,
  withForecast,
}: {
  readonly limited: Webhook | Table;
  readonly withForecast: boolean;
}) => {
  const now = useNow(60_000);
  const notes = [
    ...(withForecast ? fullWords(limited, now) : []),
    ...('webhook' in limited && limited.table !== null ? [`into ${limited.table}`] : []),
    ...(limited.shareOfFeed > 0 ? [`${formatShare(limited.shareOfFeed)} of the feed`] : []),
    ...(limited.committed > 0 ? [`${formatCount(limited.committed)} on their way`] : []),
    ...('bindsFirst' in limited && limited.bindsFirst === 'table' ? ['its table is full before it'] : []),
    ...(limited.count.high > limited.count.low
      ? [`${formatCount(limited.count.high - limited.count.low)} not certain`]
      : []),
  ];
  return notes.length === 0 ? null : <span class="limit-notes">{notes.join(' · ')}</span>;
};

/** A webhook or a table on its way to its limit; `withForecast`: and when it is full, in words. */
export const Limit = ({
  limited,
  withForecast = false,
}: {
  readonly limited: Webhook | Table;
  readonly withForecast?: boolean;
}) => {
  const { icon, word, name } = kindOf(limited);
  const tone = STANDING_TONES[limited.standing];
  return (
    <div class="limit">
      <div class="limit-head">
        <span class="limit-name">
          <Icon name={icon} />
          <span>
            <span class="visually-hidden">{word} </span>
            {name}
          </span>
          {limited.unlimited ? (
            <Badge>Unlimited</Badge>
          ) : (
            <Badge tone={tone}>{STANDINGS[limited.standing]}</Badge>
          )}
        </span>
        <span class="limit-count">
          {countWords(limited)}
          {limited.share !== null && <span class="muted"> {formatShare(limited.share)}</span>}
        </span>
      </div>
      {limited.limit !== null && (
        <Meter
          label={`${word} ${name}`}
          value={limited.count.low}
          uncertainTo={limited.count.high}
          committed={limited.committed}
          max={limited.limit}
          marks={marksOf(limited)}
          tone={tone === 'good' ? 'accent' : tone}
        />
      )}
      <Notes limited={limited} withForecast={withForecast} />
    </div>
  );
};

const stripRows = (limited: Webhook | Table): readonly StripRow[] => {
  const marks = [
    ...('warn' in limited && limited.warn
      ? [{ key: 'Warn', mark: limited.warn, tone: 'warn' as const }]
      : []),
    ...('rotate' in limited && limited.rotate
      ? [{ key: 'Rotate', mark: limited.rotate, tone: 'serious' as const }]
      : []),
    ...(limited.full ? [{ key: 'Full', mark: limited.full, tone: 'bad' as const }] : []),
  ];
  return marks.map(({ key, mark, tone }) => ({
    key,
    tone,
    label: `${key} at ${formatCount(mark.rows)}`,
    reach: mark.reach,
  }));
};

/** When its marks are reached, as the API forecasts it. */
export const LimitForecast = ({ limited }: { readonly limited: Webhook | Table }) => {
  const rows = stripRows(limited);
  return rows.length === 0 ? null : (
    <TimeStrip label={`When ${kindOf(limited).name} reaches its marks`} rows={rows} />
  );
};
