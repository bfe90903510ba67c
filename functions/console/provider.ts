import * as client from 'openid-client';
import type { Clock } from '../../shared/clock.ts';
import type { Config } from '../../shared/config/schema.ts';
import type { SecretReader } from '../../shared/config/secret-reference.ts';
import type { Role } from '../../shared/session/token.ts';

export type ProviderConfig = NonNullable<Config['console']['oidc']>;

export interface ProviderOptions {
  readonly oidc: ProviderConfig;
  /** Where people are sent back: of the configuration, never of a request. */
  readonly redirectUri: string;
  readonly secrets: Pick<SecretReader, 'read'>;
  readonly clock: Pick<Clock, 'now'>;
}

/** What a sign-in that was begun must be ended with. */
export interface Flow {
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
}

/** Whom the provider has named; role null: somebody who may do nothing here. */
export interface Named {
  readonly role: Role | null;
  readonly name: string;
}

/** What the provider says of itself is asked for again after so long, ms. */
const DESCRIBED_MS = 60 * 60_000;
const ANSWER_WITHIN_S = 5;
const CLOCKS_APART_S = 30;

/** Post where the provider says that it takes it, basic otherwise, which every one takes (RFC 6749 section 2.3.1). */
const authentication = (secret: string): client.ClientAuth => {
  const [post, basic] = [client.ClientSecretPost(secret), client.ClientSecretBasic(secret)];
  return (server, ...rest) =>
    (server.token_endpoint_auth_methods_supported?.includes('client_secret_post') ? post : basic)(
      server,
      ...rest,
    );
};

const textsIn = (claim: unknown): readonly string[] =>
  (Array.isArray(claim) ? claim : [claim]).filter((one) => typeof one === 'string');

/** What a person's claims allow: the greater of two roles. */
export const roleIn = (
  claims: Readonly<Record<string, unknown>>,
  { roleClaim, responders, readers }: Pick<ProviderConfig, 'roleClaim' | 'responders' | 'readers'>,
): Role | null => {
  const values = Object.hasOwn(claims, roleClaim) ? textsIn(claims[roleClaim]) : [];
  if (values.some((value) => responders.includes(value))) return 'responder';
  return values.some((value) => readers.includes(value)) ? 'reader' : null;
};

const nameIn = (claims: Readonly<Record<string, unknown>>, nameClaim: string): string =>
  [nameClaim, 'name', 'preferred_username', 'email', 'sub']
    .map((claim) => (Object.hasOwn(claims, claim) ? claims[claim] : undefined))
    .find((value): value is string => typeof value === 'string' && value.trim() !== '') ?? '';

/**
 * Sign-in by an identity provider: authorization code with PKCE, state and nonce (OpenID Connect Core 1.0). The ID token
 * must be signed by the provider, although it comes over TLS from it. Only the issuer of the configuration is ever asked,
 * and what it names.
 */
export const createProvider = ({ oidc, redirectUri, secrets, clock }: ProviderOptions) => {
  let described:
    | { readonly at: number; readonly secret: string; readonly of: Promise<client.Configuration> }
    | undefined;

  const describe = async (): Promise<client.Configuration> => {
    const secret = (await secrets.read(oidc.clientSecret)).trim();
    const age = clock.now() - (described?.at ?? Number.NEGATIVE_INFINITY);
    if (described && described.secret === secret && age >= 0 && age < DESCRIBED_MS) return described.of;
    const asked = {
      at: clock.now(),
      secret,
      of: client.discovery(
        new URL(oidc.issuer),
        oidc.clientId,
        { client_secret: secret, [client.clockTolerance]: CLOCKS_APART_S },
        authentication(secret),
        {
          timeout: ANSWER_WITHIN_S,
          execute: [
            client.enableNonRepudiationChecks,
            // The configuration takes such an issuer on this machine alone.
            ...(oidc.issuer.startsWith('http:') ? [client.allowInsecureRequests] : []),
          ],
        },
      ),
    };
    described = asked;
    asked.of.catch(() => {
      if (described === asked) described = undefined;
    });
    return asked.of;
  };

  return {
    /** Where to send whoever wants to sign in. Rejects when the provider cannot be asked. */
    begin: async (): Promise<{ readonly url: string; readonly flow: Flow }> => {
      const flow = {
        state: client.randomState(),
        nonce: client.randomNonce(),
        verifier: client.randomPKCECodeVerifier(),
      };
      const url = client.buildAuthorizationUrl(await describe(), {
        redirect_uri: redirectUri,
        scope: oidc.scopes.join(' '),
        code_challenge: await client.calculatePKCECodeChallenge(flow.verifier),
        code_challenge_method: 'S256',
        state: flow.state,
        nonce: flow.nonce,
      });
      return { url: url.href, flow };
    },
    /** Who came back, by the query that they came with. Rejects for a code that is none, and whatever else is not right. */
    end: async (query: string, { state, nonce, verifier }: Flow): Promise<Named> => {
      const tokens = await client.authorizationCodeGrant(
        await describe(),
        new URL(`${redirectUri}?${query}`),
        { expectedState: state, expectedNonce: nonce, pkceCodeVerifier: verifier, idTokenExpected: true },
      );
      const claims: Readonly<Record<string, unknown>> = tokens.claims() ?? {};
      return { role: roleIn(claims, oidc), name: nameIn(claims, oidc.nameClaim) };
    },
  };
};

export type Provider = ReturnType<typeof createProvider>;
