import * as z from 'zod';
import { dayOfId } from '../../incident/id.ts';
import type { Actor } from '../../incident/incident.ts';
import { fromHex, isHmacSha256, utf8 } from './hmac.ts';
import { mrkdwn } from './slack-text.ts';
import { lineOf } from './words.ts';

/** How far the clock of a request may be away, seconds; older ones may be repeated by somebody who overheard them. */
const TOLERANCE_SECONDS = 300;
/** Slack's own messages with 50 blocks stay far under this. */
const LONGEST_BODY = 512_000;

/**
 * Whether a request is from Slack: `v0=` and HMAC-SHA256 over `v0:<timestamp>:<body>` with the signing secret, not
 * older or newer than five minutes. `body` is what was received, byte for byte.
 */
export const verifySlackRequest = async (
  request: {
    /** `x-slack-request-timestamp`. */
    readonly timestamp: string | undefined;
    /** `x-slack-signature`. */
    readonly signature: string | undefined;
    readonly body: string;
    readonly signingSecret: string;
  },
  now: number,
): Promise<'genuine' | 'stale' | 'forged'> => {
  const { timestamp = '', signature = '', body, signingSecret } = request;
  const digest = /^v0=[0-9a-f]{64}$/i.test(signature) ? fromHex(signature.slice('v0='.length)) : null;
  if (!digest || !/^\d{1,12}$/.test(timestamp) || signingSecret === '' || body.length > LONGEST_BODY)
    return 'forged';
  const genuine = await isHmacSha256(utf8(signingSecret), utf8(`v0:${timestamp}:${body}`), digest);
  if (!genuine) return 'forged';
  return Math.abs(Math.floor(now / 1_000) - Number(timestamp)) > TOLERANCE_SECONDS ? 'stale' : 'genuine';
};

/** What somebody pressed. */
export interface SlackAction {
  readonly incidentId: string;
  readonly command: 'acknowledge' | 'resolve';
  /** `name` is what Slack calls them, made safe to show; `id` is theirs for good. */
  readonly user: { readonly id: string; readonly name: string };
  /** The same person, as the incident remembers them. */
  readonly actor: Actor;
  /** Where an answer that only they see may be sent within half an hour; null when it is not Slack's. */
  readonly responseUrl: string | null;
}

export type SlackInteraction =
  | { readonly kind: 'action'; readonly action: SlackAction }
  /** Slack's, and nothing for us to do: another app's button, a closed dialogue. Answer 200. */
  | { readonly kind: 'nothing' }
  | { readonly kind: 'malformed' };

const payloadShape = z.object({
  type: z.string().max(100),
  user: z
    .object({
      id: z.string().regex(/^[A-Z0-9]{2,30}$/),
      username: z.string().optional(),
      name: z.string().optional(),
    })
    .optional(),
  actions: z
    .array(z.object({ action_id: z.string().optional(), value: z.string().optional() }))
    .max(25)
    .optional(),
  response_url: z.string().optional(),
});

const COMMANDS: Readonly<Record<string, SlackAction['command'] | undefined>> = {
  'claywatch:acknowledge': 'acknowledge',
  'claywatch:resolve': 'resolve',
};

const responseUrlIn = (text: string | undefined): string | null => {
  const url = text === undefined || text.length > 500 ? null : URL.parse(text);
  const isSlacks = url?.protocol === 'https:' && url.host === 'hooks.slack.com' && url.username === '';
  return isSlacks ? url.href : null;
};

const parsed = (body: string): unknown => {
  try {
    return JSON.parse(new URLSearchParams(body).get('payload') ?? '');
  } catch {
    return undefined;
  }
};

/** Reads the body of a request that was verified before: a form with one field, `payload`. */
export const parseSlackInteraction = (body: string): SlackInteraction => {
  if (body.length > LONGEST_BODY) return { kind: 'malformed' };
  const read = payloadShape.safeParse(parsed(body));
  if (!read.success) return { kind: 'malformed' };
  const { type, user, actions = [], response_url } = read.data;
  const pressed = actions.find(({ action_id = '' }) => Object.hasOwn(COMMANDS, action_id));
  const command = COMMANDS[pressed?.action_id ?? ''];
  if (type !== 'block_actions' || !command) return { kind: 'nothing' };
  const incidentId = pressed?.value ?? '';
  if (!user || dayOfId(incidentId) === null) return { kind: 'malformed' };
  const name = lineOf(user.username ?? user.name ?? '', 80) || user.id;
  return {
    kind: 'action',
    action: {
      incidentId,
      command,
      user: { id: user.id, name },
      actor: { name, via: 'slack' },
      responseUrl: responseUrlIn(response_url),
    },
  };
};

/** The body for `responseUrl`: words that only the person sees, below the message, which stays. */
export const slackAnswer = (text: string): string =>
  JSON.stringify({
    response_type: 'ephemeral',
    replace_original: false,
    text: mrkdwn(text, 2_000),
  });
