import { FINDINGS, type Finding, outcomeOf, type Surface } from '../../shared/observe/findings.ts';
import type { Signal } from '../../shared/observe/signals.ts';

/** The probe and subject that speak for a surface, as the product names them. */
const VOICE: Readonly<Record<Surface, readonly [probe: string, subject: string]>> = {
  connectivity: ['connectivity', 'own-network'],
  'clay-web': ['clay.web', 'clay'],
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
  service: ['probe:billing', 'billing'],
  webhook: ['webhook:leads/leads-1', 'leads/leads-1'],
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
      facts: {},
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
export const HEALTHY: Readonly<Record<Surface, Finding>> = {
  connectivity: 'online',
  'clay-web': 'up',
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
  service: 'passing',
  webhook: 'accepting',
  schedule: 'on-time',
};

export const findingsOf = (surface: Surface): readonly Finding[] =>
  Object.keys(FINDINGS[surface]) as Finding[];
