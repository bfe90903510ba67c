import { CAUSES, type Cause } from '../../shared/cause.ts';
import type { Config, ConfigInput } from '../../shared/config/schema.ts';
import { configSchema } from '../../shared/config/schema.ts';
import type { Incident, PendingNotification } from '../../shared/incident/incident.ts';
import type { Notification } from '../../shared/notify/publisher.ts';
import { createRenderer } from '../../shared/notify/render.ts';

/** Tuesday, 3 a.m. in UTC. */
export const THREE_AM = Date.parse('2026-11-03T03:00:00Z');
const MINUTE = 60_000;

export const configOf = (input: ConfigInput = {}): Config => configSchema.parse(input);

export const TWO_FEEDS: ConfigInput = {
  feeds: {
    leads: { description: 'New leads from the web forms', affects: ['Sales development', 'Lead routing'] },
    accounts: { affects: ['Account research'] },
  },
  probes: { hubspot: { kind: 'crm', url: 'https://api.hubspot.example/health', feed: 'accounts' } },
  incidents: { calendar: { timeZone: 'Europe/Berlin' } },
};

/** An open incident as the store would hold it; `over` changes any part of it. */
export const incidentOf = (cause: Cause, over: Partial<Incident> = {}): Incident => {
  const severity = over.severity ?? CAUSES[cause];
  const id = over.id ?? 'inc-20261103-0a1b2c3d';
  const at = THREE_AM + 8_000;
  return {
    id,
    cause,
    subject: 'leads/leads-1',
    status: 'triggered',
    severity,
    peakSeverity: severity,
    summary: 'The check says that it does not work.',
    detectedAt: THREE_AM,
    openedAt: at,
    updatedAt: at,
    respondBy: at + 15 * MINUTE,
    nextUpdateAt: at + 30 * MINUTE,
    reopenings: 0,
    evidence: [
      {
        probe: 'webhook:leads/leads-1',
        at: THREE_AM,
        summary: 'POST answered 403',
        finding: 'limit-reached',
        kind: 'measured',
        facts: { status: 403 },
      },
    ],
    ruledOut: [{ cause: 'clay.outage', why: 'the API host answers' }],
    wouldChange: ['A 2xx to a submission ends it.'],
    timeline: [{ at, kind: 'triggered', text: `Opened as ${severity}` }],
    pending: [
      { id: `${id}:1:triggered`, transition: 'triggered', severity, createdAt: at, attempts: 0, dueAt: at },
    ],
    deliveries: [],
    version: 1,
    ...over,
  };
};

/** The message about a transition, rendered for an incident that is in the state that the transition leads to. */
export const messageOf = (
  incident: Incident,
  over: Partial<PendingNotification> = {},
  config: Config = configOf(TWO_FEEDS),
): Notification => {
  const first = incident.pending[0];
  if (!first) throw new Error('the incident owes nothing');
  const pending = { ...first, ...over };
  const end = incident.updatedAt + 42 * MINUTE;
  const rendered: Incident =
    pending.transition === 'resolved'
      ? { ...incident, status: 'resolved', resolvedAt: end, updatedAt: end }
      : incident;
  return createRenderer(config)(rendered, pending);
};
