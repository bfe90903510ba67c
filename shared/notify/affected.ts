import type { Config } from '../config/schema.ts';
import type { Incident } from '../incident/incident.ts';
import { RUNBOOK } from '../runbook/index.ts';

type Known = Pick<Config, 'feeds' | 'probes'>;

const own = <T>(record: Readonly<Record<string, T>>, key: string): T | undefined =>
  Object.hasOwn(record, key) ? record[key] : undefined;

/** The feed that an incident is about: `leads` of `leads`, `leads/leads-1` or a probe of that feed; null when none. */
export const feedOf = (incident: Pick<Incident, 'subject'>, config: Known): string | null => {
  // A monitoring gap is about a probe: `webhook:leads/leads-1`, `callback:leads`.
  const subject = incident.subject.replace(/^(webhook|callback|probe|rows|relay):/, '');
  const [feed = ''] = subject.split('/');
  if (own(config.feeds, feed)) return feed;
  const probed = own(config.probes, subject)?.feed;
  return probed !== undefined && own(config.feeds, probed) ? probed : null;
};

/**
 * The feeds that an incident hits. An incident about something that no feed is named for (a CRM, a provider) may hit
 * any of them.
 */
export const affectedFeeds = (
  incident: Pick<Incident, 'cause' | 'subject'>,
  config: Known,
): readonly string[] => {
  const { reach } = RUNBOOK[incident.cause];
  if (reach === 'nobody') return [];
  const feed = reach === 'subject' ? feedOf(incident, config) : null;
  return feed === null ? Object.keys(config.feeds) : [feed];
};
