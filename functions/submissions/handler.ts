import middy from '@middy/core';
import type { Clock } from '../../shared/clock.ts';
import type { RowsLedger } from '../../shared/rows/ledger.ts';
import type { SubmissionSettings } from '../../shared/rows/submission-body.ts';
import { type SubmissionTaken, takeSubmissions } from '../../shared/rows/take-submissions.ts';
import { readEnvironment } from '../environment.ts';
import { type HttpAnswer, json, problem } from '../http/answer.ts';
import { answerAlways, logFault } from '../http/edge.ts';
import { type Receiver, receive } from '../http/receive.ts';
import type { HttpEvent } from '../http/request.ts';
import { takenAnswer } from '../http/taken-answer.ts';
import { createLogger, logged } from '../log.ts';
import { once } from '../once.ts';
import { createDependencies } from './dependencies.ts';
import { submissionsEnvironment } from './environment.ts';

export interface SubmissionsDependencies extends Receiver {
  readonly feeds: Readonly<Record<string, FeedSubmissions>>;
  readonly ledger: Pick<RowsLedger, 'recordSubmissions' | 'recordSubmissionCount' | 'rebase'>;
  /** See `takeSubmissions`. */
  readonly learned: Map<string, number>;
  readonly clock: Clock;
}

export interface FeedSubmissions extends SubmissionSettings {
  /** By webhook; null: without a limit. */
  readonly limits: ReadonlyMap<string, number | null>;
}

/** Left for an answer when the function's time runs out, ms. */
const LAST_WORDS_MS = 1_000;

const answerTo = (taken: SubmissionTaken): HttpAnswer => {
  if (taken.kind === 'count') return json(200, { outcome: taken.outcome });
  if (taken.kind === 'refused') return json(200, { outcome: 'noted', answer: taken.answer });
  return takenAnswer(taken);
};

/** `POST /v1/submissions/{feed}`: what a sender posted to Clay itself. */
export const submissions = (dependencies: SubmissionsDependencies, event: HttpEvent): Promise<HttpAnswer> => {
  const { feeds, ledger, learned, clock } = dependencies;
  return receive(dependencies, event, async (request) => {
    const settings = feeds[request.feed];
    if (!settings) return problem('request.unauthorized');
    const limitOf = (webhook: string) => settings.limits.get(webhook) ?? null;
    const at = clock.now();
    return answerTo(await takeSubmissions(ledger, { ...request, settings, limitOf, learned, at }));
  });
};

const log = createLogger('submissions');
const dependencies = once(() =>
  createDependencies(readEnvironment(submissionsEnvironment, process.env), process.env, logFault(log)),
);

export const handler = logged(
  log,
  middy(async (event: HttpEvent) => submissions(await dependencies(), event), {
    timeoutEarlyInMillis: LAST_WORDS_MS,
  }).use(answerAlways(log)),
);
