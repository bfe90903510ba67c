import { createHash, randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose';

interface Grant {
  readonly nonce: string;
  readonly challenge: string;
  readonly redirectUri: string;
  readonly clientId: string;
}

/** What is wrong with a provider, for one test. */
export interface Faults {
  /** Changes the claims before they are signed. */
  claims?: (claims: JWTPayload) => JWTPayload;
  /** Signs with a key that it does not publish. */
  signedByAnother?: boolean;
  /** Answers every request with this status. */
  status?: number;
}

export interface OidcServer extends AsyncDisposable {
  readonly issuer: string;
  /** Whoever signs in next. */
  claims: Record<string, unknown>;
  faults: Faults;
  /** Of requests, without their queries. */
  readonly requests: string[];
  /** What a person's browser does with the address that it was sent to: the query that it comes back with. */
  visit(url: string): Promise<string>;
}

export const CLIENT = { id: 'claywatch-test', secret: 'fake-client-secret-0123456789' } as const;

const json = (response: ServerResponse, status: number, body: unknown): void => {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
};

const credentialsIn = (request: IncomingMessage, form: URLSearchParams): readonly [string, string] => {
  const [, basic] = /^Basic (.+)$/.exec(request.headers.authorization ?? '') ?? [];
  if (basic === undefined) return [form.get('client_id') ?? '', form.get('client_secret') ?? ''];
  const [id = '', secret = ''] = Buffer.from(basic, 'base64').toString().split(':').map(decodeURIComponent);
  return [id, secret];
};

/**
 * A small OpenID provider: discovery, authorization code with PKCE (S256 only), RS256. It speaks HTTP on this machine, and
 * checks what a provider checks.
 */
export const startOidcServer = async (
  methods: readonly string[] = ['client_secret_post'],
): Promise<OidcServer> => {
  const keys = await generateKeyPair('RS256', { extractable: true });
  const others = await generateKeyPair('RS256', { extractable: true });
  const grants = new Map<string, Grant>();
  const state: Pick<OidcServer, 'claims' | 'faults'> = { claims: {}, faults: {} };
  const requests: string[] = [];
  let issuer = '';

  const authorize = (query: URLSearchParams, response: ServerResponse): void => {
    const code = randomUUID();
    grants.set(code, {
      nonce: query.get('nonce') ?? '',
      challenge: query.get('code_challenge') ?? '',
      redirectUri: query.get('redirect_uri') ?? '',
      clientId: query.get('client_id') ?? '',
    });
    const back = new URL(query.get('redirect_uri') ?? '');
    back.searchParams.set('code', code);
    back.searchParams.set('state', query.get('state') ?? '');
    back.searchParams.set('iss', issuer);
    response.writeHead(302, { location: back.href }).end();
  };

  const token = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const form = new URLSearchParams(await text(request));
    const [id, secret] = credentialsIn(request, form);
    const grant = grants.get(form.get('code') ?? '');
    grants.delete(form.get('code') ?? '');
    const challenge = createHash('sha256')
      .update(form.get('code_verifier') ?? '')
      .digest('base64url');
    if (id !== CLIENT.id || secret !== CLIENT.secret) return json(response, 401, { error: 'invalid_client' });
    if (grant?.challenge !== challenge || grant.redirectUri !== form.get('redirect_uri'))
      return json(response, 400, { error: 'invalid_grant' });
    const now = Math.floor(Date.now() / 1_000);
    const claims: JWTPayload = {
      ...{ iss: issuer, aud: grant.clientId, iat: now, exp: now + 300, nonce: grant.nonce },
      ...{ sub: 'person-1', ...state.claims },
    };
    const idToken = await new SignJWT(state.faults.claims?.(claims) ?? claims)
      .setProtectedHeader({ alg: 'RS256', kid: 'one' })
      .sign(state.faults.signedByAnother ? others.privateKey : keys.privateKey);
    json(response, 200, { access_token: randomUUID(), token_type: 'Bearer', id_token: idToken });
  };

  const server = createServer(async (request, response) => {
    const url = new URL(request.url ?? '/', issuer);
    requests.push(`${request.method} ${url.pathname}`);
    if (state.faults.status !== undefined) return json(response, state.faults.status, {});
    switch (url.pathname) {
      case '/.well-known/openid-configuration':
        return json(response, 200, {
          ...{ issuer, authorization_endpoint: `${issuer}/authorize`, token_endpoint: `${issuer}/token` },
          ...{ jwks_uri: `${issuer}/keys`, response_types_supported: ['code'] },
          ...{ subject_types_supported: ['public'], id_token_signing_alg_values_supported: ['RS256'] },
          authorization_response_iss_parameter_supported: true,
          token_endpoint_auth_methods_supported: methods,
        });
      case '/keys':
        return json(response, 200, {
          keys: [{ ...(await exportJWK(keys.publicKey)), kid: 'one', alg: 'RS256', use: 'sig' }],
        });
      case '/authorize':
        if (url.searchParams.get('code_challenge_method') !== 'S256') return json(response, 400, {});
        return authorize(url.searchParams, response);
      case '/token':
        return token(request, response);
      default:
        return json(response, 404, {});
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  return Object.assign(state, {
    issuer,
    requests,
    visit: async (url: string): Promise<string> => {
      const response = await fetch(url, { redirect: 'manual' });
      return new URL(response.headers.get('location') ?? '').search.slice(1);
    },
    [Symbol.asyncDispose]: () =>
      new Promise<void>((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  });
};
