import { isOpen, type TimelineEntry } from '../../incident/incident.ts';
import type { Severity } from '../../severity.ts';
import { affectedFeeds } from '../affected.ts';
import { isMitigated } from '../done.ts';
import { WIDTH } from '../text.ts';
import { bothTimes, relative } from '../time.ts';
import { bullet, counted, field, type Letter, more, numbered, SHOWN, stamp } from './letter.ts';

/** Second runbook, "Severity Levels". */
const SEVERITY_MEANS: Readonly<Record<Severity, string>> = {
  P1: 'complete data flow stopped',
  P2: 'degraded enrichment',
  P3: 'minor impact',
  P4: 'no user impact',
};

const severity = ({ incident, pending }: Letter): string => {
  const peak = incident.peakSeverity === pending.severity ? '' : `; at its worst ${incident.peakSeverity}`;
  return field('Severity', `${pending.severity} (${SEVERITY_MEANS[pending.severity]}${peak})`);
};

const describeFeed = (name: string, { config, show }: Letter): string => {
  const feed = config.feeds[name];
  const what = feed?.description ? ` (${show(feed.description, 120)})` : '';
  const teams = (feed?.affects ?? []).slice(0, SHOWN.teams).map((team) => show(team, 80));
  return `${name}${what}${teams.length > 0 ? `: ${teams.join(', ')}` : ''}`;
};

const affected = (letter: Letter): string => {
  const { incident, config, entry } = letter;
  if (entry.reach === 'nobody')
    return field('Affected', 'No feed and no team; only what can be seen of Clay.');
  const feeds = affectedFeeds(incident, config);
  const [only] = feeds;
  if (only === undefined) return field('Affected', 'Everything that uses Clay (no feeds are configured).');
  if (feeds.length === 1) return field('Affected', describeFeed(only, letter));
  return [
    'Affected:',
    ...feeds.slice(0, SHOWN.feeds).map((name) => bullet(describeFeed(name, letter))),
    ...more(feeds, SHOWN.feeds),
  ].join('\n');
};

/** What was done or happened, rather than what was delivered. */
const isAction = ({ kind }: TimelineEntry): boolean => kind !== 'notified' && kind !== 'notify-failed';

/** Second runbook: "Investigating / Mitigating / Resolved". Mitigating is what gets better and is not over yet. */
const currentStatus = ({ incident, pending }: Letter): string => {
  if (!isOpen(incident)) return 'Resolved';
  const last = incident.timeline.findLast(isAction);
  const better = pending.transition === 'severity-lowered' || last?.kind === 'recovering';
  return better || isMitigated(incident) ? 'Mitigating' : 'Investigating';
};

const actionsTaken = (letter: Letter): string => {
  const actions = letter.incident.timeline.filter(isAction);
  // How it began, and what happened last.
  const shown =
    actions.length > SHOWN.actions ? [...actions.slice(0, 1), ...actions.slice(1 - SHOWN.actions)] : actions;
  return [
    'Actions Taken (times in UTC):',
    ...shown.map((entry, index) =>
      numbered(index, `${stamp(entry.at, letter)} ${letter.show(entry.text, 240)}`),
    ),
    ...more(actions, shown.length),
  ].join('\n');
};

const nextUpdate = ({ incident, pending, timeZone }: Letter): string => {
  if (!isOpen(incident)) return field('Next Update', 'None; the incident is resolved.');
  const when = `${bothTimes(incident.nextUpdateAt, timeZone)}, ${relative(incident.nextUpdateAt, pending.createdAt)}`;
  return field(
    'Next Update',
    `${when}, from whoever responds. Claywatch writes by itself when the severity changes and when it is resolved.`,
  );
};

const resolution = ({ incident, entry }: Letter): string => {
  if (isOpen(incident))
    return ['Resolution: Not yet. It is over when:', ...entry.verify.map(bullet)].join('\n');
  if (incident.evidence[0]?.finding === 'not-watched')
    return field('Resolution', 'Closed because nothing watches it any more; whether it works is not known.');
  const relapses = incident.reopenings === 0 ? '' : ` after ${counted(incident.reopenings, 'relapse')}`;
  return field(
    'Resolution',
    `Seen working again${relapses}. What people did to repair it is not known to Claywatch; add it here.`,
  );
};

/** The communication template of the second runbook, whole, so that it can be passed on as it is. */
export const template = (letter: Letter): readonly string[] => {
  const { incident, entry, timeZone } = letter;
  return [
    [
      '='.repeat(WIDTH),
      'CLAY INCIDENT NOTIFICATION (to pass on)',
      '',
      severity(letter),
      field('Time detected', bothTimes(incident.detectedAt, timeZone)),
      field('Impact', entry.impact),
      affected(letter),
      field('Current Status', currentStatus(letter)),
      actionsTaken(letter),
      nextUpdate(letter),
      field('Root Cause', `Likely, to be confirmed: ${entry.rootCause}`),
      resolution(letter),
      'Prevention:',
      ...entry.prevent.map(bullet),
      '='.repeat(WIDTH),
    ].join('\n'),
  ];
};
