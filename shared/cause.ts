import type { Severity } from './severity.ts';

/**
 * Every cause that Claywatch can name, with its default severity (`severities` in the config overrides it).
 * Ids are stable: they are in stored incidents, message attributes, dashboards and links.
 */
export const CAUSES = {
  'clay.outage': 'P1',
  'clay.degraded': 'P2',
  'webhook.intake-failing': 'P1',
  'webhook.limit-reached': 'P1',
  'webhook.limit-approaching': 'P4',
  'webhook.gone': 'P1',
  'webhook.unauthorized': 'P1',
  'webhook.rejecting': 'P3',
  'webhook.rate-limited': 'P3',
  'table.full': 'P1',
  'credits.exhausted': 'P1',
  'actions.exhausted': 'P1',
  'credits.running-out': 'P4',
  'actions.running-out': 'P4',
  'credits.burn-spike': 'P2',
  'rows.looping': 'P2',
  'rows.lost': 'P2',
  'enrichment.stalled': 'P1',
  'enrichment.all-empty': 'P1',
  'enrichment.slow': 'P2',
  'enrichment.low-hit-rate': 'P2',
  'provider.failing': 'P3',
  'provider.rate-limited': 'P3',
  'crm.sync-failing': 'P2',
  'callback.unreachable': 'P2',
  'callback.failing': 'P3',
  'api-key.invalid': 'P2',
  'api-key.forbidden': 'P3',
  'api.rate-limited': 'P3',
  'secret.rotation-failed': 'P3',
  'secret.rotated': 'P4',
  'own.unhealthy': 'P2',
  'monitoring.gap': 'P4',
  /** Practice, started by a person; its severity is chosen then. */
  drill: 'P1',
} as const satisfies Record<string, Severity>;

export type Cause = keyof typeof CAUSES;
export const CAUSE_IDS = Object.keys(CAUSES) as Cause[];
