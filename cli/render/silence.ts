import { isoInstant } from '../../shared/clock.ts';
import type { Incident } from '../../shared/incident/incident.ts';
import { endOf, isInForce } from '../../shared/silence/match.ts';
import type { Silence } from '../../shared/silence/silence.ts';
import type { StoreSource } from '../store.ts';
import { moment, time } from './amounts.ts';
import { hang, joined, jsonText, type Page, plain } from './text.ts';
import { sourceText } from './usage.ts';

/** What it covers, as a person would say it. */
const coverText = ({ match: { causes, subject, feed, atMost } }: Silence): string => {
  const parts = [
    ...(causes ? [causes.join(' or ')] : []),
    ...(feed === undefined ? [] : [`the feed ${feed}`]),
    ...(subject === undefined ? [] : [`"${subject}"`]),
    ...(atMost === undefined ? [] : [`what is ${atMost} or less urgent`]),
  ];
  return parts.length === 0 ? 'everything' : parts.join(', ');
};

const whenText = (silence: Silence, now: number): string => {
  const end = endOf(silence);
  if (end <= silence.from) return `called off; it was to begin at ${moment(silence.from)}`;
  const span = `${moment(silence.from)} to ${moment(end)}`;
  if (end <= now) return `over: ${span}${silence.endedAt === null ? '' : ', ended by hand'}`;
  if (isInForce(silence, now)) return `in force: ${span}, ${time(end - now)} left`;
  return `to come in ${time(silence.from - now)}: ${span}`;
};

export const silenceLines = (silence: Silence, now: number, { style, width }: Page): string[] => [
  `${style.bold(silence.id)}${silence.kind === 'maintenance' ? '  maintenance' : ''}`,
  ...hang('  ', whenText(silence, now), width),
  ...hang('  covers:  ', coverText(silence), width),
  ...hang('  reason:  ', `${silence.reason} (${silence.by})`, width),
];

const coveredLines = (covered: readonly Incident[], { width }: Page): string[] =>
  covered.length === 0
    ? hang('  ', 'No open incident is covered by it now.', width)
    : hang(
        '  ',
        `Of what is open it covers: ${covered.map(({ id, cause, subject }) => `${id}, ${cause} (${subject})`).join('; ')}.`,
        width,
      );

export const renderSilenceAdded = (
  silence: Silence,
  covered: readonly Incident[],
  {
    outcome,
    source,
    now,
  }: { readonly outcome: 'made' | 'dry-run'; readonly source: StoreSource; readonly now: number },
  page: Page,
): string =>
  joined([
    ...hang('', `In ${sourceText(source)}:`, page.width),
    ...silenceLines(silence, now, page),
    ...coveredLines(covered, page),
    outcome === 'made'
      ? `Made. To end it: claywatch silence end ${silence.id}`
      : 'Nothing was changed (--dry-run).',
  ]);

export const renderSilences = (
  silences: readonly Silence[],
  { source, now, all }: { readonly source: StoreSource; readonly now: number; readonly all: boolean },
  page: Page,
): string =>
  joined([
    ...hang('', `In ${sourceText(source)}:`, page.width),
    ...(silences.length === 0
      ? [all ? 'No silence within the last 90 days.' : 'Nothing is silenced.']
      : silences.flatMap((silence) => silenceLines(silence, now, page))),
  ]);

export const renderSilenceEnded = (id: string): string => joined([`Ended: ${plain(id)}.`]);

const shown = (silence: Silence, now: number) => ({
  ...silence,
  from: isoInstant(silence.from),
  to: isoInstant(silence.to),
  createdAt: isoInstant(silence.createdAt),
  endedAt: silence.endedAt === null ? null : isoInstant(silence.endedAt),
  inForce: isInForce(silence, now),
});

export const renderSilencesJson = (
  silences: readonly Silence[],
  source: StoreSource,
  now: number,
  more: Readonly<Record<string, unknown>> = {},
): string =>
  jsonText({ version: 1, source, ...more, silences: silences.map((silence) => shown(silence, now)) });
