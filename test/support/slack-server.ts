import { type Answered, type Provider, type Recorded, type Serve, serveProvider } from './provider-server.ts';

/** A message in the channel. */
export interface SlackMessageSeen {
  readonly ts: string;
  readonly threadTs: string | null;
  readonly broadcast: boolean;
  text: string;
  blocks: readonly Record<string, unknown>[];
  readonly metadata: unknown;
  edits: number;
}

export interface SlackServer extends Provider {
  readonly messages: readonly SlackMessageSeen[];
  remove(ts: string): void;
  /** What the token may do, e.g. `chat:write`. */
  scopes: string[];
  channel: { id: string; is_member: boolean; is_archived: boolean };
}

type Body = Readonly<Record<string, unknown>>;

const isBody = (value: unknown): value is Body => typeof value === 'object' && value !== null;
const bodiesIn = (value: unknown): readonly Body[] => (Array.isArray(value) ? value.filter(isBody) : []);

/** The limits of Block Kit that its reference names, for the blocks and elements that are used here. */
const textFaults = (object: unknown, max: number, types: readonly string[]): readonly string[] => {
  if (!isBody(object)) return ['a text object is missing'];
  const { type, text } = object;
  if (!types.includes(String(type))) return [`${String(type)} is not allowed here`];
  if (typeof text !== 'string' || text.length < 1 || text.length > max)
    return [`a text of ${String(text).length}`];
  return [];
};

const elementFaults = (element: Body): readonly string[] => {
  if (element.type !== 'button') return [`an unknown element ${String(element.type)}`];
  return [
    ...textFaults(element.text, 75, ['plain_text']),
    ...(String(element.action_id).length > 255 ? ['a long action_id'] : []),
    ...(String(element.value).length > 2_000 ? ['a long value'] : []),
    ...(isBody(element.confirm)
      ? [
          ...textFaults(element.confirm.title, 100, ['plain_text']),
          ...textFaults(element.confirm.text, 300, ['plain_text', 'mrkdwn']),
          ...textFaults(element.confirm.confirm, 30, ['plain_text']),
          ...textFaults(element.confirm.deny, 30, ['plain_text']),
        ]
      : []),
  ];
};

const ANY_TEXT = ['plain_text', 'mrkdwn'];

const blockFaults = (block: Body): readonly string[] => {
  const fields = bodiesIn(block.fields);
  const elements = bodiesIn(block.elements);
  switch (block.type) {
    case 'header':
      return textFaults(block.text, 150, ['plain_text']);
    case 'section':
      return [
        ...(block.text === undefined && fields.length === 0 ? ['an empty section'] : []),
        ...(block.text === undefined ? [] : textFaults(block.text, 3_000, ANY_TEXT)),
        ...(fields.length > 10 ? ['more than ten fields'] : []),
        ...fields.flatMap((field) => textFaults(field, 2_000, ANY_TEXT)),
      ];
    case 'context':
      return [
        ...(elements.length < 1 || elements.length > 10 ? ['a context of the wrong length'] : []),
        ...elements.flatMap((element) => textFaults(element, 3_000, ANY_TEXT)),
      ];
    case 'actions':
      return [
        ...(elements.length < 1 || elements.length > 25 ? ['actions of the wrong length'] : []),
        ...elements.flatMap(elementFaults),
      ];
    default:
      return [`an unknown block ${String(block.type)}`];
  }
};

export const blockKitFaults = (blocks: readonly Body[]): readonly string[] => [
  ...(blocks.length > 50 ? ['more than fifty blocks'] : []),
  ...blocks.flatMap(blockFaults),
];

const ok = (body: object = {}): Answered => ({ status: 200, body: { ok: true, ...body } });
const error = (code: string, more: object = {}): Answered => ({
  status: 200,
  body: { ok: false, error: code, ...more },
});

/** Slack's Web API as its reference describes it, for one workspace with one channel. */
export const startSlack = async (
  token: string,
  clock: { now(): number },
  serve: Serve = serveProvider,
): Promise<SlackServer> => {
  const messages: SlackMessageSeen[] = [];
  const state = {
    scopes: ['chat:write', 'channels:read', 'channels:history'],
    channel: { id: 'C0123456789', is_member: true, is_archived: false },
  };
  let count = 0;

  const refusalOf = (channel: unknown): Answered | null => {
    if (channel !== state.channel.id) return error('channel_not_found');
    if (!state.scopes.includes('chat:write')) return error('missing_scope', { needed: 'chat:write' });
    if (state.channel.is_archived) return error('is_archived');
    return state.channel.is_member ? null : error('not_in_channel');
  };

  const contentFault = (body: Body): Answered | null => {
    if (typeof body.text !== 'string' || body.text === '') return error('no_text');
    if (body.text.length > 40_000) return error('msg_too_long');
    return blockKitFaults(bodiesIn(body.blocks)).length > 0 ? error('invalid_blocks') : null;
  };

  const post = (body: Body): Answered => {
    const fault = refusalOf(body.channel) ?? contentFault(body);
    if (fault) return fault;
    const threadTs = typeof body.thread_ts === 'string' ? body.thread_ts : null;
    if (threadTs !== null && !messages.some(({ ts }) => ts === threadTs)) return error('thread_not_found');
    count += 1;
    const ts = `${Math.floor(clock.now() / 1_000)}.${String(count).padStart(6, '0')}`;
    messages.push({
      ts,
      threadTs,
      broadcast: body.reply_broadcast === true,
      text: String(body.text),
      blocks: bodiesIn(body.blocks),
      metadata: body.metadata,
      edits: 0,
    });
    return ok({ channel: state.channel.id, ts, message: { ts, text: body.text } });
  };

  const update = (body: Body): Answered => {
    const fault = refusalOf(body.channel) ?? contentFault(body);
    if (fault) return fault;
    const message = messages.find(({ ts }) => ts === body.ts);
    if (!message) return error('message_not_found');
    message.text = String(body.text);
    message.blocks = bodiesIn(body.blocks);
    message.edits += 1;
    return ok({ channel: state.channel.id, ts: message.ts });
  };

  const history = (query: Recorded['query'], threadTs: string | null): Answered => {
    if (!state.scopes.includes('channels:history'))
      return error('missing_scope', { needed: 'channels:history' });
    const oldest = Number(query.oldest ?? 0);
    // The channel's history begins with the newest message, a thread with the oldest.
    const ordered = threadTs === null ? messages.toReversed() : messages;
    const found = ordered
      .filter((message) =>
        threadTs === null
          ? message.threadTs === null
          : message.threadTs === threadTs || message.ts === threadTs,
      )
      .filter(({ ts }) => Number(ts) > oldest)
      .slice(0, Number(query.limit ?? 100))
      .map(({ ts, text, metadata }) => ({
        type: 'message',
        ts,
        text,
        ...(query.include_all_metadata === 'true' && { metadata }),
      }));
    return ok({ messages: found, has_more: false });
  };

  const server = await serve((request) => {
    if (request.headers.authorization !== `Bearer ${token}`) return error('invalid_auth');
    const body = request.json ?? {};
    switch (`${request.method} ${request.path}`) {
      case 'POST /api/chat.postMessage':
        return post(body);
      case 'POST /api/chat.update':
        return update(body);
      case 'POST /api/auth.test':
        return {
          ...ok({ team: 'Example', user: 'claywatch', bot_id: 'B012345' }),
          headers: { 'x-oauth-scopes': state.scopes.join(',') },
        };
      case 'GET /api/conversations.history':
        return history(request.query, null);
      case 'GET /api/conversations.replies':
        return history(request.query, request.query.ts ?? '');
      case 'GET /api/conversations.info':
        if (!state.scopes.includes('channels:read'))
          return error('missing_scope', { needed: 'channels:read' });
        return request.query.channel === state.channel.id
          ? ok({ channel: state.channel })
          : error('channel_not_found');
      default:
        return error('unknown_method');
    }
  });

  return Object.assign(server, {
    messages,
    remove: (ts: string) => {
      messages.splice(
        messages.findIndex((message) => message.ts === ts),
        1,
      );
    },
    get scopes() {
      return state.scopes;
    },
    get channel() {
      return state.channel;
    },
  }) as SlackServer;
};
