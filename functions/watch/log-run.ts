import type { Clock } from '../../shared/clock.ts';
import type { Config } from '../../shared/config/schema.ts';
import { createMeasure } from '../../shared/metrics/measure.ts';
import { metricsOf } from '../../shared/metrics/of-watch.ts';
import { feedOf } from '../../shared/notify/affected.ts';
import type { WatchReport } from '../../shared/watch/run.ts';
import type { Log } from '../log.ts';

/** More changes than in any run that a person would read line by line. */
const MOST_LINES = 50;

type Known = Pick<Config, 'installation' | 'metrics' | 'feeds' | 'probes' | 'schedule'>;

const feedIn = (about: { readonly subject: string }, config: Known) => {
  const feed = feedOf(about, config);
  return feed === null ? {} : { feed };
};

/**
 * What a run leaves in the log: a line for each incident that changed and for each thing that was done about one, then
 * one with what it counted, of which CloudWatch makes metrics. Metrics of feeds are wanted: one more line for each, since a
 * document of metrics has each name once.
 */
export const logRun = (
  log: Pick<Log, 'info'>,
  report: WatchReport,
  config: Known,
  clock: Pick<Clock, 'now'>,
): void => {
  const changes = report.changes.filter(({ transition }) => transition !== 'none');
  for (const { transition, incident } of changes.slice(0, MOST_LINES)) {
    const { id, cause, subject, severity, status } = incident;
    log.info('incident changed', {
      incident: id,
      transition,
      cause,
      subject,
      severity,
      status,
      ...feedIn(incident, config),
    });
  }
  const done = report.actions.filter(({ note }) => note !== null);
  for (const { feed, cause, subject, mode, note } of done.slice(0, MOST_LINES))
    log.info('acted for incident', {
      incident: note?.incident,
      action: note?.action.kind,
      mode,
      feed,
      cause,
      subject,
    });

  const measure = createMeasure(config, clock);
  // A line for each: a document of metrics has each name once.
  for (const { minutes, ...acknowledged } of report.acknowledged.slice(0, MOST_LINES))
    log.info('incident acknowledged', {
      ...acknowledged,
      ...measure.whole({ MinutesToAcknowledge: minutes }),
    });

  const measured = metricsOf(report, { everyMinutes: config.schedule.everyMinutes, now: clock.now() });
  if (config.metrics === 'all')
    for (const [feed, values] of Object.entries(measured?.feeds ?? {}))
      log.info('feed', { feed, ...measure.feed(feed, values) });
  log.info('finished', {
    slot: new Date(report.slot).toISOString(),
    result: report.result,
    observations: report.observations.length,
    changes: report.changes.length,
    ...report.deliveries,
    ...(measured && { ...measure.whole(measured.whole), feeds: measured.feeds }),
  });
};
