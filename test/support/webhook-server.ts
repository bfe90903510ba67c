import { createHmac, timingSafeEqual } from 'node:crypto';
import { type Answered, type Provider, type Recorded, type Serve, serveProvider } from './provider-server.ts';

export interface WebhookServer extends Provider {
  /** What was taken, each `webhook-id` once. */
  readonly taken: readonly Readonly<Record<string, unknown>>[];
  /** What it answers instead, until it is set back to null. */
  answer: Answered | null;
  key: string;
}

/** Written from the specification, apart from ours: base64 of HMAC-SHA256 over `id.timestamp.payload`. */
const isSigned = ({ headers, body }: Recorded, key: string, now: number): boolean => {
  const { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': header } = headers;
  if (!id || !timestamp || !header || Math.abs(now / 1_000 - Number(timestamp)) > 300) return false;
  const expected = createHmac('sha256', Buffer.from(key.replace('whsec_', ''), 'base64'))
    .update(`${id}.${timestamp}.${body}`)
    .digest();
  return header.split(' ').some((signature) => {
    const given = Buffer.from(signature.replace('v1,', ''), 'base64');
    return given.length === expected.length && timingSafeEqual(given, expected);
  });
};

/** A receiver of Standard Webhooks that checks signatures and deduplicates. */
export const startWebhook = async (
  key: string,
  clock: { now(): number },
  serve: Serve = serveProvider,
): Promise<WebhookServer> => {
  const taken = new Map<string, Readonly<Record<string, unknown>>>();
  const state: { answer: Answered | null; key: string } = { answer: null, key };
  const server = await serve((request) => {
    if (request.method === 'HEAD') return { status: state.answer?.status ?? 405 };
    if (state.answer) return state.answer;
    if (!isSigned(request, state.key, clock.now())) return { status: 401, body: { error: 'bad signature' } };
    taken.set(String(request.headers['webhook-id']), request.json ?? {});
    return { status: 204 };
  });
  return Object.defineProperties(server, {
    taken: { get: () => [...taken.values()] },
    answer: {
      get: () => state.answer,
      set: (answer: Answered | null) => {
        state.answer = answer;
      },
    },
    key: {
      get: () => state.key,
      set: (next: string) => {
        state.key = next;
      },
    },
  }) as unknown as WebhookServer;
};
