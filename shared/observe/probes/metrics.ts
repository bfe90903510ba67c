import type { Config } from '../../config/schema.ts';
import { NO_ANSWER } from '../findings.ts';
import { type Observation, observation } from '../observation.ts';
import type { Probe } from '../probe.ts';
import type { ProbeContext } from './context.ts';
import { endpointProbe } from './endpoint.ts';

/** What says of the source that it gives no numbers, and nothing of the numbers. */
const NO_NUMBERS: ReadonlySet<string> = new Set([...NO_ANSWER, 'server-error', 'rate-limited', 'not-run']);

/** Where a probe says whether its source can be read, beside what it measures. */
export const sourceProbe = (id: string): string => `${id}/source`;

/**
 * A source of numbers (Prometheus, Grafana, CloudWatch behind a URL). First runbook, "Metrics unavailable: check backup
 * metrics": when the source gives none, its backup is asked, and named; when that gives none either, what is measured is
 * unknown. A source that is down is never read as what it measures being bad.
 */
export const metricsProbe = (name: string, probe: Config['probes'][string], context: ProbeContext): Probe => {
  const id = `probe:${name}`;
  const title = `Metrics ${name}`;
  const at = (url: string) =>
    endpointProbe(
      {
        id,
        subject: name,
        title,
        where: `probes.${name}`,
        kind: {
          surface: 'service',
          good: 'passing',
          statusCondition: 'status >= 200 && status < 300',
          named: { 429: 'rate-limited' },
        },
        endpoint: { ...probe, url },
      },
      context,
    );
  const primary = at(probe.url);
  const backup = probe.backupUrl === undefined ? null : at(probe.backupUrl);

  const asMetrics = (seen: Observation, before: string): Observation =>
    observation({
      ...seen,
      surface: 'metrics',
      finding: NO_NUMBERS.has(seen.finding)
        ? 'unreachable'
        : seen.finding === 'condition-failed'
          ? 'condition-failed'
          : 'passing',
      summary: `${before}${seen.summary}`,
    });
  const aboutSource = (seen: Observation, isReadable: boolean): Observation =>
    observation({
      ...seen,
      probe: sourceProbe(id),
      surface: 'metrics-source',
      finding: isReadable ? 'readable' : 'unreadable',
      summary: isReadable ? 'The source gives its numbers.' : seen.summary,
    });

  return {
    id,
    surface: 'metrics',
    subject: name,
    everyMinutes: probe.everyMinutes,
    title,
    run: async (signal) => {
      const [seen] = await primary.run(signal);
      if (!seen) return [];
      const isReadable = !NO_NUMBERS.has(seen.finding);
      const source = backup ? [aboutSource(seen, isReadable)] : [];
      if (isReadable || !backup) return [asMetrics(seen, ''), ...source];
      const [instead] = await backup.run(signal);
      if (!instead) return [asMetrics(seen, ''), ...source];
      return NO_NUMBERS.has(instead.finding)
        ? [asMetrics(instead, `${seen.summary} Its backup: `), ...source]
        : [asMetrics(instead, 'By its backup: '), ...source];
    },
  };
};
