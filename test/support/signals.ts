import { FINDINGS, type Finding, outcomeOf, type Surface } from '../../shared/observe/findings.ts';
import type { Signal } from '../../shared/observe/signals.ts';

/** The probe and subject that speak for a surface, as the product names them. */
const VOICE: Readonly<Record<Surface, readonly [probe: string, subject: string]>> = {
  connectivity: ['connectivity', 'own-network'],
  'clay-web': ['clay.web', 'clay'],
  'clay-app': ['clay.app', 'clay'],
  'clay-api': ['clay.api', 'clay'],
  'clay-key': ['clay.key', 'clay-api-key'],
  'clay-balance': ['clay.balance', 'clay-api-key'],
  credits: ['clay.credits', 'workspace'],
  actions: ['clay.actions', 'workspace'],
  'clay-status': ['clay.status', 'clay'],
  callback: ['callback:leads', 'leads'],
  integration: ['integration', 'integration'],
  crm: ['probe:hubspot', 'hubspot'],
  provider: ['probe:apollo', 'apollo'],
  metrics: ['probe:errors', 'errors'],
  'metrics-source': ['probe:errors/source', 'errors'],
  service: ['probe:billing', 'billing'],
  webhook: ['webhook:leads/leads-1', 'leads/leads-1'],
  'webhook-url': ['webhook-url:leads/leads-1', 'leads/leads-1'],
  'rows-ledger': ['rows:leads', 'leads'],
  flow: ['rows:leads/flow', 'leads'],
  losses: ['rows:leads/losses', 'leads'],
  'round-trip': ['rows:leads/round-trip', 'leads'],
  'hit-rate': ['rows:leads/hit-rate', 'leads'],
  'provider-rows': ['rows:leads/provider/apollo', 'leads/apollo'],
  'crm-rows': ['rows:leads/crm', 'leads/crm'],
  'callback-rows': ['rows:leads/callbacks', 'leads'],
  'webhook-count': ['rows:leads/webhook/leads-1', 'leads/leads-1'],
  'table-count': ['rows:leads/table/leads', 'leads/leads'],
  loops: ['rows:leads/loops', 'leads'],
  relay: ['relay:leads', 'leads/relay'],
  pace: ['relay.pace', 'workspace'],
  'dead-letters': ['relay:leads/dead-letters', 'leads/dead-letters'],
  standby: ['relay:leads/standby', 'leads'],
  'credit-history': ['credits.history', 'workspace'],
  'balance-age': ['credits.balance-age', 'workspace'],
  burn: ['credits.burn', 'workspace'],
  'credits-run-out': ['credits.run-out', 'workspace'],
  'actions-run-out': ['actions.run-out', 'workspace'],
  rotation: ['rotation:relay', 'relay'],
  messages: ['messages', 'messages'],
  schedule: ['schedule', 'schedule'],
};

export const signal = (surface: Surface, finding: Finding, over: Partial<Signal> = {}): Signal => {
  const [probe, subject] = VOICE[surface];
  return {
    probe,
    surface,
    subject,
    finding,
    outcome: outcomeOf(surface, finding),
    evidence: {
      probe,
      at: 0,
      summary: `${surface}: ${finding}`,
      finding,
      kind: surface === 'clay-status' ? 'declared' : 'measured',
      facts: finding === 'flowing' ? { freshCallback: true } : {},
    },
    ageMs: 0,
    flapping: false,
    tentative: false,
    ...over,
  };
};

export type Picture = Partial<Record<Surface, Finding>>;

/** Signals from a picture: `{ 'clay-web': 'up', 'clay-key': 'unauthorized' }`; a surface left out is not watched. */
export const signalsOf = (picture: Picture): readonly Signal[] =>
  Object.entries(picture).map(([surface, finding]) => signal(surface as Surface, finding));

/** Everything watched, and everything fine. */
export const HEALTHY = {
  connectivity: 'online',
  'clay-web': 'up',
  'clay-app': 'up',
  'clay-api': 'up',
  'clay-key': 'authorized',
  'clay-balance': 'readable',
  credits: 'funded',
  actions: 'funded',
  'clay-status': 'operational',
  callback: 'up',
  integration: 'healthy',
  crm: 'passing',
  provider: 'passing',
  metrics: 'passing',
  'metrics-source': 'readable',
  service: 'passing',
  webhook: 'accepting',
  'webhook-url': 'well-formed',
  'rows-ledger': 'readable',
  flow: 'flowing',
  losses: 'none',
  'round-trip': 'in-time',
  'hit-rate': 'fine',
  'provider-rows': 'fine',
  'crm-rows': 'fine',
  'callback-rows': 'fine',
  'webhook-count': 'room',
  'table-count': 'room',
  loops: 'none',
  relay: 'forwarding',
  pace: 'kept',
  'dead-letters': 'steady',
  standby: 'ready',
  'credit-history': 'readable',
  'balance-age': 'fresh',
  burn: 'calm',
  'credits-run-out': 'lasts',
  'actions-run-out': 'lasts',
  rotation: 'rotated',
  messages: 'delivered',
  schedule: 'on-time',
} as const satisfies Readonly<Record<Surface, Finding>>;

export const findingsOf = (surface: Surface): readonly Finding[] =>
  Object.keys(FINDINGS[surface]) as Finding[];
