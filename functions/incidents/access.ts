import type { Clock } from '../../shared/clock.ts';
import type { Config } from '../../shared/config/schema.ts';
import type { SecretReader } from '../../shared/config/secret-reference.ts';
import { type HttpEvent, headerOf } from '../http/request.ts';
import { createSenders, type SecretUse } from '../http/senders.ts';

/** responder: may act · reader: may look and nothing else. */
export type Role = 'responder' | 'reader';

export type Access =
  | { readonly kind: 'granted'; readonly role: Role }
  | { readonly kind: 'refused' }
  /** A secret could not be read, so nobody can say. */
  | { readonly kind: 'unavailable' };

export interface AccessOptions {
  readonly respond: Pick<Config['respond'], 'secret' | 'previousSecret' | 'readOnlySecret' | 'header'>;
  readonly secrets: SecretReader;
  readonly clock: Clock;
  readonly onFault: (error: unknown) => void;
  readonly noteUse?: ((role: string, use: SecretUse) => Promise<void>) | undefined;
}

const HEADER = 'secret';

/** The secret that was sent: in the configured header, bare or as `Bearer …`, or in `authorization` as `Bearer …`. */
const sentIn = (event: HttpEvent, header: string): string => {
  const configured = headerOf(event, header);
  const given = configured ?? headerOf(event, 'authorization')?.match(/^\s*bearer\s.*$/is)?.[0] ?? '';
  return given.replace(/^\s*bearer\s+/i, '').trim();
};

/**
 * Tells what somebody may do by the secret that they send. Every request makes the same comparisons in constant time,
 * whoever sends it.
 */
export const createAccess = ({ respond, secrets, clock, onFault, noteUse }: AccessOptions) => {
  const { secret, previousSecret, readOnlySecret, header } = respond;
  const senders = createSenders({
    feeds: {
      responder: { header: HEADER, secret, previousSecret },
      reader: { header: HEADER, secret: readOnlySecret },
    },
    secrets,
    clock,
    onFault,
    ...(noteUse && { noteUse }),
  });
  return async (event: HttpEvent): Promise<Access> => {
    const sent = sentIn(event, header);
    const [responder, reader] = await Promise.all(
      ['responder', 'reader'].map((feed) =>
        senders.admit({ headers: { [HEADER]: sent }, pathParameters: { feed } }),
      ),
    );
    if (sent === '') return { kind: 'refused' };
    if (responder?.kind === 'admitted') return { kind: 'granted', role: 'responder' };
    if (reader?.kind === 'admitted') return { kind: 'granted', role: 'reader' };
    return responder?.kind === 'unavailable' ? { kind: 'unavailable' } : { kind: 'refused' };
  };
};

export type AccessOf = ReturnType<typeof createAccess>;
