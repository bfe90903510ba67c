import type { Cause } from '../cause.ts';

/** For each cause: what would have to be seen for the verdict to be another one. */
const KNOWN: Readonly<Record<Cause, readonly string[]>> = {
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
  'webhook.limit-approaching': [
    'A recount that is lower (npx claywatch webhook recount).',
    'A standby webhook with room makes it less urgent.',
    'The count at the limit, or a 403 with the limit text, makes it webhook.limit-reached.',
  ],
  'table.full': [
    'Rows sent beyond the ceiling coming back: then rows were deleted from the table.',
    'Far fewer rows in the table by count would make the silence enrichment.stalled.',
  ],
  'webhook.gone': [
    'Any answer but 404 from the webhook.',
    'Where its URL is malformed: a secret that holds the whole URL.',
  ],
  'webhook.unauthorized': [
    'A 403 that carries the limit text would make it webhook.limit-reached.',
    'A 2xx to a submission ends it.',
  ],
  'webhook.rejecting': ['A 2xx to the same row.'],
  'webhook.rate-limited': ['Submissions accepted without a 429.'],
  'credits.exhausted': ['A balance above zero, and enriched rows coming back.'],
  'actions.exhausted': [
    'An action balance above zero (a plan change or the next cycle), and enriched rows coming back.',
  ],
  'credits.running-out': [
    'A forecast that the balance lasts until the next refill; without a forecast, a balance above the warning level.',
    'A balance of zero makes it credits.exhausted.',
  ],
  'actions.running-out': ['A new cycle or a larger plan.', 'A balance of zero makes it actions.exhausted.'],
  'credits.burn-spike': [
    'A burn below the limit and near what is usual at this hour, over the whole window.',
    'The same records entering again and again makes it an effect of rows.looping.',
  ],
  'rows.looping': ['Each record entering a few times an hour at most.'],
  'rows.lost': [
    'The missing rows coming back, or the rows of the last hours all coming back.',
    'No row coming back at all makes it enrichment.stalled.',
    'A table near its ceiling makes it table.full.',
  ],
  'enrichment.stalled': [
    'Callbacks arriving again.',
    'A table near its ceiling makes it table.full; used-up credits, a webhook that takes nothing in or a callback endpoint that is down explain it.',
  ],
  'enrichment.all-empty': [
    'Any provider finding rows again, in any feed.',
    'The row of a company that was found before coming back filled: then the rows changed, and it is enrichment.low-hit-rate.',
    'Values in the table that are missing in the callback: then the body of the HTTP API column changed.',
  ],
  'enrichment.slow': [
    '95 % of the rows coming back within the limit again.',
    'Nothing coming back at all makes it enrichment.stalled.',
  ],
  'enrichment.low-hit-rate': [
    'More of the rows found, over a sample that is large enough.',
    'Nothing found any more by any provider, in every feed, makes it enrichment.all-empty.',
    'One provider failing instead of not knowing makes it provider.failing.',
  ],
  'provider.failing': [
    'The provider answering its probe, or its rows no longer failing.',
    'A 429 from it makes it provider.rate-limited.',
  ],
  'provider.rate-limited': ['Answers, and rows, without a 429.'],
  'crm.sync-failing': ['The CRM answering its probe as its conditions say, or its column no longer failing.'],
  'callback.unreachable': ['Any answer below 500 other than 404 from the callback endpoint.'],
  'callback.failing': [
    'The callback endpoint answering as its conditions say, in time.',
    'Callbacks that can be read.',
  ],
  'api-key.invalid': [
    'GET /me answering 200 with the key.',
    'A 403 instead of the 401 makes it api-key.forbidden.',
  ],
  'api-key.forbidden': ['GET /me and the balance both answering 200 with the key.'],
  'api.rate-limited': ['GET /me answering without a 429.'],
  'secret.rotation-failed': [
    'A rotation of the secret that ends without an error.',
    'Another error than a denied permission makes it a fault of the rotation itself.',
  ],
  'secret.rotated': ['The new secret seen in use by everybody who used the old one.'],
  drill: ['The end of the drill: somebody, or its time.'],
  'own.unhealthy': [
    'The endpoint answering as its conditions say; every message to people taken by somebody.',
    'Clay down at the same time makes it an effect of clay.outage.',
  ],
  'monitoring.gap': ['An answer that can be read, whatever it says.'],
};

export const WOULD_CHANGE: Readonly<Partial<Record<Cause, readonly string[]>>> = KNOWN;
