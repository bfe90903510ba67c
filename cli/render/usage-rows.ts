import type { NamedCount, PeriodUsage, RateUsage } from '../../shared/usage/period.ts';
import type { RowsUsage } from '../../shared/usage/usage.ts';
import { amount, credits, NO_NUMBER, percentage, roundTrip, rows, time } from './amounts.ts';
import { cell, cellRight, hang, type Page } from './text.ts';

const INDENT = '  ';
const NARROW = 72;

const periodTitle = (minutes: number): string =>
  minutes >= 120 ? `last ${amount(minutes / 60)} h` : `last ${amount(minutes)} min`;

/** Two columns fit a narrow terminal, three any other; the third is that of all time. */
const shapeOf = ({ width }: Page) => {
  const [columns, label] = width < NARROW ? [2, 17] : [3, 21];
  return { columns, label, column: Math.min(18, Math.floor((width - INDENT.length - label) / columns)) };
};

const line = (label: string, values: readonly string[], page: Page): string => {
  const shape = shapeOf(page);
  const cells = values.slice(0, shape.columns).map((value) => cellRight(value, shape.column));
  return `${INDENT}${label.padEnd(shape.label)}${cells.join('')}`.trimEnd();
};

/** A rate of too few rows is no rate. */
const rateText = ({ share, enough }: RateUsage): string =>
  enough ? percentage(share) : share === null ? NO_NUMBER : 'too few to say';

const countLines = ({ recent, day, totals }: RowsUsage, page: Page): string[] => {
  const periods = [recent, day];
  const counts = (label: string, of: (period: PeriodUsage) => number, total: number) =>
    line(label, [...periods.map((period) => amount(of(period))), amount(total)], page);
  const result = (label: string, of: (results: PeriodUsage['results']) => number) =>
    counts(label, ({ results }) => of(results), of(totals.results));
  const rates = (label: string, of: (period: PeriodUsage) => string) => line(label, periods.map(of), page);
  const crm = periods.some(({ crmFailed }) => crmFailed.of > 0);
  const refused = periods.some((period) => period.refused > 0);
  return [
    page.style.dim(line('', [...periods.map(({ minutes }) => periodTitle(minutes)), 'in all'], page)),
    counts('went in', ({ submitted }) => submitted, totals.submitted),
    counts('came back', ({ calledBack }) => calledBack, totals.calledBack),
    result('  found', ({ hit }) => hit),
    result('  not found', ({ missed }) => missed),
    result('  skipped', ({ skipped }) => skipped),
    result('  failed', ({ failed }) => failed),
    rates('hit rate', ({ hitRate }) => rateText(hitRate)),
    rates('round trip, half', ({ roundTrip: { enough, rows: of, p50 } }) =>
      enough || of === 0 ? roundTrip(p50) : 'too few to say',
    ),
    rates('round trip, 95 %', ({ roundTrip: { enough, rows: of, p95 } }) =>
      enough || of === 0 ? roundTrip(p95) : 'too few to say',
    ),
    ...(crm
      ? [
          rates('CRM failed', ({ crmFailed }) =>
            crmFailed.of === 0 ? NO_NUMBER : `${amount(crmFailed.part)} of ${amount(crmFailed.of)}`,
          ),
        ]
      : []),
    ...(refused ? [rates('could not be read', (period) => amount(period.refused))] : []),
  ];
};

const MINUTES_NAMED = 120;

/** `under 5 min`, `5–15 min`, `1–4 h`, `over 24 h`. */
const ageText = (from: number | null, to: number | null): string => {
  const inHours = (to ?? from ?? 0) >= MINUTES_NAMED;
  const said = (minutes: number) => amount(inHours ? minutes / 60 : minutes, 1);
  const unit = inHours ? 'h' : 'min';
  if (to === null) return `over ${said(from ?? 0)} ${unit}`;
  return from === null ? `under ${said(to)} ${unit}` : `${said(from)}–${said(to)} ${unit}`;
};

const waitingText = ({ outstanding }: RowsUsage, now: number): string => {
  const { total, oldestAt, ages } = outstanding;
  if (total <= 0) return 'Waiting: no row.';
  const oldest = oldestAt === null ? '' : `; the oldest for ${time(Math.max(0, now - oldestAt))}`;
  const byAge = ages
    .map(({ upToMinutes, rows: waiting }, index) => ({
      waiting,
      age: ageText(ages[index - 1]?.upToMinutes ?? null, upToMinutes),
    }))
    .filter(({ waiting }) => waiting > 0)
    .map(({ waiting, age }) => `${amount(waiting)} for ${age}`);
  return `Waiting: ${rows(total)} (${byAge.join(', ')})${oldest}.`;
};

const lostText = ({ lost }: RowsUsage, now: number): string => {
  if (lost.of <= 0) return 'Lost: too few rows to say; none is old enough to be missed yet.';
  const sent = `${amount(lost.part)} of ${rows(lost.of)} sent ${time(Math.max(0, now - lost.matureBefore))} to ${time(Math.max(0, now - lost.from))} ago have not come back`;
  return lost.enough
    ? `Lost: ${sent}: ${percentage(lost.share)}, and with 95 % confidence between ${percentage(lost.low)} and ${percentage(lost.high)}.`
    : `Lost: ${sent}; too few rows to say.`;
};

const LISTED = 6;

const namesText = (title: string, counts: readonly NamedCount[]): string[] => {
  if (counts.length === 0) return [];
  const listed = counts.slice(0, LISTED).map(({ name, rows: count }) => `${name} ${amount(count)}`);
  const more = counts.length - listed.length;
  return [`Failed by ${title}: ${listed.join(', ')}${more > 0 ? `, and ${amount(more)} more` : ''}.`];
};

const MOST_PROVIDERS = 8;

const providerLines = ({ day }: RowsUsage, page: Page): string[] => {
  if (day.providers.length === 0) return [];
  const { style, width } = page;
  const all = ['hit rate', 'found', 'failed', 'limited', 'credits'];
  const titles = width < NARROW ? all.slice(0, 3) : all;
  const names = width < NARROW ? 10 : 20;
  const column = Math.floor((width - INDENT.length - names) / titles.length);
  const row = (name: string, values: readonly string[]) =>
    `${INDENT}${cell(name, names)}${values
      .slice(0, titles.length)
      .map((value) => cellRight(value, column))
      .join('')}`;
  const more = day.providers.length - MOST_PROVIDERS;
  return [
    style.dim(row(`providers, ${periodTitle(day.minutes).replace('last ', '')}`, titles)),
    ...day.providers
      .slice(0, MOST_PROVIDERS)
      .map((provider) =>
        row(provider.name, [
          provider.hitRate.enough ? percentage(provider.hitRate.share) : 'too few',
          amount(provider.hit),
          amount(provider.failed),
          amount(provider.rateLimited),
          credits(provider.credits),
        ]),
      ),
    ...(more > 0 ? [style.dim(`${INDENT}and ${amount(more)} more`)] : []),
  ];
};

/** What happened to the rows of a feed. */
export const rowsLines = (usage: RowsUsage, now: number, page: Page): string[] => {
  const { failures } = usage.day;
  const unannounced = usage.totals.unannounced;
  const sentences = [
    waitingText(usage, now),
    lostText(usage, now),
    ...namesText('status in 24 h', failures.byStatus),
    ...namesText('column in 24 h', failures.byColumn),
    ...(unannounced > 0
      ? [
          `${rows(unannounced)} came back whose submission was never reported, so the count towards the limits is too low by them.`,
        ]
      : []),
  ];
  return [
    ...countLines(usage, page),
    ...sentences.flatMap((text) => hang(INDENT, text, page.width)),
    ...providerLines(usage, page),
  ];
};
