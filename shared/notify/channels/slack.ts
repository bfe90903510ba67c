import type { Config } from '../../config/schema.ts';
import { readAnother } from '../../config/secret-reference.ts';
import {
  type ChannelDependencies,
  delivered,
  type Failed,
  isFailed,
  isObject,
  later,
  readSecret,
} from './exchange.ts';
import { isOvertaken, keyOf, orderOf } from './order.ts';
import type { Bulletin, Channel, ChannelCheck, ChannelMemory, ChannelOutcome } from './port.ts';
import { createSlackApi, type Mark, type SlackAnswer, type SlackApi } from './slack-api.ts';
import { replyMessage, rootMessage } from './slack-blocks.ts';
import { isGone, remedyOf } from './slack-errors.ts';

type SlackConfig = Config['notify']['slack'][number];

interface Delivery {
  readonly config: SlackConfig;
  readonly api: SlackApi;
  readonly memory: ChannelMemory;
  readonly known: Readonly<Record<string, string>>;
  readonly bulletin: Bulletin;
  readonly now: number;
}

const rootMark = ({ incidentId }: Bulletin): Mark => ({ incident: incidentId, message: 'root' });
const timestampIn = (answer: Extract<SlackAnswer, { kind: 'ok' }>): string | null =>
  typeof answer.body.ts === 'string' && /^\d{1,12}\.\d{1,9}$/.test(answer.body.ts) ? answer.body.ts : null;

const NOT_UNDERSTOOD = later('Slack took it and named no message');

/** An attempt is remembered before it is made, as `<epoch ms> <key of the message>`. */
const attemptIn = (text: string): { readonly since: number; readonly key: string } => {
  const [since = '', key = ''] = text.split(/ (.*)/s);
  return { since: Number(since), key };
};

/** What an earlier attempt posted, when one was begun whose end is not known. */
const foundAgain = async (
  { api, known }: Delivery,
  trying: string,
  mark: Mark,
  threadTs?: string,
): Promise<string | null | Failed> => {
  const attempt = known[trying];
  return attempt === undefined ? null : api.find(mark, attemptIn(attempt).since, threadTs);
};

/** Where the message stands, as it is remembered; `answered`: the last that said that somebody has it, or that it is over. */
const placeOf = (bulletin: Bulletin): Readonly<Record<string, string>> => {
  const order = String(orderOf(bulletin));
  return bulletin.status === 'triggered' ? { order } : { order, answered: order };
};

/** Begins the thread. The root is the announcement of its first message, so that one gets no reply of its own. */
const begin = async (delivery: Delivery, trying: string): Promise<ChannelOutcome> => {
  const { config, api, memory, known, bulletin, now } = delivery;
  const key = keyOf(bulletin);
  const mark = rootMark(bulletin);
  const found = await foundAgain(delivery, trying, mark);
  if (isFailed(found)) return found;
  if (found !== null && attemptIn(known[trying] ?? '').key !== key) {
    // Another message began it; this one follows.
    await memory.save(bulletin.incidentId, { root: found, channel: config.channel });
    return follow(delivery, found);
  }
  let ts = found;
  if (ts === null) {
    await memory.save(bulletin.incidentId, { [trying]: `${now} ${key}` });
    const answer = await api.postMessage(rootMessage(bulletin, config.signingSecret !== undefined), mark);
    if (answer.kind === 'error') return answer.outcome;
    ts = timestampIn(answer);
    if (ts === null) return NOT_UNDERSTOOD;
  }
  await memory.save(bulletin.incidentId, {
    root: ts,
    channel: config.channel,
    ...placeOf(bulletin),
    [`said:${key}`]: ts,
  });
  return delivered(`${config.channel}/${ts}`);
};

/**
 * An edit tells nobody and a reply tells those who follow the thread: what must be heard is shown in the channel too. A
 * page that a mere notice overtook is one all the same, e.g. when a silence held it back.
 */
const isForEverybody = ({ bulletin, known }: Delivery, overtaken: boolean): boolean =>
  bulletin.urgency === 'page'
    ? orderOf(bulletin) > Number(known.answered ?? Number.NEGATIVE_INFINITY)
    : bulletin.transition === 'resolved' && !overtaken;

const reply = async (delivery: Delivery, root: string): Promise<ChannelOutcome> => {
  const { config, api, memory, known, bulletin, now } = delivery;
  const key = keyOf(bulletin);
  const overtaken = isOvertaken(bulletin, known);
  const mark: Mark = { incident: bulletin.incidentId, message: key };
  const found = await foundAgain(delivery, `trying:${key}`, mark, root);
  if (isFailed(found)) return found;
  let ts = found;
  if (ts === null) {
    await memory.save(bulletin.incidentId, {
      [`trying:${key}`]: `${now} ${key}`,
      ...(!overtaken && placeOf(bulletin)),
    });
    const answer = await api.postMessage(replyMessage(bulletin), mark, {
      ts: root,
      broadcast: isForEverybody(delivery, overtaken),
    });
    if (answer.kind === 'error') return answer.outcome;
    ts = timestampIn(answer);
    if (ts === null) return NOT_UNDERSTOOD;
  }
  await memory.save(bulletin.incidentId, { [`said:${key}`]: ts });
  return delivered(`${config.channel}/${ts}`);
};

/** Edits the root, then replies. A late message leaves the root as it is. */
const follow = async (delivery: Delivery, root: string): Promise<ChannelOutcome> => {
  const { config, api, known, bulletin } = delivery;
  if (!isOvertaken(bulletin, known)) {
    const shown = rootMessage(bulletin, config.signingSecret !== undefined);
    const edited = await api.update(root, shown, rootMark(bulletin));
    if (edited.kind === 'error') {
      // Somebody deleted it, or it is too old to be edited: the incident gets a new one.
      if (isGone(edited.code)) return begin(delivery, `trying:root:${keyOf(bulletin)}`);
      return edited.outcome;
    }
  }
  return reply(delivery, root);
};

const READING = 'Give it the scopes channels:read and groups:read to have this checked.';

const checkChannel = (info: SlackAnswer, canPostAnywhere: boolean): ChannelCheck => {
  if (info.kind === 'error')
    return info.code === 'channel_not_found'
      ? { result: 'not-ready', found: 'Slack knows no such channel.', fix: remedyOf(info.code) }
      : {
          result: 'unknown',
          found: 'The token is good. Whether the app is in the channel cannot be seen.',
          fix: `Invite the app to the channel. ${READING}`,
        };
  const channel = isObject(info.body.channel) ? info.body.channel : {};
  if (channel.is_archived === true)
    return { result: 'not-ready', found: 'The channel is archived.', fix: remedyOf('is_archived') };
  if (channel.is_member === false && !canPostAnywhere)
    return {
      result: 'not-ready',
      found: 'The app is not in the channel.',
      fix: remedyOf('not_in_channel'),
    };
  return { result: 'ready', found: 'The token is good and the app may post in the channel.', fix: '' };
};

/**
 * A Slack channel: one root message per incident, edited in place so that it always shows how the incident stands, and
 * a reply in its thread for every further transition. Pages and the recovery are shown in the channel as well.
 *
 * Repetition posts nothing twice: what was posted is remembered, and an attempt whose end is not known is looked up by
 * its metadata, if the app may read the channel (`channels:history`, `groups:history`); otherwise it is posted again.
 */
export const createSlack = (config: SlackConfig, deps: ChannelDependencies): Channel => {
  const { secrets, clock } = deps;
  const apiWith = (token: string): SlackApi =>
    createSlackApi(
      {
        apiUrl: config.apiUrl,
        channel: config.channel,
        token,
        renew: (refused) => readAnother(secrets, config.botToken, refused),
      },
      deps,
    );

  return {
    id: config.id,
    kind: 'slack',

    deliver: async (bulletin, memory) => {
      const known = await memory.load(bulletin.incidentId);
      const said = known[`said:${keyOf(bulletin)}`];
      if (said !== undefined) return delivered(`${config.channel}/${said}`);
      const token = await readSecret(secrets, config.botToken);
      if (isFailed(token)) return token;
      const delivery: Delivery = {
        config,
        api: apiWith(token.value),
        memory,
        known,
        bulletin,
        now: clock.now(),
      };
      return known.root !== undefined && known.channel === config.channel
        ? follow(delivery, known.root)
        : begin(delivery, `trying:root:${config.channel}`);
    },

    check: async () => {
      const token = await readSecret(secrets, config.botToken);
      if (isFailed(token))
        return {
          result: token.kind === 'later' ? 'unknown' : 'not-ready',
          found: token.why,
          fix: 'Put the bot token of the app (xoxb-) into the secret that notify.slack names.',
        };
      const api = apiWith(token.value);
      const auth = await api.authTest();
      if (auth.kind === 'error')
        return {
          result: auth.outcome.kind === 'later' ? 'unknown' : 'not-ready',
          found: auth.outcome.why,
          fix: auth.outcome.kind === 'later' ? 'Try again in a minute.' : remedyOf(auth.code),
        };
      const scopes = auth.scopes?.split(',').map((scope) => scope.trim()) ?? null;
      if (scopes && !scopes.includes('chat:write'))
        return {
          result: 'not-ready',
          found: 'The token is good, but lacks the scope chat:write.',
          fix: remedyOf('missing_scope'),
        };
      return checkChannel(await api.channelInfo(), scopes?.includes('chat:write.public') ?? false);
    },
  };
};
