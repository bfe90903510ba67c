import fc from 'fast-check';
import { CAUSE_IDS } from '../../shared/cause.ts';
import type { Config, ConfigInput } from '../../shared/config/schema.ts';
import type {
  Acknowledgement,
  Actor,
  Escalation,
  Incident,
  IncidentAction,
  PendingNotification,
  TimelineEntry,
  Transition,
} from '../../shared/incident/incident.ts';
import { INCIDENT_STATUSES } from '../../shared/incident/incident.ts';
import { SEVERITIES } from '../../shared/severity.ts';
import { anyTime, hostileText } from './hostile.ts';
import { configOf, TWO_FEEDS } from './messages.ts';

export const TRANSITIONS: readonly Transition[] = [
  'triggered',
  'reopened',
  'severity-raised',
  'severity-lowered',
  'acknowledged',
  'acknowledgement-stale',
  'escalated',
  'mitigated',
  'update-due',
  'updated',
  'resolved',
];

const AUDIENCES = ['responders', 'stakeholders', 'public'] as const;

const optional = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined, freq: 2 });

const anyActor: fc.Arbitrary<Actor> = fc.record({
  name: hostileText,
  via: fc.constantFrom('api', 'cli', 'link', 'slack', 'pagerduty', 'console', 'claywatch'),
});

const evidence = fc.record({
  probe: hostileText,
  at: anyTime,
  summary: hostileText,
  finding: fc.constantFrom('up', 'server-error', 'limit-reached', 'not-watched'),
  kind: fc.constantFrom('measured', 'declared', 'reported', 'fallback'),
  facts: fc.dictionary(hostileText, fc.oneof(hostileText, fc.double(), fc.boolean()), { maxKeys: 20 }),
});

const about = fc.record({ cause: fc.constantFrom(...CAUSE_IDS), subject: hostileText });

const acknowledgement: fc.Arbitrary<Acknowledgement> = fc.record({
  by: anyActor,
  at: anyTime,
  severity: fc.constantFrom(...SEVERITIES),
  staleAt: anyTime,
});

const escalation: fc.Arbitrary<Escalation> = fc.record({
  taken: fc.nat(20),
  nextAt: fc.option(anyTime),
});

const entry = fc.record({
  at: anyTime,
  kind: fc.constantFrom<TimelineEntry['kind']>(
    ...TRANSITIONS,
    'evidence',
    'recovering',
    'action',
    'proposed',
    'note',
    'assigned',
    'unacknowledged',
    'severity-set',
    'merged',
    'reviewed',
    'notified',
  ),
  text: hostileText,
  by: optional(anyActor),
  audience: optional(fc.constantFrom(...AUDIENCES)),
});

const action: fc.Arbitrary<IncidentAction> = fc.record({
  ref: hostileText,
  kind: fc.constantFrom('hold', 'failover', 'resume', 'overruled', 'reconcile'),
  mode: fc.constantFrom('act', 'propose'),
  feed: fc.constantFrom('leads', 'accounts', 'gone'),
  since: anyTime,
  opening: fc.nat(2),
  text: hostileText,
});

/** Any incident that a store could hand out, and worse. */
export const anyIncident: fc.Arbitrary<Incident> = fc
  .record({
    id: fc.constantFrom('inc-20261103-0a1b2c3d', 'inc-20261231-ffffffff'),
    cause: fc.constantFrom(...CAUSE_IDS),
    subject: hostileText,
    status: fc.constantFrom(...INCIDENT_STATUSES),
    severity: fc.constantFrom(...SEVERITIES),
    peakSeverity: fc.constantFrom(...SEVERITIES),
    summary: hostileText,
    detectedAt: anyTime,
    openedAt: anyTime,
    updatedAt: anyTime,
    resolvedAt: optional(anyTime),
    closedBy: optional(fc.record({ actor: anyActor, until: anyTime })),
    acknowledgement: optional(acknowledgement),
    escalation: optional(escalation),
    assignee: optional(hostileText),
    mitigatedAt: optional(anyTime),
    reviewed: optional(fc.record({ by: anyActor, at: anyTime })),
    mergedInto: optional(
      fc.record({ id: hostileText, cause: fc.constantFrom(...CAUSE_IDS), subject: hostileText }),
    ),
    respondBy: anyTime,
    nextUpdateAt: anyTime,
    reopenings: fc.nat(100),
    evidence: fc.array(evidence, { maxLength: 12 }),
    ruledOut: fc.array(fc.record({ cause: fc.constantFrom(...CAUSE_IDS), why: hostileText }), {
      maxLength: 30,
    }),
    wouldChange: fc.array(hostileText, { maxLength: 10 }),
    effects: fc.array(about, { maxLength: 20 }),
    timeline: fc.array(entry, { maxLength: 30 }),
    actions: optional(fc.array(action, { maxLength: 30 })),
  })
  .map((incident) => ({ ...incident, pending: [], deliveries: [], version: 1 }) as Incident);

export const anyPending: fc.Arbitrary<PendingNotification> = fc.record({
  id: fc.constant('inc-20261103-0a1b2c3d:1:triggered'),
  transition: fc.constantFrom(...TRANSITIONS),
  severity: fc.constantFrom(...SEVERITIES),
  createdAt: anyTime,
  attempts: fc.nat(50),
  dueAt: anyTime,
  to: fc.array(fc.oneof(hostileText, fc.constantFrom('on-call', 'everyone', 'anna')), { maxLength: 20 }),
  audience: fc.constantFrom(...AUDIENCES),
  text: hostileText,
});

/** A message together with an entry of the timeline that it is about, so that the words of people are reached. */
export const anyMessage: fc.Arbitrary<{
  readonly incident: Incident;
  readonly pending: PendingNotification;
}> = fc
  .record({ incident: anyIncident, pending: anyPending, by: optional(anyActor), text: hostileText })
  .map(({ incident, pending, by, text }) => ({
    pending,
    incident: {
      ...incident,
      timeline: [
        ...incident.timeline,
        { at: pending.createdAt, kind: pending.transition, text, ...(by && { by }) },
      ],
    },
  }));

export const PEOPLE: ConfigInput = {
  notify: {
    people: { anna: { email: 'anna@example.com' }, ben: { sms: '+4915100000000' } },
    onCall: { rotation: ['anna', 'ben'] },
  },
};

export const anyConfig: fc.Arbitrary<Config> = fc
  .record({
    installation: fc.constantFrom('claywatch', 'acme-prod', 'a-name-of-forty-characters-is-the-longest'),
    timeZone: fc.constantFrom('UTC', 'Europe/Berlin', 'Asia/Kathmandu', 'America/Argentina/Buenos_Aires'),
    publicUrl: optional(fc.constantFrom('https://claywatch.example', 'https://ops.example/claywatch/')),
    affects: fc.array(
      hostileText.map((text) => text.slice(0, 200)).filter((text) => text.trim() !== ''),
      { maxLength: 10 },
    ),
  })
  .map(({ installation, timeZone, affects, publicUrl }) => {
    const config = configOf({
      ...TWO_FEEDS,
      ...PEOPLE,
      incidents: { calendar: { timeZone } },
      ...(publicUrl && { respond: { publicUrl } }),
    });
    const leads = config.feeds.leads;
    if (!leads) throw new Error('no feed');
    return { ...config, installation, feeds: { ...config.feeds, leads: { ...leads, affects } } };
  });

const signature = 'v1.eyJub3QiOiJhIHJlYWwgb25lIn0.AAAAAAAAAAAAAAAAAAAAAA';
/** What makes links, sound ones and others. */
export const anyLinks = fc.constantFrom(
  null,
  () => null,
  () => ({ acknowledge: 'https://cw.example/a/AbCd12' }),
  () => ({ view: 'https://cw.example/i/1', acknowledge: `https://claywatch.example/a/${signature}` }),
  () => ({ view: 'javascript:alert(1)', acknowledge: 'https://x.example/\r\nBcc: victim@example.com' }),
  () => ({ view: `https://cw.example/${'x'.repeat(600)}`, acknowledge: 'https://user:pass@cw.example/a' }),
);
