import { CAUSES, type Cause } from '../../shared/cause.ts';
import type { Config, ConfigInput } from '../../shared/config/schema.ts';
import { configSchema } from '../../shared/config/schema.ts';
import {
  type Actor,
  type Incident,
  isOpen,
  type PendingNotification,
  type TimelineEntry,
  type Transition,
  urgencyOf,
} from '../../shared/incident/incident.ts';
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

export const ANNA: Actor = { name: 'Anna', via: 'slack' };

const has = (at: number): Partial<Incident> => ({
  status: 'acknowledged',
  acknowledgement: { by: ANNA, at, severity: 'P1', staleAt: at + 60 * MINUTE },
});

/** What a transition leaves behind on an incident, and how the timeline says it. */
const LEFT: Readonly<
  Record<
    Transition,
    (at: number) => { readonly change: Partial<Incident>; readonly entry: Partial<TimelineEntry> }
  >
> = {
  triggered: () => ({ change: {}, entry: { text: 'Opened as P1: it does not work' } }),
  reopened: () => ({ change: { reopenings: 1 }, entry: { text: 'Opened again (1) as P1' } }),
  'severity-raised': () => ({ change: {}, entry: { text: 'Raised from P3 to P1' } }),
  'severity-lowered': () => ({ change: {}, entry: { text: 'Lowered from P1 to P3' } }),
  acknowledged: (at) => ({ change: has(at), entry: { text: 'Acknowledged by Anna', by: ANNA } }),
  'acknowledgement-stale': () => ({
    change: {},
    entry: { text: "Acknowledged by Anna 60 min ago, and no word since: nobody's again" },
  }),
  escalated: (at) => ({
    change: { escalation: { taken: 2, nextAt: at + 15 * MINUTE } },
    entry: { text: 'Not acknowledged by the deadline: step 2 of 8, to on-call, ben' },
  }),
  mitigated: (at) => ({
    change: { ...has(at - 9 * MINUTE), status: 'mitigated', mitigatedAt: at },
    entry: { text: 'Mitigated by Anna: senders are held', by: ANNA },
  }),
  'update-due': (at) => ({
    change: has(at - 9 * MINUTE),
    entry: { text: 'The next update was promised for now' },
  }),
  updated: (at) => ({
    change: has(at - 9 * MINUTE),
    entry: { text: 'A new webhook is being made.', by: ANNA, audience: 'stakeholders' },
  }),
  resolved: (at) => ({
    change: { status: 'resolved', resolvedAt: at, updatedAt: at },
    entry: { text: 'Resolved after 20 min: answered 200' },
  }),
};

/** Twenty minutes after it began. */
export const LATER = THREE_AM + 20 * MINUTE;

/** An incident to which something has just happened, which owes the message about that; `entry` words it otherwise. */
export const happened = (
  cause: Cause,
  transition: Transition,
  over: Partial<Incident> = {},
  entry: Partial<TimelineEntry> = {},
): Incident => {
  const left = LEFT[transition](LATER);
  const before = incidentOf(cause, { nextUpdateAt: LATER + 30 * MINUTE, ...left.change, ...over });
  const said: TimelineEntry = { at: LATER, kind: transition, text: '', ...left.entry, ...entry };
  const pending: PendingNotification = {
    id: `${before.id}:4:${transition}`,
    transition,
    severity: before.severity,
    urgency: urgencyOf(transition, before),
    createdAt: LATER,
    attempts: 0,
    dueAt: LATER,
    ...(transition === 'escalated' && { to: ['on-call', 'ben'] }),
    ...(transition === 'updated' && { text: said.text, audience: said.audience ?? 'responders' }),
  };
  return { ...before, timeline: [...before.timeline, said], pending: [pending] };
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
    pending.transition === 'resolved' && isOpen(incident)
      ? { ...incident, status: 'resolved', resolvedAt: end, updatedAt: end }
      : incident;
  return createRenderer(config)(rendered, pending);
};
