import middy from '@middy/core';
import { readEnvironment } from '../environment.ts';
import { type HttpAnswer, problem } from '../http/answer.ts';
import { answerAlways, logFault } from '../http/edge.ts';
import { createLogger, logged } from '../log.ts';
import { once } from '../once.ts';
import type { ApiDependencies, IncidentsEvent } from './api.ts';
import { createDependencies } from './dependencies.ts';
import { incidentsEnvironment } from './environment.ts';
import type { LinkDependencies } from './link.ts';
import { ROUTES } from './routes.ts';
import type { SlackDependencies } from './slack.ts';

export interface IncidentsDependencies extends ApiDependencies, LinkDependencies, SlackDependencies {
  /** Told of what made an answer 429 or 503; never thrown on. */
  readonly onFault: (error: unknown) => void;
}

/** Left for an answer when the function's time runs out, ms. */
const LAST_WORDS_MS = 1_000;

const isLink = ({ routeKey }: IncidentsEvent): boolean =>
  routeKey === ROUTES.open || routeKey === ROUTES.press;

/** Whoever pressed a button reads a page, a program problem details. */
const failed = async (event: IncidentsEvent): Promise<HttpAnswer> =>
  isLink(event) ? (await import('./link.ts')).notNow() : problem('overloaded');

/** A person waits: of the three ways to act, only the one that was taken is loaded. */
const take = async (deps: IncidentsDependencies, event: IncidentsEvent): Promise<HttpAnswer> => {
  if (isLink(event)) {
    const { openLink, pressLink } = await import('./link.ts');
    return event.routeKey === ROUTES.open ? openLink(deps, event) : pressLink(deps, event);
  }
  if (event.routeKey === ROUTES.slack) {
    const { answerSlack } = await import('./slack.ts');
    return answerSlack(deps, event);
  }
  const { answerApi } = await import('./api.ts');
  return answerApi(deps, event);
};

/** Incidents for people and programs: looked at, acted on, and acknowledged from a link or in Slack. Never throws. */
export const incidents = async (deps: IncidentsDependencies, event: IncidentsEvent): Promise<HttpAnswer> => {
  try {
    return await take(deps, event);
  } catch (error) {
    deps.onFault(error);
    return failed(event);
  }
};

const log = createLogger('incidents');
const onFault = logFault(log);
const dependencies = once(async () => ({
  ...(await createDependencies(readEnvironment(incidentsEnvironment, process.env), process.env, onFault)),
  // Who acted is on the incident; here it would be a person's name in a log.
  onActed: (acted: Parameters<NonNullable<IncidentsDependencies['onActed']>>[0]) =>
    log.info('acted on', acted),
}));

const answer = async (event: IncidentsEvent): Promise<HttpAnswer> => {
  try {
    return await incidents(await dependencies(), event);
  } catch (error) {
    onFault(error);
    return failed(event);
  }
};

export const handler = logged(
  log,
  middy(answer, { timeoutEarlyInMillis: LAST_WORDS_MS }).use(answerAlways(log)),
);
