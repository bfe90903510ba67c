import type { Clock } from '../../shared/clock.ts';
import { type ConfigInput, configSchema } from '../../shared/config/schema.ts';
import { ClaywatchError } from '../../shared/errors.ts';
import type { HttpClient, HttpOutcome, HttpRequest, TransportFailure } from '../../shared/http/port.ts';
import type { Observation } from '../../shared/observe/observation.ts';
import { createProbes } from '../../shared/observe/probes/index.ts';
import { createVirtualClock, type VirtualClock } from '../support/virtual-clock.ts';

/** What the network does to one request. */
export interface Reply {
  /** How long the whole exchange takes; cut at the request's timeout, as the real client does. */
  readonly afterMs?: number;
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly truncated?: boolean;
  readonly failure?: TransportFailure;
}

export type Network = (request: HttpRequest, count: number) => Reply;

/** The HTTP port in virtual time: answers as `network` says, and keeps what was asked. */
export const createScriptedHttp = (clock: Clock, network: Network) => {
  const requests: (HttpRequest & { readonly at: number })[] = [];
  const client: HttpClient = async (request, signal): Promise<HttpOutcome> => {
    requests.push({ ...request, at: clock.now() });
    const {
      afterMs = 10,
      status = 200,
      headers = {},
      body = '',
      truncated = false,
      failure,
    } = network(request, requests.length);
    const totalMs = Math.min(afterMs, request.timeoutMs);
    await clock.sleep(totalMs, signal);
    const phases = { totalMs };
    if (afterMs > request.timeoutMs)
      return { kind: 'failure', failure: 'timed-out', detail: 'TIMEOUT', phases };
    if (failure) return { kind: 'failure', failure, detail: 'ETEST', phases };
    return { kind: 'answer', status, headers, body, truncated, phases };
  };
  return { client, requests };
};

/** Secrets of a test, by reference: obviously fake. */
export const SECRETS: Readonly<Record<string, string>> = {
  'env:KEY': 'fake-key-0000',
  'env:TOKEN': 'fake-token-1111',
  'env:HOOK': 'https://api.clay.example/v3/sources/webhook/pull-in-data-from-a-webhook-fake-2222',
  'env:TRUNCATED_HOOK': 'https://api.clay.example/v3/sources/fake-3333',
  'env:EMPTY': ' \n',
  'env:TWO_LINES': 'fake\r\nx-injected: 4444',
};

export interface Rig {
  readonly clock: VirtualClock;
  readonly requests: readonly (HttpRequest & { readonly at: number })[];
  /** Runs one probe to its end. */
  readonly run: (id: string) => Promise<readonly Observation[]>;
  /** Starts one probe; the test moves the clock. */
  readonly start: (id: string, signal?: AbortSignal) => Promise<readonly Observation[]>;
  readonly ids: readonly string[];
}

export const START = Date.parse('2026-11-16T03:00:00Z');

/** The real probes on a scripted network and a virtual clock. */
export const rig = (config: ConfigInput, network: Network, { confirm = true } = {}): Rig => {
  const clock = createVirtualClock(START);
  const http = createScriptedHttp(clock, network);
  const probes = createProbes(configSchema.parse(config), {
    http: http.client,
    clock,
    confirm,
    secrets: {
      read: async (reference) => {
        if (reference === 'env:FORBIDDEN') throw new ClaywatchError('secret.forbidden', 'no', 'ask');
        const value = SECRETS[reference];
        if (value === undefined) throw new ClaywatchError('secret.not-found', 'no', 'make it');
        return value;
      },
    },
  });
  const start: Rig['start'] = (id, signal) => {
    const probe = probes.find((candidate) => candidate.id === id);
    if (!probe) throw new Error(`no probe ${id}, there are ${probes.map((one) => one.id).join(', ')}`);
    return probe.run(signal);
  };
  return {
    clock,
    start,
    requests: http.requests,
    ids: probes.map(({ id }) => id),
    run: (id) => clock.run(start(id)),
  };
};

/** The first observation of a run: the probe's own. */
export const only = async (seen: Promise<readonly Observation[]>): Promise<Observation> => {
  const [first, ...others] = await seen;
  if (!first || others.length > 0) throw new Error(`expected one observation, got ${1 + others.length}`);
  return first;
};
