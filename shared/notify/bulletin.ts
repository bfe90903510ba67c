import type { Config } from '../config/schema.ts';
import {
  type Incident,
  isOpen,
  isPage,
  type PendingNotification,
  type TimelineEntry,
} from '../incident/incident.ts';
import type { Step } from '../runbook/index.ts';
import { type About, aboutOf, closedByHand, eventOf, isMeasure } from './about.ts';
import { affectedFeeds, feedOf } from './affected.ts';
import type { Bulletin } from './channels/port.ts';
import { measuresOf } from './done.ts';
import { publicImpactOf } from './drafts/public.ts';
import { counted } from './layout.ts';
import { timeOfDay } from './time.ts';
import { actorWords, holderOf, nameOf } from './who.ts';

/** How much a bulletin holds: with every list full and every character four bytes long it stays below 64 KB. */
const LIMITS = { affected: 10, teams: 5, done: 8, steps: 12, alsoAbout: 20 } as const;

/** JSON has no NaN; a time that is none is the beginning of all. */
const instant = (at: number): number => (Number.isFinite(at) ? Math.round(at) : 0);

const affected = ({ incident, config, show }: About): readonly string[] =>
  affectedFeeds(incident, config)
    .slice(0, LIMITS.affected)
    .map((name) => {
      const teams = (config.feeds[name]?.affects ?? []).slice(0, LIMITS.teams);
      return teams.length === 0 ? name : `${name}: ${teams.map((team) => show(team, 80)).join(', ')}`;
    });

const TOLD: ReadonlySet<TimelineEntry['kind']> = new Set(['proposed', 'escalated', 'drafted']);

/** Of Claywatch's own accord: what it saw and ruled out, whom it paged, what it changed or proposes. */
const done = ({ incident, show }: About): readonly string[] => {
  const ruledOut =
    incident.ruledOut.length === 0 ? '' : `, ruled out ${counted(incident.ruledOut.length, 'other cause')}`;
  const stamp = (at: number) => `${timeOfDay(at, incident.detectedAt)} UTC`;
  return [
    `${stamp(incident.detectedAt)} Noticed it${ruledOut}, and told everybody who is subscribed`,
    ...incident.timeline
      .filter((entry) => isMeasure(entry) || TOLD.has(entry.kind))
      .slice(1 - LIMITS.done)
      .map(({ at, text }) => `${stamp(at)} ${show(text, 240)}`),
  ];
};

/** What was changed where rows go, newest last. */
const changes = ({ incident, show }: About): readonly string[] =>
  measuresOf(incident)
    .slice(-LIMITS.done)
    .map(({ text }) => show(text, 240));

const stepsOf = ({ incident, entry }: About, pending: PendingNotification): readonly Step[] => {
  if (isOpen(incident) && pending.transition !== 'resolved') return entry.steps;
  const left = entry.afterwards.map((text) => ({ do: text }));
  return closedByHand(incident, pending)
    ? [...entry.verify.map((text) => ({ do: `Make sure: ${text}` })), ...left]
    : left;
};

const updateOf = ({ incident, show }: About, pending: PendingNotification): Bulletin['update'] => {
  if (pending.transition !== 'updated') return null;
  const entry = eventOf(incident, pending);
  return {
    text: show(pending.text ?? entry?.text ?? '', 2_000),
    by: entry?.by ? actorWords(entry.by) : 'somebody',
    audience: pending.audience ?? 'responders',
  };
};

/**
 * What a message says, as plain data for chat channels, paging services and programs; pure, total, redacted and
 * bounded: everything that others wrote is one line of text each, without credentials, mail addresses and queries of
 * URLs. It is text, and nothing more: whoever shows it escapes it for the place where it is shown.
 */
export const bulletinOf = (
  incident: Incident,
  pending: PendingNotification,
  config: Config,
  more: { readonly alsoAbout?: readonly string[]; readonly url?: string | null } = {},
): Bulletin => {
  const about = aboutOf(incident, config, pending.createdAt);
  const { entry, show } = about;
  const holder = holderOf(incident);
  return {
    id: show(pending.id, 200),
    installation: config.installation,
    incidentId: show(incident.id, 120),
    cause: incident.cause,
    subject: show(incident.subject, 120),
    feed: feedOf(incident, config),
    transition: pending.transition,
    urgency: isPage(pending) ? 'page' : 'notice',
    status: incident.status,
    severity: pending.severity,
    peakSeverity: incident.peakSeverity,
    title: entry.title,
    summary: show(incident.summary, 400),
    impact: entry.impact,
    publicImpact: publicImpactOf(incident),
    affected: affected(about),
    done: done(about),
    changes: changes(about),
    steps: stepsOf(about, pending)
      .slice(0, LIMITS.steps)
      .map(({ do: what, where }) => ({ do: what, ...(where !== undefined && { where }) })),
    acknowledgedBy: holder && actorWords(holder),
    assignee: incident.assignee === undefined ? null : nameOf(incident.assignee),
    update: updateOf(about, pending),
    alsoAbout: (more.alsoAbout ?? []).slice(0, LIMITS.alsoAbout).map((subject) => show(subject, 120)),
    at: instant(pending.createdAt),
    detectedAt: instant(incident.detectedAt),
    openedAt: instant(incident.openedAt),
    resolvedAt: isOpen(incident) ? null : instant(incident.resolvedAt ?? incident.updatedAt),
    respondBy: instant(incident.respondBy),
    nextUpdateAt: instant(incident.nextUpdateAt),
    url: more.url ?? null,
  };
};
