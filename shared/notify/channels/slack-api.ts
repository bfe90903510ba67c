import { retryAfterSeconds } from '../../clay/retry-after.ts';
import {
  type ChannelDependencies,
  callsTo,
  endpoint,
  type Failed,
  isFailed,
  isObject,
  later,
  objectIn,
  objectsIn,
  refused,
} from './exchange.ts';
import type { SlackMessage } from './slack-blocks.ts';
import { isPassing, isUnfit, remedyOf } from './slack-errors.ts';

/** What Slack answered: its `ok: true`, or the code that it gave instead. */
export type SlackAnswer =
  | { readonly kind: 'ok'; readonly body: Readonly<Record<string, unknown>>; readonly scopes: string | null }
  | { readonly kind: 'error'; readonly code: string; readonly outcome: Failed };

/** Where a message of ours is found again: after a crash, or an answer that never came. */
export interface Mark {
  readonly incident: string;
  readonly message: string;
}

const EVENT = 'claywatch_incident';
/** Messages looked through for one that may have been posted; a minute of clock difference is allowed for. */
const LOOK_BACK = 50;
const LOOK_BACK_SECONDS = 60;
/** Fifty messages with their metadata. */
const HISTORY_BYTES = 1_048_576;

/** Slack's words for a token that it does not take. */
const BAD_TOKEN: ReadonlySet<string> = new Set([
  'invalid_auth',
  'not_authed',
  'token_expired',
  'token_revoked',
  'account_inactive',
]);

export interface SlackApiOptions {
  readonly apiUrl: string;
  readonly channel: string;
  readonly token: string;
  /** Asked when Slack does not take the token: another one, where it was rotated meanwhile. */
  readonly renew?: (refused: string) => Promise<string | null>;
}

/** Calls of Slack's Web API within one delivery. */
export const createSlackApi = (
  { apiUrl, channel, token, renew }: SlackApiOptions,
  deps: ChannelDependencies,
) => {
  const call = callsTo('Slack', deps);
  let authorization = `Bearer ${token}`;

  const read = async (request: Parameters<typeof call>[0]): Promise<SlackAnswer> => {
    const answer = await readOnce(request);
    if (answer.kind === 'ok' || !BAD_TOKEN.has(answer.code)) return answer;
    const other = (await renew?.(token)) ?? null;
    if (other === null || authorization === `Bearer ${other}`) return answer;
    authorization = `Bearer ${other}`;
    return readOnce(request);
  };

  const readOnce = async (request: Parameters<typeof call>[0]): Promise<SlackAnswer> => {
    const answer = await call({ ...request, headers: { authorization, ...request.headers } });
    if (isFailed(answer)) return { kind: 'error', code: '', outcome: answer };
    const body = objectIn(answer.body);
    if (!body || typeof body.ok !== 'boolean') {
      const why = `Slack answered ${answer.status} with something that is not its own`;
      return { kind: 'error', code: '', outcome: later(why) };
    }
    if (body.ok) return { kind: 'ok', body, scopes: answer.headers['x-oauth-scopes'] ?? null };
    const code = /^[a-z_]{1,60}$/.exec(String(body.error))?.[0] ?? 'unknown_error';
    if (!isPassing(code))
      return { kind: 'error', code, outcome: refused(`Slack refused it (${code}). ${remedyOf(code)}`) };
    const seconds = retryAfterSeconds(answer.headers['retry-after'], deps.clock.now());
    return {
      kind: 'error',
      code,
      outcome: later(`Slack cannot take it now (${code})`, seconds === undefined ? null : seconds * 1_000),
    };
  };

  const get = (method: string, query: Readonly<Record<string, string>>): Promise<SlackAnswer> =>
    read({
      method: 'GET',
      url: `${endpoint(apiUrl, `/${method}`)}?${new URLSearchParams(query)}`,
      maxBodyBytes: HISTORY_BYTES,
    });

  const post = (method: string, body: object): Promise<SlackAnswer> =>
    read({
      method: 'POST',
      url: endpoint(apiUrl, `/${method}`),
      headers: { 'content-type': 'application/json; charset=utf-8' },
      body: JSON.stringify(body),
    });

  /** `parse` and `link_names`: nothing in the text is made a link or a mention (chat.update would by default). */
  const say = async (
    method: string,
    message: SlackMessage,
    mark: Mark,
    more: object,
  ): Promise<SlackAnswer> => {
    const body = {
      channel,
      ...more,
      text: message.text,
      parse: 'none',
      link_names: false,
      metadata: { event_type: EVENT, event_payload: mark },
    };
    const answer = await post(method, { ...body, blocks: message.blocks });
    return answer.kind === 'error' && isUnfit(answer.code) ? post(method, { ...body, blocks: [] }) : answer;
  };

  const marked = (body: Readonly<Record<string, unknown>>, mark: Mark): string | null => {
    const found = objectsIn(body.messages).find(({ metadata }) => {
      const payload = isObject(metadata) && metadata.event_type === EVENT ? metadata.event_payload : null;
      return isObject(payload) && payload.incident === mark.incident && payload.message === mark.message;
    });
    return typeof found?.ts === 'string' ? found.ts : null;
  };

  return {
    postMessage: (
      message: SlackMessage,
      mark: Mark,
      thread?: { readonly ts: string; readonly broadcast: boolean },
    ) =>
      say('chat.postMessage', message, mark, {
        unfurl_links: false,
        unfurl_media: false,
        ...(thread && { thread_ts: thread.ts, reply_broadcast: thread.broadcast }),
      }),

    update: (ts: string, message: SlackMessage, mark: Mark) => say('chat.update', message, mark, { ts }),

    /**
     * The message that an earlier attempt may have posted, by its metadata. Null when there is none, or when the app
     * may not read the channel: then it is posted again rather than not at all.
     */
    find: async (mark: Mark, since: number, threadTs?: string): Promise<string | null | Failed> => {
      const answer = await get(threadTs === undefined ? 'conversations.history' : 'conversations.replies', {
        channel,
        ...(threadTs !== undefined && { ts: threadTs }),
        oldest: String(Math.max(0, Math.floor(since / 1_000) - LOOK_BACK_SECONDS)),
        limit: String(LOOK_BACK),
        include_all_metadata: 'true',
      });
      if (answer.kind === 'ok') return marked(answer.body, mark);
      return answer.outcome.kind === 'later' ? answer.outcome : null;
    },

    authTest: () => post('auth.test', {}),
    channelInfo: () => get('conversations.info', { channel }),
  };
};

export type SlackApi = ReturnType<typeof createSlackApi>;
