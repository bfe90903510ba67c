import { isOpen } from '../../incident/incident.ts';
import type { Severity } from '../../severity.ts';
import { type About, isAction } from '../about.ts';
import { affectedFeeds } from '../affected.ts';
import { timeOfDay } from '../time.ts';
import type { DraftField } from './write.ts';

/** Second runbook, "Severity Levels". */
const SEVERITY_MEANS: Readonly<Record<Severity, string>> = {
  P1: 'complete data flow stopped',
  P2: 'degraded enrichment',
  P3: 'minor impact',
  P4: 'no user impact',
};

/** How many of each list are shown; the incident itself keeps more. */
const SHOWN = { feeds: 8, teams: 5, actions: 8 } as const;

export const severityText = ({ incident: { severity, peakSeverity } }: About): string =>
  `${severity} (${SEVERITY_MEANS[severity]}${peakSeverity === severity ? '' : `; at its worst ${peakSeverity}`})`;

const describeFeed = (name: string, { config, show }: About): string => {
  const feed = config.feeds[name];
  const what = feed?.description ? ` (${show(feed.description, 120)})` : '';
  const teams = (feed?.affects ?? []).slice(0, SHOWN.teams).map((team) => show(team, 80));
  return `${name}${what}${teams.length > 0 ? `: ${teams.join(', ')}` : ''}`;
};

/** The feeds that are hit, with the teams that depend on them. */
export const affectedLines = (about: About): readonly string[] => {
  const { incident, config, entry } = about;
  if (entry.reach === 'nobody') return ['No feed and no team; only what can be seen of Clay.'];
  const feeds = affectedFeeds(incident, config);
  if (feeds.length === 0) return ['Everything that uses Clay (no feeds are configured).'];
  return listOf(
    feeds.map((name) => describeFeed(name, about)),
    SHOWN.feeds,
  );
};

/** The first of a list, and how many were left out. */
export const listOf = (all: readonly string[], shown: number): readonly string[] =>
  all.length > shown ? [...all.slice(0, shown), `${all.length - shown} more`] : all;

/** One line where there is one thing to say, a list otherwise. */
export const oneOrMany = (name: string, lines: readonly string[]): DraftField =>
  lines.length === 1 ? { name, text: lines[0] ?? '' } : { name, items: lines };

/** In lists whose heading says UTC: the time of day, with the date where it is another day than the detection. */
export const stamp = (at: number, { incident }: Pick<About, 'incident'>): string =>
  timeOfDay(at, incident.detectedAt);

/** How it began, and what happened last. */
export const firstAndLast = (all: readonly string[], shown: number = SHOWN.actions): readonly string[] =>
  all.length > shown ? [...all.slice(0, 1), `(${all.length - shown} more)`, ...all.slice(1 - shown)] : all;

export const actionsOf = ({ incident }: About) => incident.timeline.filter(isAction);

export const isMitigated = ({ incident }: About): boolean =>
  isOpen(incident) && incident.status === 'mitigated';
