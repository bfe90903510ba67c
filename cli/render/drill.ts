import { TRANSITION_WORDS } from '../../shared/notify/channels/words.ts';
import { personOf, SNS, SUMMARY } from '../../shared/notify/proof.ts';
import { shortTime } from '../../shared/notify/time.ts';
import { type DrillTimes, type ToldWay, wentWell } from '../drill-times.ts';
import type { StoreSource } from '../store.ts';
import { hang, joined, jsonText, type Page, plain } from './text.ts';
import { sourceText } from './usage.ts';

/** What a drill would do, or does. */
export interface DrillPlanned {
  readonly severity: string;
  readonly minutes: number;
  /** Ways to people, in words. */
  readonly told: readonly string[];
  /** What stands in the way of messages. */
  readonly but: readonly string[];
  readonly source: StoreSource;
}

const seconds = (ms: number): string => {
  const whole = Math.round(ms / 1_000);
  return whole < 120
    ? `${whole} s`
    : `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, '0')} s`;
};

const afterOf = (ms: number): string => (ms < 1_000 ? 'at once' : `after ${seconds(ms)}`);

const clock = (ms: number): string => {
  const whole = Math.max(0, Math.round(ms / 1_000));
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`.padStart(8);
};

/** The way of a message in words. */
export const wayName = (channel: string): string => {
  if (channel === SNS) return 'e-mail and SMS';
  if (channel === SUMMARY) return 'the summary by e-mail';
  const person = personOf(channel);
  return plain(person === null ? channel : `${person}, by name`);
};

export const renderPlan = ({ severity, minutes, told, but, source }: DrillPlanned, page: Page): string =>
  joined([
    ...hang('', `A DRILL as a ${severity}, for ${minutes} min, in ${sourceText(source)}.`, page.width),
    ...told.map((way) => `  - ${plain(way)}`),
    ...hang(
      '',
      'They are really told, with DRILL in every message. Nothing is sent to Clay, and nothing is held.',
      page.width,
    ),
    ...but.flatMap((text) => hang('! ', text, page.width)),
  ]);

const outcome = ({ status, tookMs, error, channel }: ToldWay): string => {
  const why = error === null ? '' : ` ${error}`;
  switch (status) {
    case 'delivered':
      return `${channel === SNS ? 'SNS took it' : 'arrived'} ${afterOf(tookMs ?? 0)}`;
    case 'superseded':
      return 'not needed any more';
    case 'fallen-back':
      return `not taken; e-mail took it instead.${why}`;
    case 'refused':
      return `refused.${why}`;
    default:
      return `on its way.${why}`;
  }
};

/** What is new since the last look, each line with the time since the opening. */
export const drillNews = (before: DrillTimes | null, now: DrillTimes, at: number): readonly string[] => {
  const line = (ms: number, text: string) => `${clock(ms)}  ${plain(text)}`;
  const known = new Set(
    before?.ways.map(({ channel, transition, status }) => `${transition} ${channel} ${status}`),
  );
  const fresh = now.ways.filter(
    ({ channel, transition, status }) =>
      status !== 'owed' && !known.has(`${transition} ${channel} ${status}`),
  );
  return [
    ...(before === null ? [line(0, 'opened; the next run of the watch tells people')] : []),
    ...(now.acknowledgedMs !== null && before?.acknowledgedMs == null
      ? [line(now.acknowledgedMs, `acknowledged by ${now.acknowledgedBy ?? 'somebody'}`)]
      : []),
    ...(now.resolvedMs !== null && before?.resolvedMs == null ? [line(now.resolvedMs, 'resolved')] : []),
    ...fresh.map((way) =>
      line(
        at - now.openedAt,
        `${TRANSITION_WORDS[way.transition]}: ${wayName(way.channel)}: ${outcome(way)}`,
      ),
    ),
  ];
};

export const renderStarted = ({ id, endsAt, openedAt }: DrillTimes, timeZone: string, page: Page): string =>
  joined(
    hang(
      '',
      `Drill ${id} is open until ${shortTime(endsAt, openedAt, timeZone)}. Ctrl-C ends the looking, not the drill; claywatch drill --live --end does.`,
      page.width,
    ),
  );

const within = (ms: number | null): string => (ms === null ? 'not' : `after ${seconds(ms)}`);

/** The times of a drill, and whether all is well. */
export const renderDrill = (times: DrillTimes, { style, width }: Page): string => {
  const missing = times.ways.filter(({ status }) => status !== 'delivered' && status !== 'superseded');
  const verdict = (() => {
    if (wentWell(times)) return 'Everybody was told, of the end as well.';
    if (times.firstToldMs === null)
      return 'Nobody was told. Does the watch run? claywatch doctor says, and what to do.';
    if (missing.some(({ status }) => status !== 'owed'))
      return 'Not everything arrived. claywatch doctor says what to do.';
    return times.resolvedMs === null
      ? 'It is not over yet.'
      : 'It is over; the next run of the watch tells people.';
  })();
  return joined([
    style.bold(`Drill ${times.id}, as a ${times.severity}`),
    `  first told    ${within(times.firstToldMs)}`,
    `  acknowledged  ${within(times.acknowledgedMs)}${times.acknowledgedBy === null ? '' : `, by ${plain(times.acknowledgedBy)}`}`,
    `  resolved      ${within(times.resolvedMs)}`,
    ...times.ways.flatMap((way) => {
      const isFine = way.status === 'delivered' || way.status === 'superseded';
      return hang(
        `  ${isFine ? '✓' : way.status === 'owed' ? '?' : '✗'} `,
        `${TRANSITION_WORDS[way.transition]}: ${wayName(way.channel)}: ${outcome(way)}`,
        width,
      );
    }),
    style.bold(verdict),
  ]);
};

export const renderDrillJson = (times: DrillTimes, source: StoreSource): string =>
  jsonText({ version: 1, source, ...times, wentWell: wentWell(times) });

export const renderPlanJson = (plan: DrillPlanned): string => jsonText({ version: 1, dryRun: true, ...plan });
