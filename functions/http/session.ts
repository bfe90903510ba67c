import { createHash, createHmac } from 'node:crypto';
import type { Clock } from '../../shared/clock.ts';
import type { Config } from '../../shared/config/schema.ts';
import type { SecretReader, SecretReference } from '../../shared/config/secret-reference.ts';
import {
  type Role,
  type SessionCheck,
  type SessionClaim,
  type SessionKey,
  type SignedInBy,
  signSession,
  verifySession,
} from '../../shared/session/token.ts';
import { openSigned, type Signer, signText } from '../../shared/signed/text.ts';
import { isLocal, type PageEvent } from './csrf.ts';
import { createKeptSecrets } from './kept-secrets.ts';
import { headerOf } from './request.ts';
import type { SecretUse } from './senders.ts';

export type Session = Extract<SessionCheck, { readonly kind: 'valid' }>;

export interface SessionsOptions {
  readonly respond: Pick<Config['respond'], 'secret' | 'previousSecret' | 'readOnlySecret'>;
  readonly console: Config['console'];
  readonly secrets: SecretReader;
  readonly clock: Clock;
  readonly onFault: (error: unknown) => void;
  /** Told which version of the key signed a session that was let in. */
  readonly noteUse?: ((role: 'session', use: SecretUse) => Promise<void>) | undefined;
}

export type Made =
  | { readonly kind: 'made'; readonly token: string; readonly claim: SessionClaim }
  /** No key to sign with, or none that could not be guessed. */
  | { readonly kind: 'not-configured' }
  /** A secret could not be read, or was changed at this very moment. */
  | { readonly kind: 'unavailable' };

const READ_WITHIN_MS = 2_500;
const HOUR_S = 3_600;
const SHORTEST_KEY = 32;
const LONGEST_SIGNED = 2_000;
const NAME = 'claywatch-session';

/** On this machine every port is the same site to a browser: two runtimes must not end each other's sessions. */
const localPort = (event: PageEvent): string =>
  /:(\d{1,5})$/.exec(headerOf(event, 'host') ?? '')?.[1] ?? '80';

/** `__Host-`: set over https by this very host, for all of it. */
export const cookieName = (event: PageEvent, name: string = NAME): string =>
  isLocal(event) ? `${name}-${localPort(event)}` : `__Host-${name}`;

/** A cookie that scripts cannot read. `maxAge` 0 takes it away. */
export const cookie = (
  event: PageEvent,
  {
    name = NAME,
    value,
    maxAge,
    sameSite = 'Strict',
  }: {
    readonly name?: string;
    readonly value: string;
    /** Seconds. */
    readonly maxAge: number;
    /** Lax: sent as well when another site leads here. */
    readonly sameSite?: 'Strict' | 'Lax';
  },
): string =>
  [
    `${cookieName(event, name)}=${value}`,
    'Path=/',
    `Max-Age=${maxAge}`,
    'HttpOnly',
    `SameSite=${sameSite}`,
    ...(isLocal(event) ? [] : ['Secure']),
  ].join('; ');

/** The value of a cookie; undefined where there is none, or more than one of the name. */
export const cookieIn = (event: PageEvent, name: string = NAME): string | undefined => {
  const sent = event.cookies ?? headerOf(event, 'cookie')?.split(';') ?? [];
  const wanted = `${cookieName(event, name)}=`;
  const found = sent.map((one) => one.trim()).filter((one) => one.startsWith(wanted));
  return found.length === 1 ? found[0]?.slice(wanted.length) : undefined;
};

/** The token of the session that a browser sends. */
export const tokenIn = (event: PageEvent): string | undefined => cookieIn(event);

/** What a session stands on, of a secret: tells nothing of its value. */
const bondOf = (value: string): string =>
  createHash('sha256').update(`claywatch session bond\n${value.trim()}`, 'utf8').digest('base64url');

/**
 * Makes and verifies sessions. Each stands on the key that signs it and on what was signed in with: whoever takes the
 * secret away, or the provider, ends every session that was made by it, and nothing is stored of any.
 */
export const createSessions = ({ respond, console, secrets, clock, onFault, noteUse }: SessionsOptions) => {
  const { sessionSecret, sessionHours, oidc, enabled } = console;
  const signedBy = enabled ? sessionSecret : undefined;
  const references: readonly { readonly role: Role; readonly reference: SecretReference | undefined }[] = [
    { role: 'responder', reference: respond.secret },
    { role: 'responder', reference: respond.previousSecret },
    { role: 'reader', reference: respond.readOnlySecret },
  ];
  const kept = createKeptSecrets({
    references: [signedBy, ...references.map(({ reference }) => reference)].filter(
      (reference) => reference !== undefined,
    ),
    ...{ secrets, clock, onFault },
    withinMs: READ_WITHIN_MS,
    keep: (value) => ({ text: value.trim(), bond: bondOf(value) }),
  });

  /** With a secret of two roles the lesser is not made the greater: each role stands on its own references. */
  const bondsNow = (): readonly Omit<SessionKey, 'key'>[] => [
    ...references.flatMap(({ role, reference }) =>
      reference === undefined
        ? []
        : kept
            .all(reference)
            .flatMap(({ kept: { text, bond } }) =>
              text === '' ? [] : [{ role, by: 'secret' as const, bond }],
            ),
    ),
    ...(oidc
      ? (['responder', 'reader'] as const).map((role) => ({
          role,
          by: 'oidc' as const,
          bond: bondOf(`${oidc.issuer}\n${oidc.clientId}`),
        }))
      : []),
  ];
  const keysNow = () =>
    signedBy === undefined
      ? []
      : kept.all(signedBy).filter(({ kept: { text } }) => text.length >= SHORTEST_KEY);

  const verify = async (token: string): Promise<SessionCheck | { readonly kind: 'unavailable' }> => {
    const keys = keysNow();
    const bonds = bondsNow();
    const candidates = keys.flatMap(({ kept: { text }, version }) =>
      bonds.map((bond) => ({ ...bond, key: text, version })),
    );
    const check = await verifySession(candidates, token, clock.now());
    const version = check.kind === 'valid' ? candidates[check.by]?.version : undefined;
    if (signedBy !== undefined && version !== undefined)
      await noteUse?.('session', { reference: signedBy, version });
    return check;
  };

  const sign = async (
    { role, by, name }: Pick<SessionClaim, 'role' | 'by' | 'name'>,
    isMadeWith: (bond: string) => boolean,
  ): Promise<Made> => {
    await kept.refresh();
    if (signedBy === undefined) return { kind: 'not-configured' };
    const key = keysNow()[0]?.kept.text;
    if (key === undefined) return { kind: kept.isAnyUnread() ? 'unavailable' : 'not-configured' };
    const bond = bondsNow().find((one) => one.role === role && one.by === by && isMadeWith(one.bond))?.bond;
    if (bond === undefined) return { kind: 'unavailable' };
    const expiresAt = Math.ceil(clock.now() / 1_000 + sessionHours * HOUR_S);
    const claim: SessionClaim = { role, by, name, expiresAt };
    return { kind: 'made', token: await signSession({ key, role, by, bond }, claim), claim };
  };

  const signersFor = (domain: string): readonly Signer[] =>
    keysNow().map(({ kept: { text } }) => ({ key: text, domain: `claywatch ${domain}\n`, macBytes: 32 }));

  return {
    /** Whether there is anything to sign sessions with. */
    isConfigured: signedBy !== undefined,
    /** Signs another short text with the same key; undefined: there is no key, or it cannot be read. */
    signed: async (domain: string, payload: string): Promise<string | undefined> => {
      await kept.refresh();
      const signer = signersFor(domain)[0];
      return signer && signText(signer, payload);
    },
    /** What was signed so; null: it was not. */
    opened: async (domain: string, text: string): Promise<string | null> => {
      await kept.refresh();
      return (await openSigned(signersFor(domain), text, LONGEST_SIGNED))?.payload ?? null;
    },
    /** The same for the same text, and nobody without the key can tell which. */
    pseudonymOf: async (text: string): Promise<string> => {
      await kept.refresh();
      return createHmac('sha256', keysNow()[0]?.kept.text ?? NAME)
        .update(`claywatch pseudonym\n${text}`, 'utf8')
        .digest('base64url')
        .slice(0, 22);
    },
    verify: async (token: string): Promise<SessionCheck | { readonly kind: 'unavailable' }> => {
      await kept.refresh();
      const known = await verify(token);
      if (known.kind !== 'invalid') return known;
      // It may be of a key or a secret that is newer than what is known here.
      await kept.refreshMissed();
      const again = await verify(token);
      return again.kind === 'invalid' && kept.isAnyUnread() ? { kind: 'unavailable' } : again;
    },
    /** A session for whoever has shown this secret, which was found to be of this role. */
    madeWith: async (
      secret: string,
      claim: { readonly role: Role; readonly name: string },
    ): Promise<Made> => {
      const bond = bondOf(secret);
      const made = await sign({ ...claim, by: 'secret' }, (one) => one === bond);
      if (made.kind !== 'unavailable') return made;
      // Known as a secret already, and here not yet.
      await kept.refreshMissed();
      return sign({ ...claim, by: 'secret' }, (one) => one === bond);
    },
    /** A session for whoever the identity provider has named. */
    madeByProvider: (claim: { readonly role: Role; readonly name: string }): Promise<Made> =>
      sign({ ...claim, by: 'oidc' satisfies SignedInBy }, () => true),
  };
};

export type Sessions = ReturnType<typeof createSessions>;
