import { HORIZON_DAYS } from '../../shared/forecast/crossing.ts';
import type { Band, Mark, Reach } from '../../shared/rows/capacity.ts';
import type { LimitsUsage, Standing, TableUsage, WebhookUsage } from '../../shared/usage/limits.ts';
import type { Style } from '../terminal.ts';
import { amount, moment, percentage, rows, timeBand } from './amounts.ts';
import { bar } from './bar.ts';
import { cell, hang, type Page } from './text.ts';

const WHY: Readonly<Record<Extract<Reach, { kind: 'unknown' }>['why'], string>> = {
  'no-snapshot': 'not counted yet',
  stale: 'counts too old',
  'too-little-history': 'too few rows to say',
};

/** When it is looked at, and whether there was ever a row: of none, nothing follows for the days to come. */
interface Seen {
  readonly now: number;
  readonly hasRows: boolean;
}

/** When a mark is reached, in words that fit a column of the table. */
export const reachText = (reach: Reach, now: number): string => {
  if (reach.kind === 'reached') return 'reached';
  if (reach.kind === 'unknown') return WHY[reach.why];
  const { p10, p50, p90 } = reach;
  if (p10 === null && p50 === null) return `not within ${HORIZON_DAYS} days`;
  const until = (at: number | null) => (at === null ? null : Math.max(0, at - now));
  return timeBand({ early: until(p10), middle: until(p50), late: until(p90) }, HORIZON_DAYS);
};

const STANDING: Readonly<Record<Standing, string>> = {
  open: '',
  warn: 'warn',
  rotate: 'rotate',
  full: 'FULL',
};

const colourOf = (standing: Standing, style: Style) =>
  ({ open: style.green, warn: style.yellow, rotate: style.red, full: style.red })[standing];

/** A count that is not known exactly is shown with a tilde. */
const counted = ({ low, high }: Band): string => `${high > low ? '~' : ''}${amount(low)}`;

interface Limited {
  readonly name: string;
  readonly usage: WebhookUsage | TableUsage;
  readonly marks: readonly Mark[];
}

const limitedOf = ({ webhooks, tables }: LimitsUsage): readonly Limited[] => [
  ...webhooks.map((usage) => ({
    name: usage.webhook,
    usage,
    marks: [usage.warn, usage.rotate].filter((mark) => mark !== null),
  })),
  ...tables.map((usage) => ({ name: `table ${usage.table}`, usage, marks: [] })),
];

const INDENT = '  ';
const COUNT_WIDTH = 19;
const SHARE_WIDTH = 7;
const NARROW = 72;
const LONGEST_NAME = 18;

const nameWidth = (all: readonly Limited[], { width }: Page): number =>
  Math.min(width < NARROW ? 14 : LONGEST_NAME, Math.max(10, ...all.map(({ name }) => [...name].length)));

interface Columns {
  readonly names: number;
  /** 0 where nothing has passed a mark. */
  readonly standing: number;
}

const columnsOf = (all: readonly Limited[], page: Page): Columns => ({
  names: nameWidth(all, page),
  standing: Math.max(...all.map(({ usage }) => STANDING[usage.standing].length)),
});

const barLine = ({ name, usage, marks }: Limited, columns: Columns, page: Page): string => {
  const { style, width } = page;
  const label = `${INDENT}${cell(name, columns.names)} `;
  if (usage.limit === null) return `${label}${style.dim(`${counted(usage.count)}, no limit`)}`;
  const colour = colourOf(usage.standing, style);
  const count =
    width < NARROW ? '' : ` ${`${counted(usage.count)} of ${amount(usage.limit)}`.padStart(COUNT_WIDTH)}`;
  const share = percentage(usage.share).padStart(SHARE_WIDTH);
  const standing = columns.standing === 0 ? '' : ` ${STANDING[usage.standing].padEnd(columns.standing)}`;
  const taken = label.length + count.length + share.length + standing.length;
  const drawn = bar(
    {
      low: usage.count.low + usage.committed,
      high: usage.count.high + usage.committed,
      limit: usage.limit,
      marks: marks.map((mark) => mark.rows),
    },
    Math.max(4, width - taken),
    colour,
    style,
  );
  return `${label}${drawn}${count}${share}${standing.trim() && colour(standing.trimEnd())}`;
};

/** `warn at 80 %` where it is the same for all of them. */
const markTitle = (word: string, marks: readonly (number | null)[]): string => {
  const [first] = marks;
  const alike = first !== undefined && first !== null && marks.every((mark) => mark === first);
  return alike ? `${word} at ${percentage(first)}` : word;
};

const shareOfLimit = (mark: Mark | null, limit: number | null): number | null =>
  mark && limit ? mark.rows / limit : null;

const reachCells = (usage: WebhookUsage | TableUsage, { now, hasRows }: Seen): readonly string[] => {
  const text = (mark: Mark | null) => {
    if (!mark) return '–';
    return hasRows || mark.reach.kind !== 'forecast' ? reachText(mark.reach, now) : 'no rows yet';
  };
  return 'warn' in usage
    ? [text(usage.warn), text(usage.rotate), text(usage.full)]
    : ['–', '–', text(usage.full)];
};

/** When each mark is reached: one row per limit, or on a narrow terminal one line per mark. */
const reachLines = (
  { webhooks }: LimitsUsage,
  all: readonly Limited[],
  names: number,
  seen: Seen,
  page: Page,
): string[] => {
  const bounded = all.filter(({ usage }) => usage.limit !== null);
  if (bounded.length === 0) return [];
  const { style, width } = page;
  const limited = webhooks.filter(({ limit }) => limit !== null);
  const titles = [
    markTitle(
      'warn',
      limited.map(({ warn, limit }) => shareOfLimit(warn, limit)),
    ),
    markTitle(
      'rotate',
      limited.map(({ rotate, limit }) => shareOfLimit(rotate, limit)),
    ),
    'full',
  ];
  const column = Math.floor((width - INDENT.length - names - 1) / titles.length);
  if (width < NARROW) {
    return bounded.flatMap(({ name, usage }) =>
      reachCells(usage, seen).flatMap((text, index) =>
        text === '–' ? [] : hang(INDENT, `${name} ${titles[index]}: ${text}`, width),
      ),
    );
  }
  return [
    style.dim(
      `${INDENT}${cell('reached in', names)} ${titles.map((title) => cell(title, column)).join('')}`.trimEnd(),
    ),
    ...bounded.map(({ name, usage }) =>
      `${INDENT}${cell(name, names)} ${reachCells(usage, seen)
        .map((text) => cell(text, column))
        .join('')}`.trimEnd(),
    ),
  ];
};

const webhookNotes = (usage: WebhookUsage, tables: readonly TableUsage[]): readonly string[] => {
  const { webhook, count, committed, bindsFirst, rebase, table } = usage;
  const isKnownTable = tables.some((each) => each.table === table);
  return [
    ...(count.high > count.low
      ? [
          `${webhook}: ${rows(count.high - count.low)} sent without an answer, so the count lies between ` +
            `${amount(count.low)} and ${amount(count.high)}.`,
        ]
      : []),
    ...(committed > 0 ? [`${webhook}: ${rows(committed)} queued for it are counted as taken.`] : []),
    ...(bindsFirst === 'table' && isKnownTable
      ? [`${webhook}: its table ${table} is full first, and a full table stops without a word.`]
      : []),
    ...(rebase
      ? [
          `${webhook}: set to ${amount(rebase.count)} ${rebase.why === 'operator' ? 'by a person' : "by Clay's answer that the limit is reached"} on ${moment(rebase.at)}.`,
        ]
      : []),
  ];
};

/** Which webhooks take the rows: only where there are several. */
const shareNote = ({ webhooks }: LimitsUsage): readonly string[] => {
  const taking = webhooks.filter(({ shareOfFeed }) => shareOfFeed > 0);
  if (webhooks.length < 2 || taking.length === 0) return [];
  const [only] = taking;
  if (taking.length === 1 && only) return [`Of late all rows go to ${only.webhook}.`];
  const said = taking.map(({ webhook, shareOfFeed }) => `${webhook} ${percentage(shareOfFeed)}`).join(', ');
  return [`Of late the rows go to ${said}.`];
};

const noteLines = (limits: LimitsUsage, { style, width }: Page): string[] =>
  [
    ...shareNote(limits),
    ...limits.webhooks.flatMap((usage) => webhookNotes(usage, limits.tables)),
    ...limits.unconfigured.map(
      ({ webhook, accepted }) =>
        `${webhook}: ${rows(accepted)} counted, but the webhook is not in the configuration.`,
    ),
  ].flatMap((note) => hang(INDENT, note, width).map((line) => style.dim(line)));

/** What the brackets mean, where there are any. */
const legend = (all: readonly Limited[], { style, width }: Page): string[] =>
  all.some(({ usage }) => usage.full?.reach.kind === 'forecast' && usage.full.reach.p10 !== null)
    ? hang(INDENT, 'In brackets: between these times in 8 of 10 cases.', width).map((line) => style.dim(line))
    : [];

/** Every webhook and table on its way to its limit, and when it gets there. */
export const limitLines = (limits: LimitsUsage, seen: Seen, page: Page): string[] => {
  const all = limitedOf(limits);
  if (all.length === 0) return hang(INDENT, 'No webhook is configured, so no limit is known.', page.width);
  const columns = columnsOf(all, page);
  return [
    ...all.map((limited) => barLine(limited, columns, page)),
    ...reachLines(limits, all, columns.names, seen, page),
    ...legend(all, page),
    ...noteLines(limits, page),
  ];
};
