import type { Cause } from '../cause.ts';

/** For each cause that can be diagnosed: what would have to be seen for the verdict to be another one. */
export const WOULD_CHANGE: Readonly<Partial<Record<Cause, readonly string[]>>> = {
  'clay.outage': [
    'Any answer below 500 from the API host or the web app makes it clay.degraded.',
    'No independent host answering either makes it a fault of our own network.',
  ],
  'clay.degraded': [
    'API host and web app both down makes it clay.outage.',
    'Every surface answering in time and a readable status page without an incident ends it.',
  ],
  'webhook.intake-failing': [
    'A 2xx to a submission ends it.',
    'API host and web app down too makes it clay.outage.',
  ],
  'webhook.limit-reached': [
    'A 403 without the limit text would make it webhook.unauthorized.',
    'A 2xx to a submission ends it.',
  ],
  'webhook.gone': ['Any answer but 404 from the webhook.'],
  'webhook.unauthorized': [
    'A 403 that carries the limit text would make it webhook.limit-reached.',
    'A 2xx to a submission ends it.',
  ],
  'webhook.rejecting': ['A 2xx to the same row.'],
  'webhook.rate-limited': ['Submissions accepted without a 429.'],
  'credits.exhausted': ['A balance above zero, and enriched rows coming back.'],
  'actions.exhausted': ['An action balance above zero: a plan change or the next cycle.'],
  'credits.running-out': [
    'A refill above the warning level.',
    'A balance of zero makes it credits.exhausted.',
  ],
  'actions.running-out': ['A new cycle or a larger plan.', 'A balance of zero makes it actions.exhausted.'],
  'enrichment.stalled': ['Callbacks arriving again.'],
  'provider.failing': ['The provider answering its probe.', 'A 429 from it makes it provider.rate-limited.'],
  'provider.rate-limited': ['Answers without a 429.'],
  'crm.sync-failing': ['The CRM answering its probe as its conditions say.'],
  'callback.unreachable': ['Any answer below 500 other than 404 from the callback endpoint.'],
  'callback.failing': ['The callback endpoint answering as its conditions say, in time.'],
  'api-key.invalid': [
    'GET /me answering 200 with the key.',
    'A 403 instead of the 401 makes it api-key.forbidden.',
  ],
  'api-key.forbidden': ['GET /me and the balance both answering 200 with the key.'],
  'api.rate-limited': ['GET /me answering without a 429.'],
  'own.unhealthy': [
    'The endpoint answering as its conditions say.',
    'Clay down at the same time makes it an effect of clay.outage.',
  ],
  'monitoring.gap': ['An answer that can be read, whatever it says.'],
};
