import type { HttpClient } from '../../shared/http/port.ts';
import type { Incident } from '../../shared/incident/incident.ts';
import {
  parseSlackInteraction,
  type SlackAction,
  slackAnswer,
} from '../../shared/notify/channels/slack-actions.ts';
import { actorWords, holderOf } from '../../shared/notify/who.ts';
import {
  type ActDependencies,
  type ActResult,
  actOnIncident,
  type Request,
} from '../../shared/respond/act-on-incident.ts';
import { type HttpAnswer, problem } from '../http/answer.ts';
import { readBody } from '../http/request.ts';
import type { IncidentsEvent } from './api.ts';
import type { SignedBySlack } from './signed-by-slack.ts';

export interface SlackDependencies extends ActDependencies {
  readonly signedBySlack: SignedBySlack;
  readonly http: HttpClient;
  readonly onFault: (error: unknown) => void;
}

/** The message that was pressed comes with it, with at most 50 blocks. */
const MAX_FORM_BYTES = 512_000;
/** Slack waits three seconds for the answer; what is told the person must be on its way before. */
const ANSWERED_WITHIN_MS = 2_500;
const TELL_WITHIN_MS = { least: 250, most: 1_000 } as const;
const RECEIPT_BYTES = 1_000;

/** Slack shows the person what comes here, so it stays empty. */
const taken: HttpAnswer = { statusCode: 200, headers: { 'cache-control': 'no-store' }, body: '' };

/** The button asks whether to close it by their word, so the answer is theirs. */
const requestOf = ({ command }: SlackAction): Request =>
  command === 'acknowledge' ? { kind: 'acknowledge' } : { kind: 'resolve', force: true };

const already = (incident: Incident, { command, actor }: SlackAction): string => {
  if (command === 'resolve') return `${incident.id} is ${incident.status} already; nothing was changed.`;
  const holder = holderOf(incident);
  if (!holder) return `${incident.id} is ${incident.status} already; nothing was changed.`;
  return holder.via === actor.via && holder.name === actor.name
    ? `You have ${incident.id} already.`
    : `${actorWords(holder)} has ${incident.id} already; nothing was changed.`;
};

/** What the person is told, who alone sees it: the message in the channel follows within a minute or so. */
const words = (result: ActResult, action: SlackAction): string => {
  switch (result.kind) {
    case 'done':
      return action.command === 'acknowledge'
        ? `You have ${action.incidentId}. Nobody is paged any more.`
        : `${action.incidentId} is closed by your word. It opens again if it is still seen failing later.`;
    case 'unchanged':
      return already(result.incident, action);
    case 'refused':
      return `${result.text} Nothing was changed.`;
    case 'not-found':
      return `${result.id} is no longer kept; nothing was changed.`;
    case 'archived':
      return `A newer incident has taken the place of ${action.incidentId}; nothing was changed.`;
    case 'conflict':
      return 'That was not understood; nothing was changed.';
  }
};

/** Tells the person, if Slack takes it in time; whatever comes of that, what they did stands. */
const tell = async (
  { http, clock, onFault }: SlackDependencies,
  { responseUrl }: SlackAction,
  text: string,
  begunAt: number,
): Promise<void> => {
  if (responseUrl === null) return;
  const left = ANSWERED_WITHIN_MS - (clock.now() - begunAt);
  try {
    await http({
      method: 'POST',
      url: responseUrl,
      headers: { 'content-type': 'application/json; charset=utf-8' },
      body: slackAnswer(text),
      timeoutMs: Math.min(TELL_WITHIN_MS.most, Math.max(TELL_WITHIN_MS.least, left)),
      maxBodyBytes: RECEIPT_BYTES,
    });
  } catch (error) {
    onFault(error);
  }
};

const actFor = async (
  deps: SlackDependencies,
  action: SlackAction,
  form: string,
  begunAt: number,
): Promise<HttpAnswer> => {
  // The form is the same when it is repeated, and no other press has the same.
  const result = await actOnIncident(deps, action.incidentId, requestOf(action), action.actor, form);
  await tell(deps, action, words(result, action), begunAt);
  return taken;
};

/**
 * `POST /v1/slack/interactions`: a button of a message of ours. First whether it is Slack's, then what was pressed. Only
 * with a 200 is the press done; Slack shows the person every other answer as a failure. Throws what the store throws.
 */
export const answerSlack = async (deps: SlackDependencies, event: IncidentsEvent): Promise<HttpAnswer> => {
  const begunAt = deps.clock.now();
  if (deps.signedBySlack === null)
    return problem('request.not-found', 'No Slack channel of the configuration has a signing secret.');
  const body = readBody(event, MAX_FORM_BYTES);
  if (body.kind === 'too-large')
    return problem('request.too-large', `At most ${MAX_FORM_BYTES} bytes are taken.`);
  if (body.kind === 'unsupported')
    return problem('request.unsupported', 'Send the body without a Content-Encoding.');
  const signature = await deps.signedBySlack(event, body.text);
  if (signature === 'unavailable') return problem('overloaded');
  if (signature !== 'genuine') return problem('request.unauthorized');
  const interaction = parseSlackInteraction(body.text);
  if (interaction.kind === 'malformed')
    return problem('request.malformed', 'The form has no payload that can be read.');
  return interaction.kind === 'nothing' ? taken : actFor(deps, interaction.action, body.text, begunAt);
};
