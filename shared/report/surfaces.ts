import type { Surface } from '../observe/findings.ts';

/** What is looked at, as people call it, and what to do where no incident says more. */
interface SurfaceWords {
  readonly title: string;
  /** Whether the name of what it is about says more: one of several webhooks, feeds or probes. */
  readonly isNamed: boolean;
  readonly fix: string;
}

const TRIAGE = 'Run npx claywatch triage: it looks at once, and says what to do.';
const BY_INCIDENT = 'Look at the incident that is about it: its runbook says what to do.';

const one = (title: string, fix = BY_INCIDENT): SurfaceWords => ({ title, isNamed: false, fix });
const each = (title: string, fix = BY_INCIDENT): SurfaceWords => ({ title, isNamed: true, fix });

/** Complete by its type. */
export const SURFACE_WORDS: Readonly<Record<Surface, SurfaceWords>> = {
  connectivity: one('Own network', 'Look at the network of the account: security groups, NAT, DNS.'),
  'clay-web': one('Clay web', TRIAGE),
  'clay-app': one('Clay dashboard', TRIAGE),
  'clay-api': one('Clay API host', TRIAGE),
  'clay-key': one(
    'Clay API key',
    'Make a new key in Clay, and put it into the secret that clay.apiKey names.',
  ),
  'clay-balance': one('Clay balance', 'The key must belong to somebody with the billing role in Clay.'),
  credits: one('Data credits', 'Top up, or upgrade: Clay > Settings > Plans & billing.'),
  actions: one('Actions', 'Actions cannot be topped up: only a change of the plan helps.'),
  'clay-status': one(
    'Clay status page',
    'Nothing, unless it lasts: the page turns programs away now and then, and measurements go on without it.',
  ),
  callback: each(
    'Callback endpoint of',
    'Look at the service behind feeds.<feed>.callback, and at its address.',
  ),
  integration: one('Your integration', 'Look at the service behind `integration`, and at its logs.'),
  crm: each('CRM probe', 'Look at the CRM, and at the token that the probe uses.'),
  provider: each('Provider probe', "Look at the provider's status page, and at the key that the probe uses."),
  metrics: each('Metrics', 'Look at what the conditions of this source say.'),
  'metrics-source': each(
    'Source of metrics',
    'Look at its address and its token; its backup stands in meanwhile.',
  ),
  service: each('Service', 'Look at the service behind this probe, and at its logs.'),
  webhook: each('Webhook'),
  'webhook-url': each('URL of webhook', 'Put the whole URL into the secret that names it, as Clay shows it.'),
  'rows-ledger': each(
    'Counts of',
    'Look at the log of the watch: the counts of this feed could not be brought up to date.',
  ),
  flow: each('Rows coming back of'),
  losses: each('Rows that never come back of'),
  'round-trip': each('Round trip of'),
  'hit-rate': each('Hit rate of'),
  'provider-rows': each('Provider in rows of'),
  'crm-rows': each('CRM column of'),
  'callback-rows': each('Callbacks of'),
  'webhook-count': each('Count of webhook'),
  'table-count': each('Count of table'),
  loops: each('Rows in a circle of'),
  relay: each('Relay of'),
  pace: one('Pace of the workspace', 'Send less at once, or ask Clay support for a higher rate.'),
  'dead-letters': each(
    'Rows set aside of',
    'npx claywatch dead-letters list <feed> says why; then send them again.',
  ),
  standby: each(
    'Standbys of',
    'Make a webhook in Clay: Table > + Add > Webhooks > Monitor webhook; then add it to the feed.',
  ),
  'credit-history': one(
    'Credit history',
    'Look at the log of the watch: the history could not be read or written.',
  ),
  'balance-age': one(
    'Age of the balance',
    'Look at whatever reports the balance; or set it: npx claywatch credits set.',
  ),
  burn: one('Burn of credits'),
  'credits-run-out': one('Forecast of data credits'),
  'actions-run-out': one('Forecast of actions'),
  rotation: each('Rotation of', 'docs/rotation.md says what each result asks for.'),
  messages: one('Messages to people', 'npx claywatch doctor says which way to people is closed.'),
  schedule: one('Schedule of the watch', 'Look at the schedule and at the log of the watch.'),
};
