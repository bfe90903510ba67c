import middy from '@middy/core';
import { readEnvironment } from '../environment.ts';
import { type HttpAnswer, problem } from '../http/answer.ts';
import { answerAlways, logFault } from '../http/edge.ts';
import { createLogger, logged } from '../log.ts';
import { once } from '../once.ts';
import { type ApiDependencies, answerApi, type IncidentsEvent } from './api.ts';
import { createDependencies } from './dependencies.ts';
import { incidentsEnvironment } from './environment.ts';
import { type LinkDependencies, notNow, openLink, pressLink } from './link.ts';
import { ROUTES } from './routes.ts';
import { answerSlack, type SlackDependencies } from './slack.ts';

export interface IncidentsDependencies extends ApiDependencies, LinkDependencies, SlackDependencies {
  /** Told of what made an answer 429 or 503; never thrown on. */
  readonly onFault: (error: unknown) => void;
}

/** Left for an answer when the function's time runs out, ms. */
const LAST_WORDS_MS = 1_000;

/** Whoever pressed a button reads a page, a program problem details. */
const failed = ({ routeKey }: IncidentsEvent): HttpAnswer =>
  routeKey === ROUTES.open || routeKey === ROUTES.press ? notNow() : problem('overloaded');

/** Incidents for people and programs: looked at, acted on, and acknowledged from a link or in Slack. Never throws. */
export const incidents = async (deps: IncidentsDependencies, event: IncidentsEvent): Promise<HttpAnswer> => {
  try {
    if (event.routeKey === ROUTES.open) return await openLink(deps, event);
    if (event.routeKey === ROUTES.press) return await pressLink(deps, event);
    if (event.routeKey === ROUTES.slack) return await answerSlack(deps, event);
    return await answerApi(deps, event);
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
