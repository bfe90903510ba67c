import { isoInstant } from '../../shared/clock.ts';
import type { MeterNeed } from '../../shared/replay/cost.ts';
import type { ReplayJob, ReplaySource } from '../../shared/replay/job.ts';
import type { ReplayCaution, ReplayPlan, ReplayReason } from '../../shared/replay/plan.ts';
import { cautionWords, reasonWords } from '../../shared/replay/words.ts';
import type { StoreSource } from '../store.ts';
import { amount, credits, moment, NO_NUMBER, rows, time } from './amounts.ts';
import { cell, cellRight, hang, joined, jsonText, type Page } from './text.ts';
import { sourceText } from './usage.ts';

/** What came of a command. */
export type ReplayEnd =
  | { readonly kind: 'dry-run' | 'nothing' | 'refused' | 'declined' }
  | { readonly kind: 'done' | 'stopped' | 'conflict'; readonly job: ReplayJob };

const SOURCES: Readonly<Record<ReplaySource, string>> = {
  uncalled: 'rows that Clay accepted and that never came back',
  'dead-letters': 'rows that were set aside',
  held: 'rows that are held back',
};

const VERDICTS: Readonly<Record<ReplayPlan['verdict'], string>> = {
  ok: 'possible',
  split: 'possible in part',
  refuse: 'refused',
  nothing: 'nothing to replay',
};

/** The command that says more of it. */
const REASON_HINTS: Readonly<Partial<Record<ReplayReason['code'], string>>> = {
  'no-room': 'See `claywatch usage`.',
  'held-for-cause': 'See `claywatch status`.',
};
const CAUTION_HINTS: Readonly<Partial<Record<ReplayCaution['code'], string>>> = {
  unusable: 'See `claywatch dead-letters list`.',
};

const hinted = (text: string, hint: string | undefined): string => (hint ? `${text} ${hint}` : text);

const reasonText = (reason: ReplayReason, plan: ReplayPlan): string =>
  hinted(
    reasonWords(reason, plan),
    'fits' in reason && reason.fits > 0 ? `That is --limit ${reason.fits}.` : REASON_HINTS[reason.code],
  );

const cautionText = (caution: ReplayCaution): string =>
  hinted(cautionWords(caution), CAUTION_HINTS[caution.code]);

const needText = (need: MeterNeed, now: number): string => {
  const needed =
    need.needed === null ? 'unknown' : `${credits(need.needed)} needed (${credits(need.perRow ?? 0)} a row)`;
  if (need.left === null) return `${needed}; the balance is unknown`;
  const reserve = need.reserve > 0 ? `, ${credits(need.reserve)} of them to be kept` : '';
  const owed = (need.committed ?? 0) > 0 ? `, ${credits(need.committed ?? 0)} for rows in the queue` : '';
  return `${needed}; ${credits(need.left)} left${reserve}${owed}, read ${time(Math.max(0, now - (need.asOf ?? now)))} ago`;
};

const roomText = ({ room }: ReplayPlan): string => {
  const usable = room.webhooks.filter(({ obstacle }) => obstacle === null).map(({ webhook }) => webhook);
  const waiting = room.committed > 0 ? `, after ${rows(room.committed)} in the queue` : '';
  if (usable.length === 0) return 'none';
  return `${room.rows === null ? 'no limit' : rows(room.rows)} in ${usable.join(', ')}${waiting}`;
};

const ageText = ({ survey, at, source }: ReplayPlan): string => {
  if (survey.oldestAt === null) return 'unknown';
  const what = source === 'uncalled' ? 'accepted' : source === 'held' ? 'taken' : 'set aside';
  const oldest = `${what} ${time(Math.max(0, at - survey.oldestAt))} ago`;
  return survey.keptUntil === null
    ? oldest
    : `${oldest}; the first copy expires in ${time(Math.max(0, survey.keptUntil - at))}`;
};

const paceText = ({ pace, rows: planned }: ReplayPlan): string => {
  const ahead = pace.ahead > 0 ? `, after ${rows(pace.ahead)} in the queue` : '';
  return planned === 0 ? NO_NUMBER : `${time(pace.ms)} at ${amount(pace.share, 1)} rows/s${ahead}`;
};

const planLines = (plan: ReplayPlan, { style, width }: Page): string[] => {
  const colour = { ok: style.green, split: style.yellow, refuse: style.red, nothing: style.dim };
  const line = (name: string, text: string) => hang(`  ${`${name}:`.padEnd(9)}`, text, width);
  const batches = plan.batches > 1 ? `, in ${plan.batches} batches` : '';
  const figures =
    plan.verdict === 'nothing'
      ? []
      : [
          ...line('rows', `${amount(plan.rows)}${batches}`),
          ...line('time', paceText(plan)),
          ...(plan.credits ? line('credits', needText(plan.credits, plan.at)) : []),
          ...(plan.actions ? line('actions', needText(plan.actions, plan.at)) : []),
          ...line('room', roomText(plan)),
          ...line('oldest', ageText(plan)),
        ];
  return [
    `${style.bold(plan.feed)}: ${SOURCES[plan.source]}`,
    ...line('verdict', VERDICTS[plan.verdict]).map(colour[plan.verdict]),
    ...figures,
    ...plan.reasons.flatMap((reason) =>
      hang('  ! ', reasonText(reason, plan), width).map(colour[plan.verdict]),
    ),
    ...plan.cautions.flatMap((caution) => hang('  - ', cautionText(caution), width).map(style.yellow)),
  ];
};

/** Plans one below the other; without any, that there is nothing. */
export const renderReplayPlans = (
  plans: readonly ReplayPlan[],
  source: StoreSource,
  page: Page,
): readonly string[] => [
  ...hang('', `In ${sourceText(source)}.`, page.width).map(page.style.dim),
  ...(plans.length === 0
    ? ['Nothing to replay: no row is held back, set aside, or overdue.']
    : plans.flatMap((plan) => ['', ...planLines(plan, page)])),
  '',
];

const STOPPED: Readonly<Record<NonNullable<ReplayJob['stopped']>, string>> = {
  asked: 'Stopped.',
  held: 'Stopped, because the feed was put on hold.',
  failed: 'Stopped, because something did not answer.',
};

const endText = (end: ReplayEnd): readonly string[] => {
  switch (end.kind) {
    case 'dry-run':
      return ['Nothing was changed (--dry-run).'];
    case 'nothing':
    case 'declined':
      return ['Nothing was changed.'];
    case 'refused':
      return ['Refused; nothing was changed.'];
    case 'conflict':
      return [`Another run works on ${end.job.id} now; this one ended.`];
    case 'stopped':
      return [
        STOPPED[end.job.stopped ?? 'asked'],
        `${amount(end.job.queued)} of ${rows(end.job.planned)} are queued.`,
        `To go on: claywatch replay --resume ${end.job.id}`,
      ];
    case 'done': {
      const skipped = end.job.skipped > 0 ? `, ${rows(end.job.skipped)} skipped` : '';
      return end.job.source === 'held'
        ? ['Released. Rows go again, the first ones slowly.']
        : [`Done: ${rows(end.job.queued)} queued${skipped}. They are sent as fast as Clay takes them.`];
    }
  }
};

export const renderReplayEnd = (end: ReplayEnd, { width }: Page): string =>
  joined(endText(end).flatMap((line) => hang('', line, width)));

const instant = (at: number | null): string | null => (at === null ? null : isoInstant(at));

const needDocument = (need: MeterNeed | null) => need && { ...need, asOf: instant(need.asOf) };

const planDocument = ({ survey, credits: data, actions, room, reasons, cautions, ...plan }: ReplayPlan) => ({
  ...plan,
  at: isoInstant(plan.at),
  from: isoInstant(plan.from),
  to: isoInstant(plan.to),
  freshFrom: isoInstant(plan.freshFrom),
  reasons,
  cautions: cautions.map((caution) =>
    caution.code === 'held'
      ? { ...caution, holds: caution.holds.map((hold) => ({ ...hold, since: isoInstant(hold.since) })) }
      : caution,
  ),
  found: {
    ...survey,
    oldestAt: instant(survey.oldestAt),
    newestAt: instant(survey.newestAt),
    keptUntil: instant(survey.keptUntil),
  },
  credits: needDocument(data),
  actions: needDocument(actions),
  room: { ...room, asOf: instant(room.asOf) },
});

const jobDocument = ({ pending, run, cursor, version, ...job }: ReplayJob) => ({
  ...job,
  from: isoInstant(job.from),
  to: isoInstant(job.to),
  freshFrom: isoInstant(job.freshFrom),
  startedAt: isoInstant(job.startedAt),
  updatedAt: isoInstant(job.updatedAt),
});

/** The one document of `--json`. Times are ISO 8601 in UTC; what is not known is null. */
export const renderReplayJson = (plans: readonly ReplayPlan[], end: ReplayEnd, source: StoreSource): string =>
  jsonText({
    version: 1,
    outcome: end.kind,
    source,
    plans: plans.map(planDocument),
    replay: 'job' in end ? jobDocument(end.job) : null,
  });

export const renderReplayListJson = (jobs: readonly ReplayJob[], source: StoreSource): string =>
  jsonText({ version: 1, source, replays: jobs.map(jobDocument) });

const progressText = ({ queued, planned }: ReplayJob): string => `${amount(queued)} of ${amount(planned)}`;

export const renderReplayList = (jobs: readonly ReplayJob[], now: number, { width }: Page): string =>
  jobs.length === 0
    ? joined(['No replay was made in the last 90 days.'])
    : joined(
        jobs.flatMap((job) => [
          `${job.id}  ${cell(job.status, 8)} ${cell(job.feed, 16)} ${cell(job.source, 13)}${cellRight(progressText(job), 16)}`.slice(
            0,
            width,
          ),
          ...hang(
            '  ',
            `by ${job.by}, ${moment(job.startedAt)}, last worked on ${time(Math.max(0, now - job.updatedAt))} ago`,
            width,
          ),
        ]),
      );
