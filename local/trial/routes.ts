import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { type Clock, isoInstant } from '../../shared/clock.ts';
import type { GatewayRoute } from '../http-gateway.ts';
import { isOwnName } from '../programs-only.ts';
import { TRIAL_FAULTS } from './faults.ts';
import type { TrialResponse } from './shape.ts';

export interface TrialOptions {
  /** Where the simulated Clay is, without a slash at its end. */
  readonly clayUrl: string;
  readonly lookEverySeconds: number;
  readonly clock: Pick<Clock, 'now'>;
  readonly fetch?: typeof fetch;
}

const PATIENCE_MS = 5_000;

const answer = (statusCode: number, body: unknown): APIGatewayProxyStructuredResultV2 => ({
  statusCode,
  headers: { 'content-type': 'application/json', 'cache-control': 'no-store' },
  body: JSON.stringify(body),
});

const refusal = (statusCode: number, detail: string) => answer(statusCode, { status: statusCode, detail });

/**
 * Whether the console of this machine asks, or a program, and not a page of some stranger's that a browser here shows:
 * such a page cannot set the header without asking first, and nobody answers that question.
 */
const isOurs = ({ headers }: APIGatewayProxyEventV2): boolean => {
  const { host = '', origin } = headers;
  return (
    headers['x-claywatch-console'] === '1' &&
    isOwnName(host) &&
    (origin === undefined || origin === `http://${host}`)
  );
};

const wanted = ({ body, isBase64Encoded }: APIGatewayProxyEventV2): boolean | null => {
  try {
    const text = isBase64Encoded ? Buffer.from(body ?? '', 'base64').toString('utf8') : (body ?? '');
    const { on } = JSON.parse(text) as { readonly on?: unknown };
    return typeof on === 'boolean' ? on : null;
  } catch {
    return null;
  }
};

/** Which faults the simulated Clay has on. Rejects when it does not answer. */
const faultsOn = async ({ clayUrl, fetch: ask = fetch }: TrialOptions): Promise<ReadonlySet<string>> => {
  const reply = await ask(`${clayUrl}/_faults`, { signal: AbortSignal.timeout(PATIENCE_MS) });
  const { faults } = (await reply.json()) as {
    readonly faults: readonly { readonly name: string; readonly on: unknown }[];
  };
  return new Set(faults.filter(({ on }) => Boolean(on)).map(({ name }) => name));
};

const show = async (options: TrialOptions): Promise<TrialResponse> => {
  const on = await faultsOn(options);
  return {
    at: isoInstant(options.clock.now()),
    clay: options.clayUrl,
    look_every_seconds: options.lookEverySeconds,
    faults: TRIAL_FAULTS.map(({ id, title, whatHappens }) => ({
      ...{ id, title },
      what_happens: whatHappens,
      on: on.has(id),
    })),
  };
};

/**
 * What the guided drill of the console needs of this machine: `GET /trial`, and `POST /trial/faults/{id}` with
 * `{"on": true}`. They reach the simulated Clay only, are served here alone, and are nowhere else.
 */
export const trialRoutes = (options: TrialOptions): readonly GatewayRoute[] => {
  const guarded =
    (serve: (event: APIGatewayProxyEventV2) => Promise<APIGatewayProxyStructuredResultV2>) =>
    async (event: APIGatewayProxyEventV2) => {
      if (!isOurs(event)) return refusal(403, 'Only the console of this machine may ask.');
      try {
        return await serve(event);
      } catch {
        return refusal(502, `The simulated Clay at ${options.clayUrl} does not answer.`);
      }
    };
  return [
    { route: 'GET /trial', invoke: guarded(async () => answer(200, await show(options))) },
    {
      route: 'POST /trial/faults/{id}',
      invoke: guarded(async (event) => {
        const id = event.pathParameters?.id ?? '';
        if (!TRIAL_FAULTS.some((fault) => fault.id === id))
          return refusal(404, `The faults are ${TRIAL_FAULTS.map((fault) => fault.id).join(', ')}.`);
        const on = wanted(event);
        if (on === null) return refusal(400, 'The body is {"on": true} or {"on": false}.');
        const { clayUrl, fetch: ask = fetch } = options;
        const reply = await ask(`${clayUrl}/_faults/${id}`, {
          method: on ? 'PUT' : 'DELETE',
          ...(on && { body: '{}', headers: { 'content-type': 'application/json' } }),
          signal: AbortSignal.timeout(PATIENCE_MS),
        });
        if (!reply.ok) return refusal(502, `The simulated Clay answered ${reply.status}.`);
        return answer(200, await show(options));
      }),
    },
  ];
};
