import middy from '@middy/core';
import type { Reports } from '../../shared/report/read.ts';
import { type UsageSource, usageDocument } from '../../shared/usage/document.ts';
import { readEnvironment } from '../environment.ts';
import { type AccessOf, denial } from '../http/access.ts';
import { type HttpAnswer, problem } from '../http/answer.ts';
import type { PageEvent } from '../http/csrf.ts';
import { answerAlways, logFault } from '../http/edge.ts';
import { tagged } from '../http/entity-tag.ts';
import { createLogger, logged } from '../log.ts';
import { once } from '../once.ts';
import { createDependencies } from './dependencies.ts';
import { reportEnvironment } from './environment.ts';
import { type Read, readAudit, readNothing, readSeries, readSilences } from './request.ts';
import { ROUTES } from './routes.ts';

export interface ReportDependencies {
  readonly access: AccessOf;
  readonly reports: Reports;
  /** Of the document of usage. */
  readonly usage: { readonly source: UsageSource; readonly version: string };
  /** Told of what made an answer 429; never thrown on. */
  readonly onFault: (error: unknown) => void;
}

/** What is read of the event. */
export type ReportEvent = PageEvent & { readonly routeKey?: string; readonly rawQueryString?: string };

/** Left for an answer when the function's time runs out, ms. */
const LAST_WORDS_MS = 1_000;

interface Answered {
  readonly body: Readonly<Record<string, unknown>>;
  /** What of it is no matter of when it was asked, where that takes a closer look. */
  readonly said?: Readonly<Record<string, unknown>>;
}

type Report = (
  deps: ReportDependencies,
  event: ReportEvent,
) => Promise<Answered | null> | { readonly wrong: string };

const asked =
  <T>(
    read: (query: string | undefined) => Read<T>,
    report: (deps: ReportDependencies, given: T, event: ReportEvent) => Promise<Answered['body'] | null>,
  ): Report =>
  (deps, event) => {
    const query = read(event.rawQueryString);
    if ('wrong' in query) return query;
    return report(deps, query.asked, event).then((body) => body && { body });
  };

/** What was spent is of the day that ends when it is asked. */
const usage: Report = ({ reports, usage: { source, version } }, { rawQueryString }) => {
  const query = readNothing(rawQueryString);
  if ('wrong' in query) return query;
  return reports.usage().then((report) => {
    const body = usageDocument(report, source, { version });
    const { at: _at, credits, ...said } = body;
    const { from: _from, to: _to, ...spend } = credits.spend;
    return { body, said: { ...said, credits: { ...credits, spend } } };
  });
};

const REPORTS: Readonly<Record<string, Report>> = {
  [ROUTES.overview]: asked(readNothing, ({ reports }) => reports.overview()),
  [ROUTES.usage]: usage,
  [ROUTES.feedSeries]: asked(readSeries, ({ reports }, range, { pathParameters }) =>
    reports.feedSeries(pathParameters?.feed ?? '', range),
  ),
  [ROUTES.creditSeries]: asked(readSeries, ({ reports }, range) => reports.creditSeries(range)),
  [ROUTES.relay]: asked(readNothing, ({ reports }) => reports.relay()),
  [ROUTES.audit]: asked(readAudit, ({ reports }, page) => reports.audit(page)),
  [ROUTES.silences]: asked(readSilences, ({ reports }, all) => reports.silences(all)),
  [ROUTES.replays]: asked(readNothing, ({ reports }) => reports.replays()),
  [ROUTES.preflight]: asked(readNothing, ({ reports }) => reports.preflight()),
};

const answer = async (deps: ReportDependencies, event: ReportEvent): Promise<HttpAnswer> => {
  const access = await deps.access(event);
  if (access.kind !== 'granted') return denial(access);
  const { routeKey = '' } = event;
  const report = Object.hasOwn(REPORTS, routeKey) ? REPORTS[routeKey] : undefined;
  const answered = await report?.(deps, event);
  if (answered == null) return problem('request.not-found');
  if ('wrong' in answered) return problem('request.malformed', answered.wrong);
  return tagged(event, answered.body, answered.said);
};

/** How it goes, for people and programs: whoever may look at incidents. Never throws. */
export const report = async (deps: ReportDependencies, event: ReportEvent): Promise<HttpAnswer> => {
  try {
    return await answer(deps, event);
  } catch (error) {
    deps.onFault(error);
    return problem('overloaded');
  }
};

const log = createLogger('report');
const dependencies = once(() =>
  createDependencies(readEnvironment(reportEnvironment, process.env), process.env, logFault(log)),
);

export const handler = logged(
  log,
  middy(async (event: ReportEvent) => report(await dependencies(), event), {
    timeoutEarlyInMillis: LAST_WORDS_MS,
  }).use(answerAlways(log)),
);
