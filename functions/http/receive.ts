import { type HttpAnswer, problem } from './answer.ts';
import { type HttpEvent, headerOf, readBody } from './request.ts';
import type { SecretUse, Senders } from './senders.ts';

/** A request whose sender is known and whose body could be read. */
export interface Received {
  readonly feed: string;
  /** By which secret its sender was recognised. */
  readonly use: SecretUse;
  readonly text: string;
  readonly contentType: string;
  readonly idempotencyKey: string | undefined;
}

export interface Receiver {
  readonly senders: Senders;
  readonly maxBytes: number;
  /** Told of what made an answer 429; never thrown on. */
  readonly onFault: (error: unknown) => void;
  /** Told of a known sender's request whose body is not even read. */
  readonly onUnread?: (feed: string) => Promise<void>;
}

/**
 * The rim of every endpoint of ours: who sends, then how much, then what. Whatever goes wrong is answered with 429 and
 * never a 5xx: Clay repeats the one, and loses the row with the other [C, clay-facts].
 */
export const receive = async (
  { senders, maxBytes, onFault, onUnread }: Receiver,
  event: HttpEvent,
  take: (request: Received) => Promise<HttpAnswer>,
): Promise<HttpAnswer> => {
  try {
    const admission = await senders.admit(event);
    if (admission.kind === 'refused') return problem('request.unauthorized');
    if (admission.kind === 'unavailable') return problem('overloaded');
    const { feed, use } = admission;
    const body = readBody(event, maxBytes);
    if (body.kind !== 'text') {
      await onUnread?.(feed);
      return body.kind === 'too-large'
        ? problem('request.too-large', `At most ${maxBytes} bytes are taken.`)
        : problem('request.unsupported', 'Send the body without a Content-Encoding.');
    }
    return await take({
      feed,
      use,
      text: body.text,
      contentType: headerOf(event, 'content-type') ?? '',
      idempotencyKey: headerOf(event, 'idempotency-key'),
    });
  } catch (error) {
    onFault(error);
    return problem('overloaded');
  }
};
