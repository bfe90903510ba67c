import { describe, expect, it } from 'vitest';
import { CAUSE_IDS, type Cause } from '../../shared/cause.ts';
import { configSchema } from '../../shared/config/schema.ts';
import { DECISION_TREE } from '../../shared/diagnose/tree.ts';
import { SURFACES } from '../../shared/observe/findings.ts';
import { QUESTION_ORDER, QUESTIONS, RUNBOOK } from '../../shared/runbook/index.ts';
import { SEVERITIES } from '../../shared/severity.ts';
import { incidentOf, messageOf } from '../notify/messages.ts';

/** All text of an entry and of the questions that it asks, in lower case. */
const textOf = (cause: Cause): string => {
  const entry = RUNBOOK[cause];
  return JSON.stringify([entry, entry.questions.map((id) => QUESTIONS[id])]).toLowerCase();
};

type Row = readonly [row: string, held: readonly (readonly [Cause, string])[]];

/** The first runbook, line by line: what it says, and the entries that hold it, by their words. */
const FIRST_RUNBOOK: readonly Row[] = [
  ['Step 1: check the Clay status page', [['clay.outage', 'https://status.clay.com']]],
  [
    'Step 1: check error rate metrics',
    [
      ['own.unhealthy', 'error rate'],
      ['own.unhealthy', 'prometheus'],
    ],
  ],
  ['Step 1: check recent pod logs', [['own.unhealthy', 'kubectl logs --since=15m']]],
  [
    'Step 2: Clay API errors and a Clay incident: wait and enable fallback',
    [
      ['clay.outage', 'wait for it'],
      ['clay.outage', 'enable your fallback'],
    ],
  ],
  [
    'Step 2: no Clay incident: check your credentials and config',
    [
      ['clay.degraded', 'declares no incident, look at our side'],
      ['api-key.invalid', 'verify the api key in your secrets'],
      ['own.unhealthy', 'check credentials and configuration'],
    ],
  ],
  [
    'Step 2: no API errors but your service is unhealthy: investigate infrastructure',
    [['own.unhealthy', 'kubectl describe pod']],
  ],
  ['Step 3: 401/403: verify API key in secrets', [['api-key.invalid', 'verify the api key in your secrets']]],
  [
    'Step 3: 401/403: update if rotated',
    [
      ['api-key.invalid', 'if it was rotated, update the secret'],
      ['api-key.forbidden', 'update the secret'],
    ],
  ],
  ['Step 3: 401/403: restart pods', [['api-key.invalid', 'kubectl rollout restart']]],
  [
    'Step 3: 429: check rate limit headers',
    [
      ['webhook.rate-limited', 'retry-after'],
      ['api.rate-limited', 'x-ratelimit-remaining'],
    ],
  ],
  [
    'Step 3: 429: enable request queuing',
    [
      ['webhook.rate-limited', 'enable queuing'],
      ['api.rate-limited', 'enable queuing'],
    ],
  ],
  [
    'Step 3: 500/503: enable graceful degradation',
    [
      ['clay.outage', 'graceful degradation'],
      ['clay.degraded', 'graceful degradation'],
      ['webhook.intake-failing', 'graceful degradation'],
    ],
  ],
  ['Step 3: 500/503: monitor Clay status', [['webhook.intake-failing', 'keep an eye on the status page']]],
  [
    "Error: can't reach status page, network issue: use mobile or VPN",
    [
      ['monitoring.gap', 'a mobile phone on its own network, or a vpn'],
      ['clay.outage', 'a mobile network or a vpn'],
    ],
  ],
  [
    'Error: kubectl fails, auth expired: re-authenticate',
    [
      ['own.unhealthy', 'if kubectl fails, your login has expired: authenticate again'],
      ['callback.unreachable', 'if kubectl fails, log in again'],
    ],
  ],
  [
    'Error: metrics unavailable, Prometheus down: check backup metrics',
    [
      ['monitoring.gap', 'check the backup metrics'],
      ['own.unhealthy', 'metrics are unavailable, use the backup'],
    ],
  ],
  [
    'Error: secret rotation fails, permission denied: escalate to admin',
    [['secret.rotation-failed', 'permission denied: escalate to an administrator']],
  ],
  ['Resources: Clay status page', [['clay.degraded', 'https://status.clay.com']]],
  ['Resources: Clay support', [['clay.degraded', 'clay > chat icon']]],
];

/** The second runbook, likewise. */
const SECOND_RUNBOOK: readonly Row[] = [
  [
    'Triage: webhook 404: URL invalid or expired',
    [['webhook.gone', 'answers 404: the webhook or its table was deleted, or the url is incomplete']],
  ],
  ['Triage: webhook 429: rate limited', [['webhook.rate-limited', 'clay answers 429']]],
  ['Triage: API 401: key invalid or expired', [['api-key.invalid', 'clay answers 401']]],
  [
    'Triage: API 403: not on the plan, or key revoked',
    [['api-key.forbidden', 'the key was revoked or the workspace may not use the api']],
  ],
  [
    'Triage: POST /v1/people/enrich as the API test (dead)',
    [
      ['api-key.invalid', '/v1/people/enrich: it is dead'],
      ['api-key.invalid', 'get /me is the test'],
    ],
  ],
  ['Triage: callback endpoint unreachable', [['callback.unreachable', 'does not answer from outside']]],
  [
    'Tree: red error cells? click cells, read error messages',
    [
      ['enrichment.stalled', 'look for red error cells; click them and read the message'],
      ['crm.sync-failing', 'click the red cells'],
    ],
  ],
  [
    'Tree: auto-run enabled? (Table Settings > Auto-update)',
    [
      ['enrichment.stalled', 'table settings > auto-update'],
      ['enrichment.stalled', 'enable it at table level first, then at column level'],
    ],
  ],
  [
    'Tree: credits remaining? (Settings > Plans & Billing); add credits or connect own keys, P1',
    [
      ['enrichment.stalled', 'settings > plans & billing'],
      ['enrichment.stalled', 'that is a p1'],
      ['credits.exhausted', 'add a credit pack'],
      ['credits.exhausted', 'connect your own provider api keys'],
    ],
  ],
  [
    'Tree: webhook accepting data? re-create it (50K limit may be hit), P1',
    [
      ['enrichment.stalled', 'is the webhook accepting rows?'],
      ['webhook.limit-reached', 'create a new webhook'],
    ],
  ],
  ['Tree: otherwise likely provider-side', [['enrichment.stalled', 'the fault is likely at a provider']]],
  [
    'Tree: check individual providers in Settings > Connections',
    [['enrichment.stalled', 'settings > connections > the provider']],
  ],
  [
    'Tree: provider connection lost: reconnect API key',
    [
      ['provider.failing', 'connection lost: reconnect it with a valid api key'],
      ['enrichment.stalled', 'connection lost: reconnect it'],
    ],
  ],
  [
    'Tree: provider rate limited: wait or switch',
    [
      ['provider.rate-limited', 'wait, if it is a short peak'],
      ['provider.rate-limited', 'switch to a different provider'],
    ],
  ],
  [
    'Credits exhausted 1: check the balance',
    [['credits.exhausted', 'settings > plans & billing > credit balance']],
  ],
  ['Credits exhausted 2: connect own keys (0 credits)', [['credits.exhausted', 'use 0 data credits']]],
  [
    'Credits exhausted 3: credit pack or upgrade',
    [['credits.exhausted', 'add a credit pack, turn on auto top-up, or upgrade']],
  ],
  ['Credits exhausted 4: set credit burn alerts', [['credits.exhausted', 'set credit burn alerts']]],
  [
    'Webhook limit 1: Table > + Add > Webhooks, does it show "limit reached"?',
    [
      ['webhook.limit-reached', 'table > + add > webhooks > the existing webhook'],
      ['webhook.limit-reached', 'does the existing webhook show \\"limit reached\\"'],
    ],
  ],
  [
    'Webhook limit 2: create a new webhook on the same table',
    [['webhook.limit-reached', 'use the same table']],
  ],
  [
    'Webhook limit 3: change CLAY_WEBHOOK_URL in all deployment secrets',
    [['webhook.limit-reached', 'clay_webhook_url in all deployment secrets']],
  ],
  [
    'Webhook limit 4: send a test payload',
    [['webhook.limit-reached', 'send one test row to the new webhook url']],
  ],
  [
    'Low hit rate 1: sample 10 rows, are domains valid?',
    [['enrichment.low-hit-rate', 'sample 10 rows: are the input domains valid?']],
  ],
  ['Low hit rate 2: providers connected?', [['enrichment.low-hit-rate', 'settings > connections']]],
  [
    'Low hit rate 3: pre-filter invalid rows, reconnect providers',
    [
      ['enrichment.low-hit-rate', 'pre-filter rows'],
      ['enrichment.low-hit-rate', 'reconnect it'],
    ],
  ],
  [
    'Low hit rate 4: track the hit rate for the next hour',
    [['enrichment.low-hit-rate', 'watch the hit rate for the next hour']],
  ],
  [
    'CRM 1: HTTP API column errors (click red cells)',
    [['crm.sync-failing', 'http api or crm column: click the red cells']],
  ],
  [
    'CRM 2: CRM API key expired: regenerate, update in column config',
    [['crm.sync-failing', 'regenerate it in the crm and update it in clay']],
  ],
  [
    'CRM 3: field mapping changed: update the column body JSON',
    [['crm.sync-failing', 'the field mapping changed. update the json body']],
  ],
  [
    'CRM 4: run the HTTP API column on a single row manually',
    [['crm.sync-failing', 'running the http api column on a single row by hand']],
  ],
  [
    "Error: can't access Clay dashboard: incognito, different browser, or mobile",
    [
      ['clay.outage', 'an incognito window, a different browser, or a mobile phone'],
      ['monitoring.gap', 'an incognito window'],
    ],
  ],
  [
    'Error: webhook test returns nothing: re-copy the full URL',
    [['webhook.gone', 'copy the full url from the clay table again']],
  ],
  [
    'Error: all providers returning empty: contact Clay support at community.clay.com',
    [
      ['enrichment.low-hit-rate', 'account-level issue'],
      ['provider.failing', 'https://community.clay.com'],
      ['enrichment.stalled', 'please check our account for a block'],
    ],
  ],
  [
    'Error: CRM pushing wrong data: re-map body fields',
    [['crm.sync-failing', 'the column references changed. re-map the body fields']],
  ],
  ['Resources: Clay Community Support', [['clay.outage', 'https://community.clay.com']]],
];

/** What neither runbook knows and clay-facts does: it must not get lost again. */
const FACTS: readonly Row[] = [
  [
    'A second webhook on a full table does not help',
    [
      ['table.full', 'a second webhook on a full table does not help'],
      ['webhook.limit-reached', 'a second webhook on it does not help'],
    ],
  ],
  ['A full table stops silently', [['table.full', 'silently']]],
  [
    'Deleting rows does not lower the lifetime count',
    [['webhook.limit-reached', 'deleting rows does not lower']],
  ],
  ['The limit is a 403 with a text', [['webhook.limit-reached', 'record limit reached for webhook']]],
  [
    'Actions cannot be topped up',
    [
      ['actions.exhausted', 'actions cannot be topped up'],
      ['actions.running-out', 'cannot be topped up'],
    ],
  ],
  [
    '429 rows are dropped, 10 a second per workspace',
    [
      ['webhook.rate-limited', 'it drops these rows; it neither queues nor retries'],
      ['webhook.rate-limited', '10 requests per second'],
    ],
  ],
  [
    'A 200 is final, and Clay has no replay',
    [
      ['clay.outage', 'clay has no replay'],
      ['clay.outage', 'a 200 alone only says that the row was accepted'],
    ],
  ],
  [
    'A probe POST is a real row',
    [
      ['webhook.limit-reached', 'it is a real row'],
      ['webhook.limit-approaching', '174 days'],
    ],
  ],
  [
    'Refunds need workspace, table and credits',
    [
      ['credits.burn-spike', 'the name of the workspace, the table, and the number of credits used'],
      ['rows.looping', 'refund'],
    ],
  ],
  ['The callback sheds load with 429, never 503', [['callback.unreachable', 'with 429 and never with 503']]],
  [
    'An array becomes one row; 413 over 100 KB',
    [
      ['webhook.rejecting', 'never send an array'],
      ['webhook.rejecting', '100 kb'],
    ],
  ],
  ['A view filter hides rows', [['table.full', 'a filter of the view hides rows']]],
  ['The balance needs the billing role', [['api-key.forbidden', 'billing role']]],
  [
    'A balance above zero does not prove that work resumed',
    [['credits.exhausted', 'a balance above zero, which alone does not prove']],
  ],
  ['Stale rows do not run by themselves', [['enrichment.stalled', 'run empty or out-of-date rows']]],
  ['Unreadable is unknown', [['monitoring.gap', 'never as fine, never as down']]],
  [
    'AWSPENDING blocks later rotations',
    [['secret.rotation-failed', 'awspending blocks every later rotation']],
  ],
];

const cases = (rows: readonly Row[]) =>
  rows.flatMap(([row, held]) => held.map(([cause, words]) => ({ row, cause, words })));

describe('the runbook', () => {
  it('has an entry for every cause', () => {
    expect(Object.keys(RUNBOOK).sort()).toEqual([...CAUSE_IDS].sort());
  });

  it.each(cases(FIRST_RUNBOOK))('holds of the first runbook "$row" in $cause: $words', ({ cause, words }) => {
    expect(textOf(cause)).toContain(words);
  });

  it.each(cases(SECOND_RUNBOOK))(
    'holds of the second runbook "$row" in $cause: $words',
    ({ cause, words }) => {
      expect(textOf(cause)).toContain(words);
    },
  );

  it.each(cases(FACTS))('holds the fact "$row" in $cause: $words', ({ cause, words }) => {
    expect(textOf(cause)).toContain(words);
  });
});

/** Lines of the runbooks that are a feature of the product instead of an entry. */
describe('what the runbooks ask of the product', () => {
  const tree = DECISION_TREE.map(({ id }) => id);
  const mail = messageOf(incidentOf('webhook.limit-reached')).emailText;
  const config = configSchema.parse({});

  it.each([
    ['status page', 'clay-status'],
    ['integration health endpoint', 'integration'],
    ['clay.com', 'clay-web'],
    ['webhook test', 'webhook'],
    ['API test', 'clay-key'],
    ['callback endpoint', 'callback'],
    ['error rate metrics and any other endpoint, as a probe with conditions', 'service'],
  ])('quick triage checks the %s', (_what, surface) => {
    expect(SURFACES).toContain(surface);
  });

  it.each([
    ['red error cells?', 'cells-clean'],
    ['auto-run?', 'auto-run-on'],
    ['credits remaining?', 'credits-left'],
    ['webhook accepting data?', 'webhook-accepts'],
    ['individual providers?', 'providers-pass'],
    ['connections?', 'connections-up'],
    ['API errors?', 'clay-answers'],
    ['credentials?', 'key-accepted'],
    ['own service unhealthy?', 'integration-healthy'],
  ])('the decision tree asks: %s', (_what, id) => {
    expect(tree).toContain(id);
  });

  it('asks the manual questions in the order of the tree, with clicks and what each answer leads to', () => {
    expect(QUESTION_ORDER).toEqual(['red-cells', 'auto-run', 'credits', 'connections']);
    expect(Object.keys(QUESTIONS).sort()).toEqual([...QUESTION_ORDER].sort());
    for (const id of QUESTION_ORDER) {
      expect(QUESTIONS[id].id).toBe(id);
      expect(QUESTIONS[id].where).toContain(' > ');
      expect(QUESTIONS[id].ifYes.length).toBeGreaterThan(30);
      expect(QUESTIONS[id].ifNo.length).toBeGreaterThan(30);
    }
  });

  it('has the four severities with the response times of both runbooks', () => {
    expect(SEVERITIES).toEqual(['P1', 'P2', 'P3', 'P4']);
    expect(config.incidents.respondWithinMinutes).toEqual({ P1: 15, P2: 60, P3: 240 });
  });

  it.each([
    'Severity: P1',
    'Time detected: ',
    'Impact: ',
    'Affected: ',
    'Current Status: ',
    'Actions Taken',
    'Next Update: ',
    'Root Cause: ',
    'Resolution: ',
    'Prevention:',
  ])('sends the line "%s" of the communication template', (line) => {
    expect(mail).toMatch(new RegExp(`^${line}`, 'm'));
  });

  it('has a user-facing sentence for an external status page, which names no vendor', () => {
    expect(mail).toContain('FOR AN EXTERNAL STATUS PAGE');
    for (const cause of CAUSE_IDS) expect(RUNBOOK[cause].publicImpact).not.toMatch(/clay|webhook|credit/i);
  });

  it.each([
    'Incident date: ',
    'Duration: ',
    'Severity: ',
    'Impact: ',
    'Root cause: ',
    'Detection: ',
    'Resolution: ',
    'Credits lost: ',
    'Prevention: ',
  ])('prepares the line "%s" of the postmortem template when it is resolved', (line) => {
    const resolved = messageOf(incidentOf('webhook.limit-reached'), { transition: 'resolved' }).emailText;
    expect(resolved.split('FOR THE POSTMORTEM')[1]).toMatch(new RegExp(`^ {2}${line}`, 'm'));
  });
});
