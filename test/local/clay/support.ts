import type { Answer } from '../../../local/clay/core/answer.ts';
import { type Clay, createClay } from '../../../local/clay/core/clay.ts';
import {
  type ClayOptions,
  DEFAULT_OPTIONS,
  SIMULATED_API_KEY,
  SIMULATED_WEBHOOK_TOKEN,
} from '../../../local/clay/core/options.ts';
import { createVirtualClock, type VirtualClock } from '../../support/virtual-clock.ts';

export const START = Date.UTC(2026, 10, 18, 9);

/** A simulated Clay in virtual time. */
export const simulated = (options: Partial<ClayOptions> = {}): { clay: Clay; clock: VirtualClock } => {
  const clock = createVirtualClock(START);
  return { clay: createClay({ clock, options }), clock };
};

/** The first table, changed. */
export const leadsTable = (change: object): Pick<ClayOptions, 'tables'> => ({
  tables: DEFAULT_OPTIONS.tables.map((table) => (table.id === 'leads' ? { ...table, ...change } : table)),
});

/** The first webhook, changed. */
export const firstWebhook = (change: object): Pick<ClayOptions, 'webhooks'> => ({
  webhooks: DEFAULT_OPTIONS.webhooks.map((webhook) =>
    webhook.id === 'leads-1' ? { ...webhook, ...change } : webhook,
  ),
});

export const get = (clay: Clay, target: string, headers: Record<string, string> = {}): Answer =>
  clay.handle({ method: 'GET', target, headers, body: '' });

export const withKey = { 'clay-api-key': SIMULATED_API_KEY };

interface Sending {
  readonly webhook?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string;
}

const WELL_FORMED = { 'content-type': 'application/json', 'x-clay-webhook-auth': SIMULATED_WEBHOOK_TOKEN };

/** Posts one row, well-formed unless told otherwise. */
export const send = (
  clay: Clay,
  { webhook = 'leads-1', headers = WELL_FORMED, body }: Sending = {},
): Answer =>
  clay.handle({
    method: 'POST',
    target: clay.webhookPath(webhook),
    headers,
    body: body ?? '{"email":"person@example.com"}',
  });

export const statusOf = (answer: Answer): number | string =>
  answer.kind === 'answer' ? answer.status : answer.fault;

export const bodyOf = (answer: Answer): unknown =>
  answer.kind === 'answer' && answer.body !== '' ? JSON.parse(answer.body) : undefined;

export const headerOf = (answer: Answer, name: string): string | undefined =>
  answer.kind === 'answer' ? answer.headers[name] : undefined;

export const webhookState = (clay: Clay, id: string) =>
  clay.state().webhooks.find((webhook) => webhook.id === id);
export const tableState = (clay: Clay, id: string) => clay.state().tables.find((table) => table.id === id);
