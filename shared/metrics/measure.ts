import type { Clock } from '../clock.ts';
import { FEED_METRICS, type FeedValues, METRICS, type MetricsSetting, type Values } from './catalogue.ts';
import { type EmfFields, emfOf } from './emf.ts';

export interface MeasureOptions {
  readonly installation: string;
  readonly metrics: MetricsSetting;
}

/** Makes fields of a log line of what an installation measures. */
export interface Measure {
  whole(values: Values): EmfFields;
  /** Of one feed; without metrics unless all are wanted. */
  feed(feed: string, values: FeedValues): EmfFields;
}

export const createMeasure = (
  { installation, metrics: setting }: MeasureOptions,
  clock: Pick<Clock, 'now'>,
): Measure => ({
  whole: (values) =>
    emfOf({
      setting,
      definitions: METRICS,
      dimensions: { Installation: installation },
      values,
      at: clock.now(),
    }),
  feed: (feed, values) =>
    emfOf({
      setting,
      definitions: FEED_METRICS,
      dimensions: { Installation: installation, Feed: feed },
      values,
      at: clock.now(),
    }),
});
