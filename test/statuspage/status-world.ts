import type { Cause } from '../../shared/cause.ts';
import type { Config, ConfigInput } from '../../shared/config/schema.ts';
import { act, type IncidentCommand } from '../../shared/incident/act.ts';
import { decide } from '../../shared/incident/decide.ts';
import type { Actor, Incident } from '../../shared/incident/incident.ts';
import { incidentPolicy } from '../../shared/incident/policy.ts';
import type { Severity } from '../../shared/severity.ts';
import type { Silence } from '../../shared/silence/silence.ts';
import { statusPageOf } from '../../shared/statuspage/page.ts';
import type { Snapshot } from '../../shared/statuspage/snapshot.ts';
import { evidence, policy, recovered, verdict } from '../incident/fixtures.ts';
import { configOf } from '../notify/messages.ts';

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;
/** A Tuesday, in the middle of the day. */
export const NOW = Date.parse('2026-11-03T12:00:00Z');
export const PAGE_URL = 'https://claywatch.example/status';

const MIA: Actor = { name: 'Mia Miller', via: 'cli' };

export const pageConfig = (statusPage: ConfigInput['statusPage'] = {}): Config =>
  configOf({
    installation: 'acme-secret-name',
    feeds: { leads: {}, accounts: {} },
    probes: { hubspot: { kind: 'crm', url: 'https://api.hubspot.example/health', feed: 'accounts' } },
    statusPage: {
      published: true,
      title: 'Acme enrichment',
      components: { leads: { name: 'Leads', description: 'New leads are enriched.' } },
      ...statusPage,
    },
  });

/** An incident as the watch and people make it, told step by step. */
export const story = (cause: Cause, subject: string, openedAt: number, severity: Severity = 'P1') => {
  const key = { cause, subject };
  const fact = (as: Severity, at: number) =>
    ({
      kind: 'verdict',
      verdict: verdict({ ...key, severity: as, evidence: [evidence({ at })] }),
      detectedAt: openedAt,
    }) as const;
  const apply = (incident: Incident): Story => ({
    incident,
    severity: (as, at) => apply(decide(incident, key, fact(as, at), policy, at) as Incident),
    resolved: (at) =>
      apply(decide(incident, key, { kind: 'cleared', evidence: [recovered] }, policy, at) as Incident),
    again: (at) => apply(decide(incident, key, fact(severity, at), policy, at) as Incident),
    does: (command, at) => {
      const outcome = act(incident, command, MIA, { policy: incidentPolicy(pageConfig()), now: at });
      if (outcome.kind === 'refused') throw new Error(outcome.text);
      return apply(outcome.incident);
    },
    says: (text, at, audience = 'public') => apply(incident).does({ kind: 'update', text, audience }, at),
  });
  return apply(decide(null, key, fact(severity, openedAt), policy, openedAt) as Incident);
};

export interface Story {
  readonly incident: Incident;
  /** The diagnosis sees it as so urgent. */
  severity(as: Severity, at: number): Story;
  resolved(at: number): Story;
  again(at: number): Story;
  does(command: IncidentCommand, at: number): Story;
  says(text: string, at: number, audience?: 'responders' | 'stakeholders' | 'public'): Story;
}

export const work = (over: Partial<Silence> = {}): Silence => ({
  id: 'sil-0a1b2c3d',
  kind: 'maintenance',
  from: NOW - HOUR,
  to: NOW + HOUR,
  reason: 'the-secret-reason of the move',
  by: 'Mia Miller',
  createdAt: NOW - DAY,
  endedAt: null,
  match: {},
  ...over,
});

/** Watched without a gap for a hundred days, and a minute ago for the last time. */
export const snapshotOf = (incidents: readonly Incident[], over: Partial<Snapshot> = {}): Snapshot => ({
  incidents,
  completeSince: NOW - 120 * DAY,
  silences: [],
  watched: { since: NOW - 100 * DAY, lastRunAt: NOW - MINUTE, gaps: [] },
  ...over,
});

export const pageOf = (
  incidents: readonly Incident[],
  over: Partial<Snapshot> = {},
  config: Config = pageConfig(),
  now = NOW,
) => statusPageOf(snapshotOf(incidents, over), config, { now, url: PAGE_URL });

export const componentIn = (page: ReturnType<typeof pageOf>, id: string) => {
  const found = page.components.find((one) => one.id === id);
  if (!found) throw new Error(`no component ${id}`);
  return found;
};
