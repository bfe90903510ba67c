import type { Severity } from '../severity.ts';
import { COMPONENT_STATUSES, type ComponentStatus } from './component-status.ts';
import type { PublicImpact } from './statuspage-shape.ts';

/** By severity; a P4 hits nobody. The same as what Claywatch sets on the status pages of vendors. */
const OF_SEVERITY: Readonly<Record<Severity, ComponentStatus>> = {
  P1: 'major_outage',
  P2: 'partial_outage',
  P3: 'degraded_performance',
  P4: 'operational',
};

const IMPACT_OF_SEVERITY: Readonly<Record<Severity, PublicImpact>> = {
  P1: 'critical',
  P2: 'major',
  P3: 'minor',
  P4: 'none',
};

export const statusOf = (severity: Severity): ComponentStatus => OF_SEVERITY[severity];
export const impactOf = (severity: Severity): PublicImpact => IMPACT_OF_SEVERITY[severity];

const rank = (status: ComponentStatus): number => COMPONENT_STATUSES.indexOf(status);

export const isWorse = (one: ComponentStatus, other: ComponentStatus): boolean => rank(one) > rank(other);

/** The worst of them; operational when there is none. */
export const worst = (statuses: readonly ComponentStatus[]): ComponentStatus =>
  statuses.reduce((found, status) => (isWorse(status, found) ? status : found), 'operational');

export const isOutage = (status: ComponentStatus): boolean =>
  status === 'partial_outage' || status === 'major_outage';

const OVERALL: Readonly<
  Record<ComponentStatus, { readonly indicator: PublicImpact; readonly some: string; readonly all: string }>
> = {
  operational: { indicator: 'none', some: 'All systems operational', all: 'All systems operational' },
  under_maintenance: { indicator: 'maintenance', some: 'Planned maintenance', all: 'Planned maintenance' },
  unknown: {
    indicator: 'minor',
    some: 'The state of some systems is not known',
    all: 'The state is not known',
  },
  degraded_performance: {
    indicator: 'minor',
    some: 'Some systems are degraded',
    all: 'All systems are degraded',
  },
  partial_outage: { indicator: 'major', some: 'Partial outage', all: 'Partial outage' },
  major_outage: { indicator: 'critical', some: 'Major outage of some systems', all: 'Major outage' },
};

export interface Overall {
  readonly status: ComponentStatus;
  readonly indicator: PublicImpact;
  readonly description: string;
}

/**
 * The whole page in one sentence, with Statuspage's indicator. What users come for are the feeds: that nobody watches
 * them is said as that, and not as an outage.
 */
export const overall = (feeds: readonly ComponentStatus[], alerting: ComponentStatus): Overall => {
  const status = worst(feeds);
  if (status === 'operational' && alerting !== 'operational')
    return { status: 'degraded_performance', indicator: 'minor', description: 'Monitoring is impaired' };
  const { indicator, some, all } = OVERALL[status];
  return { status, indicator, description: feeds.every((one) => one === status) ? all : some };
};
