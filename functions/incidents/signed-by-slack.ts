import type { Clock } from '../../shared/clock.ts';
import type { Config } from '../../shared/config/schema.ts';
import type { SecretReader } from '../../shared/config/secret-reference.ts';
import { verifySlackRequest } from '../../shared/notify/channels/slack-actions.ts';
import { createKeptSecrets } from '../http/kept-secrets.ts';
import { type HttpEvent, headerOf } from '../http/request.ts';

/** unavailable: a secret could not be read, so nobody can say. */
export type SlackSignature = 'genuine' | 'stale' | 'forged' | 'unavailable';

export interface SignedBySlackOptions {
  readonly channels: Config['notify']['slack'];
  readonly secrets: SecretReader;
  readonly clock: Clock;
  readonly onFault: (error: unknown) => void;
}

/** Slack waits three seconds for everything. */
const READ_WITHIN_MS = 1_200;

/**
 * Tells whether a request is from one of the Slack apps of the configuration: all of their signing secrets are compared,
 * in constant time each. Null where none is configured.
 */
export const createSignedBySlack = ({ channels, secrets, clock, onFault }: SignedBySlackOptions) => {
  const references = [...new Set(channels.flatMap(({ signingSecret }) => signingSecret ?? []))];
  if (references.length === 0) return null;
  const kept = createKeptSecrets({
    ...{ references, secrets, clock, onFault },
    withinMs: READ_WITHIN_MS,
    keep: (value) => value,
  });
  return async (event: HttpEvent, body: string): Promise<SlackSignature> => {
    await kept.refresh();
    const known = new Set(references.flatMap((reference) => kept.of(reference) ?? []));
    const request = {
      timestamp: headerOf(event, 'x-slack-request-timestamp'),
      signature: headerOf(event, 'x-slack-signature'),
      body,
    };
    const answers = await Promise.all(
      [...known].map((signingSecret) => verifySlackRequest({ ...request, signingSecret }, clock.now())),
    );
    if (answers.includes('genuine')) return 'genuine';
    if (answers.includes('stale')) return 'stale';
    return kept.isAnyUnread() ? 'unavailable' : 'forged';
  };
};

export type SignedBySlack = ReturnType<typeof createSignedBySlack>;
