import middy from '@middy/core';
import { readEnvironment } from '../environment.ts';
import { type HttpAnswer, problem } from '../http/answer.ts';
import type { PageEvent } from '../http/csrf.ts';
import { answerAlways, logFault } from '../http/edge.ts';
import { createLogger, logged } from '../log.ts';
import { once } from '../once.ts';
import { createDependencies } from './dependencies.ts';
import { consoleEnvironment } from './environment.ts';
import type { Files } from './files.ts';
import type { OidcDependencies } from './oidc.ts';
import { answerFile, leadToConsole } from './page.ts';
import { ROUTES } from './routes.ts';
import { answerWhoIsIn, signIn, signOut } from './session.ts';

export interface ConsoleDependencies extends OidcDependencies {
  readonly enabled: boolean;
  readonly files: Files;
}

/** Left for an answer when the function's time runs out, ms. */
const LAST_WORDS_MS = 1_000;

const answer = async (deps: ConsoleDependencies, event: PageEvent): Promise<HttpAnswer> => {
  if (!deps.enabled) return problem('request.not-found');
  switch (event.routeKey) {
    case ROUTES.root:
      return leadToConsole();
    case ROUTES.page:
    case ROUTES.file:
    case ROUTES.asset:
      return answerFile(deps.files, event);
    case ROUTES.session:
      return answerWhoIsIn(deps, event);
    case ROUTES.signIn:
      return signIn(deps, event);
    case ROUTES.signOut:
      return signOut(event);
    case ROUTES.oidcStart:
      return (await import('./oidc.ts')).beginOidc(deps, event);
    case ROUTES.oidcReturn:
      return (await import('./oidc.ts')).endOidc(deps, event);
    default:
      return problem('request.not-found');
  }
};

/** The page and its sessions. Never throws. */
export const serveConsole = async (deps: ConsoleDependencies, event: PageEvent): Promise<HttpAnswer> => {
  try {
    return await answer(deps, event);
  } catch (error) {
    deps.onFault(error);
    return problem('overloaded');
  }
};

const log = createLogger('console');
const dependencies = once(() =>
  createDependencies(readEnvironment(consoleEnvironment, process.env), process.env, {
    onFault: logFault(log),
    onSignIn: (what) => log.info('sign-in', what),
  }),
);

export const handler = logged(
  log,
  middy(async (event: PageEvent) => serveConsole(await dependencies(), event), {
    timeoutEarlyInMillis: LAST_WORDS_MS,
  }).use(answerAlways(log)),
);
