import type { Clock } from '../../shared/clock.ts';
import type { Config } from '../../shared/config/schema.ts';
import type { SecretReader } from '../../shared/config/secret-reference.ts';
import type { Role } from '../../shared/session/token.ts';
import { type HttpAnswer, problem } from './answer.ts';
import { isOwnPage, type PageEvent } from './csrf.ts';
import { type HttpEvent, headerOf } from './request.ts';
import { createSenders, type SecretUse } from './senders.ts';
import { createSessions, type Session, tokenIn } from './session.ts';

export type { Role } from '../../shared/session/token.ts';

/** Somebody who may look, and as a responder act. */
export interface Granted {
  readonly kind: 'granted';
  readonly role: Role;
  /** api: by a secret in a header · console: by a session. */
  readonly via: 'api' | 'console';
  /** Who signed in, of a session: as what they do is written down. */
  readonly name?: string;
  /** When the session ends, epoch ms. */
  readonly until?: number;
}

export type Denied =
  | { readonly kind: 'refused' }
  /** A session, and a request that a page of another site may have made. */
  | { readonly kind: 'cross-site' }
  /** A secret could not be read, so nobody can say. */
  | { readonly kind: 'unavailable' };

export type Access = Granted | Denied;

export interface AccessOptions {
  readonly respond: Pick<Config['respond'], 'secret' | 'previousSecret' | 'readOnlySecret' | 'header'>;
  readonly console: Config['console'];
  readonly secrets: SecretReader;
  readonly clock: Clock;
  readonly onFault: (error: unknown) => void;
  /** `role`: of whom a secret was; `session`: a key that signs sessions. */
  readonly noteUse?: ((role: Role | 'session', use: SecretUse) => Promise<void>) | undefined;
}

const HEADER = 'secret';

/** The secret that was sent: in the configured header, bare or as `Bearer …`, or in `authorization` as `Bearer …`. */
const sentIn = (event: HttpEvent, header: string): string => {
  const configured = headerOf(event, header);
  const given = configured ?? headerOf(event, 'authorization')?.match(/^\s*bearer\s.*$/is)?.[0] ?? '';
  return given.replace(/^\s*bearer\s+/i, '').trim();
};

type SecretCheck = Exclude<Access, { readonly kind: 'cross-site' }>;

/**
 * Tells what somebody may do by a secret. Every check makes the same comparisons in constant time, whoever sends it; an
 * empty one is never right.
 */
export const createSecretCheck = ({
  respond: { secret, previousSecret, readOnlySecret },
  secrets,
  clock,
  onFault,
  noteUse,
}: Omit<AccessOptions, 'console'>) => {
  const senders = createSenders({
    feeds: {
      responder: { header: HEADER, secret, previousSecret },
      reader: { header: HEADER, secret: readOnlySecret },
    },
    secrets,
    clock,
    onFault,
    ...(noteUse && { noteUse: (feed: string, use: SecretUse) => noteUse(feed as Role, use) }),
  });
  return async (sent: string): Promise<SecretCheck> => {
    const [responder, reader] = await Promise.all(
      ['responder', 'reader'].map((feed) =>
        senders.admit({ headers: { [HEADER]: sent }, pathParameters: { feed } }),
      ),
    );
    if (sent === '') return { kind: 'refused' };
    if (responder?.kind === 'admitted') return { kind: 'granted', role: 'responder', via: 'api' };
    if (reader?.kind === 'admitted') return { kind: 'granted', role: 'reader', via: 'api' };
    return responder?.kind === 'unavailable' ? { kind: 'unavailable' } : { kind: 'refused' };
  };
};

const grantedTo = ({ claim: { role, name, expiresAt } }: Session): Granted => ({
  ...{ kind: 'granted', role, via: 'console', name },
  until: expiresAt * 1_000,
});

/**
 * Tells what somebody may do by the secret that they send, or by the session of the console that their browser does. A
 * secret that is sent counts alone. What changes something by a session must come from the console itself.
 */
export const createAccess = (options: AccessOptions) => {
  const bySecret = createSecretCheck(options);
  const sessions = createSessions(options);
  return async (event: PageEvent): Promise<Access> => {
    const token = tokenIn(event);
    const sent = sentIn(event, options.respond.header);
    if (sent !== '' || token === undefined) return bySecret(sent);
    const session = await sessions.verify(token);
    if (session.kind !== 'valid') return { kind: session.kind === 'unavailable' ? 'unavailable' : 'refused' };
    return isOwnPage(event) ? grantedTo(session) : { kind: 'cross-site' };
  };
};

export type AccessOf = ReturnType<typeof createAccess>;

/** What whoever is not let in is answered. */
export const denial = ({ kind }: Denied): HttpAnswer => {
  if (kind === 'unavailable') return problem('overloaded');
  return kind === 'refused'
    ? problem('request.unauthorized')
    : problem('request.forbidden', 'With a session, only pages of the console itself may change something.');
};
