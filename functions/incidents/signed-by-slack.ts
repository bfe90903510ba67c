import type { Clock } from '../../shared/clock.ts';
import type { Config } from '../../shared/config/schema.ts';
import type { SecretReader } from '../../shared/config/secret-reference.ts';
import { verifySlackRequest } from '../../shared/notify/channels/slack-actions.ts';
import { createKeptSecrets } from '../http/kept-secrets.ts';
import { type HttpEvent, headerOf } from '../http/request.ts';
import type { SecretUse } from '../http/senders.ts';

/** unavailable: a secret could not be read, so nobody can say. */
export type SlackSignature = 'genuine' | 'stale' | 'forged' | 'unavailable';

export interface SignedBySlackOptions {
  readonly channels: Config['notify']['slack'];
  readonly secrets: SecretReader;
  readonly clock: Clock;
  readonly onFault: (error: unknown) => void;
  readonly noteUse?: ((sender: string, use: SecretUse) => Promise<void>) | undefined;
}

/** Slack waits three seconds for everything. */
const READ_WITHIN_MS = 1_200;

/**
 * Tells whether a request is from one of the Slack apps of the configuration: all of their signing secrets are compared,
 * in constant time each. Null where none is configured.
 */
export const createSignedBySlack = ({ channels, secrets, clock, onFault, noteUse }: SignedBySlackOptions) => {
  const references = [...new Set(channels.flatMap(({ signingSecret }) => signingSecret ?? []))];
  if (references.length === 0) return null;
  const kept = createKeptSecrets({
    ...{ references, secrets, clock, onFault },
    withinMs: READ_WITHIN_MS,
    keep: (value) => value,
  });
  return async (event: HttpEvent, body: string): Promise<SlackSignature> => {
    const request = {
      timestamp: headerOf(event, 'x-slack-request-timestamp'),
      signature: headerOf(event, 'x-slack-signature'),
      body,
    };
    const judge = async (): Promise<Exclude<SlackSignature, 'unavailable'>> => {
      const known = new Map(
        references.flatMap((reference) =>
          kept.all(reference).map((one) => [one.kept, { reference, version: one.version }] as const),
        ),
      );
      const answers = await Promise.all(
        [...known].map(async ([signingSecret, use]) => ({
          use,
          answer: await verifySlackRequest({ ...request, signingSecret }, clock.now()),
        })),
      );
      const genuine = answers.find(({ answer }) => answer === 'genuine');
      if (genuine) await noteUse?.('slack', genuine.use);
      if (genuine) return 'genuine';
      return answers.some(({ answer }) => answer === 'stale') ? 'stale' : 'forged';
    };
    await kept.refresh();
    let answer = await judge();
    if (answer === 'forged') {
      // It may have been rotated this very moment.
      await kept.refreshMissed();
      answer = await judge();
    }
    return answer === 'forged' && kept.isAnyUnread() ? 'unavailable' : answer;
  };
};

export type SignedBySlack = ReturnType<typeof createSignedBySlack>;
