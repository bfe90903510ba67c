import { configSchema } from '../../shared/config/schema.ts';
import type { Evidence, Verdict } from '../../shared/diagnose/verdict.ts';
import { decide, type IncidentKey } from '../../shared/incident/decide.ts';
import { markDelivered } from '../../shared/incident/deliveries.ts';
import type { Incident } from '../../shared/incident/incident.ts';
import { type IncidentPolicy, incidentPolicy } from '../../shared/incident/policy.ts';

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;
/** A Tuesday noon, UTC. */
export const NOON = Date.UTC(2026, 10, 3, 12);

export const policy: IncidentPolicy = incidentPolicy(configSchema.parse({}));
export const WEBHOOK: IncidentKey = { cause: 'webhook.intake-failing', subject: 'leads/leads-1' };
export const OUTAGE: IncidentKey = { cause: 'clay.outage', subject: 'clay' };

export const evidence = (over: Partial<Evidence> = {}): Evidence => ({
  probe: 'webhook:leads/leads-1',
  at: NOON,
  summary: 'POST to the webhook answered 503 in 212 ms',
  finding: 'server-error',
  kind: 'measured',
  facts: { status: 503, latency_ms: 212 },
  ...over,
});

export const verdict = (over: Partial<Verdict> = {}): Verdict => ({
  ...WEBHOOK,
  severity: 'P1',
  summary: 'The webhook of leads does not take rows.',
  evidence: [evidence()],
  ruledOut: [{ cause: 'clay.outage', why: 'the API host answers' }],
  wouldChange: ['A webhook answer below 500.'],
  tentative: false,
  ...over,
});

export const recovered = evidence({ finding: 'accepting', summary: 'POST to the webhook answered 200' });

export const opened = (key: IncidentKey = WEBHOOK, now = NOON): Incident => {
  const fact = { kind: 'verdict', verdict: verdict(key), detectedAt: now - MINUTE } as const;
  return decide(null, key, fact, policy, now) as Incident;
};

export const resolved = (incident: Incident, now: number): Incident =>
  decide(incident, incident, { kind: 'cleared', evidence: [recovered] }, policy, now) as Incident;

export const allDelivered = (incident: Incident, now: number): Incident =>
  incident.pending.reduce((rest, { id }) => markDelivered(rest, id, `receipt-${id}`, now), incident);
