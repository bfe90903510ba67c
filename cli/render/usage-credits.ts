import type { RunOut } from '../../shared/credits/run-out.ts';
import type { SpendComparison } from '../../shared/credits/spend.ts';
import { HORIZON_DAYS } from '../../shared/forecast/crossing.ts';
import type { CreditUsage, MeterLevel, MeterUsage } from '../../shared/usage/credits.ts';
import type { Style } from '../terminal.ts';
import { amount, credits, moment, NO_NUMBER, percentage, time, timeBand } from './amounts.ts';
import { cell, cellRight, hang, type Page } from './text.ts';

const INDENT = '  ';
const LABEL_WIDTH = 13;

const LEVELS: Readonly<Record<MeterLevel, string>> = {
  fine: '',
  low: 'low; ',
  'very-low': 'very low; ',
  critical: 'critically low; ',
  exhausted: '',
};

const levelColour = (level: MeterLevel, style: Style) =>
  ({
    fine: style.green,
    low: style.yellow,
    'very-low': style.yellow,
    critical: style.red,
    exhausted: style.red,
  })[level];

const SOURCES = { api: "read from Clay's API", pushed: 'pushed', operator: 'typed in' } as const;

/** Windows of the burn that are shown; the document of `--json` has all. */
const SHOWN_MINUTES = [5, 60, 360, 1_440, 10_080];

const windowName = (minutes: number): string =>
  minutes < 60 ? `${minutes} min` : minutes <= 1_440 ? `${minutes / 60} h` : `${minutes / 1_440} d`;

const tableRow = (label: string, values: readonly string[], { width }: Page): string => {
  const column = Math.floor((width - INDENT.length - LABEL_WIDTH) / values.length);
  const cells = values.map((value) => cellRight(value, column));
  return `${INDENT}${cell(label, LABEL_WIDTH)}${cells.join('')}`;
};

const burnCells = ({ burn }: MeterUsage, minutesShown: readonly number[]): readonly string[] => [
  ...minutesShown.map((minutes) => {
    const perHour = burn.windows.find((window) => window.minutes === minutes)?.perHour ?? null;
    return perHour === null ? NO_NUMBER : credits(perHour);
  }),
  burn.baseline ? credits(burn.baseline.perHour) : NO_NUMBER,
];

type NamedMeter = readonly [string, MeterUsage];

/** What is left, and what burns per hour, by the time over which it is taken. */
const meterTable = (meters: readonly NamedMeter[], page: Page): string[] => {
  if (meters.length === 0) return [];
  const { style, width } = page;
  const shown = width < 72 ? [1_440] : SHOWN_MINUTES;
  const title = width < 72 ? '' : 'burn/h, over';
  return [
    style.dim(tableRow(title, ['left', ...shown.map(windowName), 'usual'], page)),
    ...meters.map(([name, usage]) => {
      const row = tableRow(name, [credits(usage.left), ...burnCells(usage, shown)], page);
      return usage.level === 'fine' ? row : levelColour(usage.level, style)(row);
    }),
  ];
};

const WHY: Readonly<Record<Extract<RunOut, { kind: 'unknown' }>['why'], string>> = {
  'no-sample': 'the balance was never read',
  stale: 'the last reading is too old',
  'too-little-history': 'there are too few readings (it takes three hours)',
};

const CHANCES = { possible: 'possibly', likely: 'likely', certain: 'almost certainly' } as const;

/** A refill is known to the day; it is given as the end of that day. */
const day = (epochMs: number): string => moment(epochMs - 1).slice(0, 10);

const refillText = (runOut: Exclude<RunOut, { kind: 'unknown' }>): string => {
  const { nextRefill } = runOut;
  if (!nextRefill) return ' The next refill is not known (burn.nextRefill).';
  const learned = nextRefill.source === 'learned' ? ' (learned from earlier ones)' : '';
  const when = `${day(nextRefill.at)}${learned}`;
  if (runOut.kind === 'exhausted' || runOut.beforeRefill === 'none-known') return ` Next refill: ${when}.`;
  if (runOut.beforeRefill === 'not-before-refill') return ` The refill of ${when} comes first.`;
  const chance = percentage(runOut.chanceBeforeRefill);
  return ` That is ${CHANCES[runOut.beforeRefill]} before the refill of ${when} (chance ${chance}).`;
};

const runOutText = (name: string, usage: MeterUsage, now: number): string => {
  const { runOut, left, asOf } = usage;
  if (usage.stale)
    return `${name}: unknown; ${credits(left)} were left ${time(Math.max(0, now - asOf))} ago, too long ago to say.`;
  const level = LEVELS[usage.level];
  if (runOut.kind === 'unknown') return `${name}: ${level}when they run out is unknown, ${WHY[runOut.why]}.`;
  if (runOut.kind === 'exhausted') return `${name}: nothing is left.${refillText(runOut)}`;
  const { p10, p50, p90 } = runOut.at;
  if (p10 === null && p50 === null)
    return `${name}: ${level}at this burn they last longer than ${HORIZON_DAYS} days.`;
  const until = (at: number | null) => (at === null ? null : Math.max(0, at - now));
  const when = timeBand({ early: until(p10), middle: until(p50), late: until(p90) }, HORIZON_DAYS);
  const date = p50 === null ? '' : `, about ${moment(p50)}`;
  return `${name}: ${level}run out in ${when}${date}.${refillText(runOut)}`;
};

const WHY_NOT_COMPARED: Readonly<Record<Extract<SpendComparison, { kind: 'unknown' }>['why'], string>> = {
  'no-balance': 'the balance was never read',
  'too-little-history': 'there are too few readings of the balance (it takes six hours)',
  'too-little-burn': 'the balance hardly moved',
  'no-costs-in-callbacks': 'no callback says what its row cost',
};

const comparisonText = (comparison: SpendComparison): string => {
  if (comparison.kind === 'unknown') return `Unexplained: unknown, ${WHY_NOT_COMPARED[comparison.why]}.`;
  const { burnt, spent, unexplained, share, from, to } = comparison;
  const compared = `in ${time(to - from)} the balance fell by ${credits(burnt)} and callbacks tell of ${credits(spent)}`;
  if (comparison.kind === 'explained') return `Unexplained: nothing worth a word; ${compared}.`;
  return comparison.kind === 'elsewhere'
    ? `Unexplained: ${credits(unexplained)} (${percentage(share)}) went elsewhere in the workspace; ${compared}.`
    : `Unexplained: nothing, callbacks tell of more than was burnt; ${compared}.`;
};

const LISTED = 5;

const shares = (title: string, amounts: Readonly<Record<string, number>>): readonly string[] => {
  const sorted = Object.entries(amounts)
    .filter(([, value]) => value > 0)
    .sort(([one, a], [other, b]) => b - a || (one < other ? -1 : 1));
  if (sorted.length === 0) return [];
  const listed = sorted.slice(0, LISTED).map(([name, value]) => `${name} ${credits(value)}`);
  const more = sorted.length - listed.length;
  return [`${title}: ${listed.join(', ')}${more > 0 ? `, and ${amount(more)} more` : ''}.`];
};

const spendTexts = ({ spend, comparison }: CreditUsage): readonly string[] => {
  if (spend.credits <= 0 && spend.actions <= 0)
    return ['Spent by rows in 24 h: unknown, no callback says what its row cost.'];
  const actions = spend.actions > 0 ? `, and ${credits(spend.actions)} actions` : '';
  const waste =
    spend.wasteShare === null
      ? ''
      : ` Of it on rows that were not found: ${credits(spend.creditsOnMisses)} (${percentage(spend.wasteShare)}).`;
  return [
    `Spent by rows in 24 h: ${credits(spend.credits)} credits, ${credits(spend.perHour)} per hour${actions}.${waste}`,
    ...shares('By feed', spend.byFeed),
    ...shares('By provider', spend.byProvider),
    comparisonText(comparison),
  ];
};

const missingTexts = ({ credits: data, actions }: CreditUsage): readonly string[] => {
  if (!data)
    return [
      'The balance was never read. Name the key (clay.apiKey), or type in what Clay shows: ' +
        'claywatch credits set --credits N.',
    ];
  return actions ? [] : ['Actions: none seen; legacy billing has one meter.'];
};

/** When and from where the balance is; said beside the heading. */
export const balanceAge = ({ last }: CreditUsage, now: number): string =>
  last ? `${SOURCES[last.source]} ${time(Math.max(0, now - last.at))} ago` : 'never read';

/** Both meters, and where the credits went. */
export const creditLines = (usage: CreditUsage, now: number, page: Page): string[] => {
  const meters: readonly NamedMeter[] = [
    ...(usage.credits ? [['data credits', usage.credits] as const] : []),
    ...(usage.actions ? [['actions', usage.actions] as const] : []),
  ];
  return [
    ...meterTable(meters, page),
    ...[
      ...meters.map(([name, meter]) => runOutText(name, meter, now)),
      ...missingTexts(usage),
      ...spendTexts(usage),
    ].flatMap((text) => hang(INDENT, text, page.width)),
  ];
};
