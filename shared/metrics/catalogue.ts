/** Where they are in CloudWatch. */
export const NAMESPACE = 'Claywatch';

/**
 * essential: at most ten, of which an account has ten free · all: the rest too, with one of each for every feed · off:
 * none; the same numbers are in the log either way
 */
export type MetricsSetting = 'essential' | 'all' | 'off';

export type MetricUnit = 'Count' | 'Seconds' | 'Percent' | 'None';

export interface MetricDefinition {
  readonly unit: MetricUnit;
  readonly set: 'essential' | 'all';
  /** The function that measures it. */
  readonly from: 'watch' | 'forward' | 'relay' | 'callback';
  /**
   * Published from this value on, and not below it: CloudWatch charges by the hour in which a metric is published, so
   * that what has nothing to say costs nothing. Left out: on every run.
   */
  readonly atLeast?: number;
  /** Published up to this value. */
  readonly atMost?: number;
  /** How values of one period belong together. */
  readonly statistic: 'Sum' | 'Maximum' | 'Minimum' | 'Average';
  readonly means: string;
}

const some = { atLeast: 1 } as const;
const count = { unit: 'Count', statistic: 'Sum', ...some } as const;
const level = { unit: 'Count', statistic: 'Maximum', ...some } as const;

/** By installation (dimension `Installation`). */
export const METRICS = {
  WatchDelay: {
    unit: 'Seconds',
    set: 'essential',
    from: 'watch',
    statistic: 'Maximum',
    means: 'From the time a run was scheduled for to its end. None at all: no run has ended.',
  },
  OpenIncidents: { ...level, set: 'essential', from: 'watch', means: 'Open incidents.' },
  UrgentIncidents: { ...level, set: 'essential', from: 'watch', means: 'Open incidents of P1 and P2.' },
  UnknownProbes: {
    ...level,
    set: 'essential',
    from: 'watch',
    means: 'Looks that could not see, and so said neither fine nor down.',
  },
  OldestUndelivered: {
    unit: 'Seconds',
    set: 'essential',
    from: 'watch',
    statistic: 'Maximum',
    atLeast: 60,
    means: 'For how long the oldest message is owed that nobody took.',
  },
  RowsWaiting: {
    ...level,
    set: 'essential',
    from: 'watch',
    means: 'Rows taken by the relay that Clay does not have yet, of all feeds.',
  },
  RowsForwarded: {
    ...count,
    set: 'essential',
    from: 'forward',
    means: 'Rows that Clay took from the relay.',
  },
  RowsSetAside: { ...count, set: 'essential', from: 'forward', means: 'Rows that became dead letters.' },
  WebhookFill: {
    unit: 'Percent',
    set: 'essential',
    from: 'watch',
    statistic: 'Maximum',
    atLeast: 50,
    means: 'How full the fullest webhook in the configuration is, of its limit.',
  },
  CreditsRunOutHours: {
    unit: 'None',
    set: 'essential',
    from: 'watch',
    statistic: 'Minimum',
    atMost: 336,
    means: 'Hours until the data credits are used up, as likely as not; from two weeks on.',
  },

  OpenP1: { ...level, set: 'all', from: 'watch', means: 'Open incidents of P1.' },
  OpenP2: { ...level, set: 'all', from: 'watch', means: 'Open incidents of P2.' },
  OpenP3: { ...level, set: 'all', from: 'watch', means: 'Open incidents of P3.' },
  OpenP4: { ...level, set: 'all', from: 'watch', means: 'Open incidents of P4.' },
  Triggered: { ...count, set: 'all', from: 'watch', means: 'Incidents that opened, or opened again.' },
  Recovered: { ...count, set: 'all', from: 'watch', means: 'Incidents that were seen to be over.' },
  MinutesToAcknowledge: {
    unit: 'None',
    set: 'all',
    from: 'watch',
    statistic: 'Average',
    means: 'Minutes from the opening of an incident until somebody first had it; once for each.',
  },
  Failovers: { ...count, set: 'all', from: 'watch', means: 'Feeds sent on to another webhook.' },
  MessagesOwed: { ...level, set: 'all', from: 'watch', means: 'Messages that a run left owed.' },
  MessagesDelivered: { ...count, set: 'all', from: 'watch', means: 'Messages that SNS took.' },
  MessagesFailed: { ...count, set: 'all', from: 'watch', means: 'Messages that SNS did not take.' },
  MessagesFellBack: {
    ...count,
    set: 'all',
    from: 'watch',
    means: 'Messages that went by e-mail because their channel did not take them.',
  },
  MissedMinutes: { ...level, set: 'all', from: 'watch', means: 'Minutes without a run before this one.' },
  CreditsLeft: {
    unit: 'None',
    set: 'all',
    from: 'watch',
    statistic: 'Minimum',
    means: 'Data credits left, as last read.',
  },
  ActionsLeft: {
    unit: 'None',
    set: 'all',
    from: 'watch',
    statistic: 'Minimum',
    means: 'Actions left, as last read.',
  },
  RotationsFailed: {
    ...level,
    set: 'all',
    from: 'watch',
    means: 'Secrets whose last rotation failed or was denied.',
  },
  PaceRefusals: { ...count, set: 'all', from: 'forward', means: 'Rows that Clay answered 429; sent again.' },
  SendsUncertain: {
    ...count,
    set: 'all',
    from: 'forward',
    means: 'Rows that were sent and nobody knows whether Clay took them.',
  },
  SendsSpared: {
    ...count,
    set: 'all',
    from: 'forward',
    means: 'Rows that came twice and were not sent twice.',
  },
  ForwardFaults: {
    ...count,
    set: 'all',
    from: 'forward',
    means: 'Faults of stores and queues that the forwarder got over.',
  },
} as const satisfies Readonly<Record<string, MetricDefinition>>;

/** By feed (dimensions `Installation` and `Feed`), with `metrics: 'all'`. */
export const FEED_METRICS = {
  RowsTaken: { ...count, set: 'all', from: 'relay', means: 'Rows that the relay answered 202.' },
  RowsRefused: {
    ...count,
    set: 'all',
    from: 'relay',
    means: 'Rows that the relay refused, with the reason.',
  },
  CallbackDuplicates: {
    ...count,
    set: 'all',
    from: 'callback',
    means: 'Callbacks that came again and were not counted again.',
  },
  RowsSubmitted: {
    ...count,
    set: 'all',
    from: 'watch',
    means: 'Rows that Clay has, by windows of five minutes.',
  },
  RowsCalledBack: { ...count, set: 'all', from: 'watch', means: 'Rows that came back, likewise.' },
  RowsFailed: { ...count, set: 'all', from: 'watch', means: 'Rows that came back as failed, likewise.' },
  RowsOutstanding: {
    ...level,
    set: 'all',
    from: 'watch',
    means: 'Rows that Clay has and have not come back.',
  },
  RowsLost: {
    ...level,
    set: 'all',
    from: 'watch',
    means: 'Rows of the last day that had time to come back, and have not.',
  },
  RowsUncertain: {
    ...level,
    set: 'all',
    from: 'watch',
    means: 'The width of the band that the true count lies in: sends without an answer.',
  },
  QueuedRows: { ...level, set: 'all', from: 'watch', means: 'Rows on their way to Clay.' },
  DeadLetters: { ...level, set: 'all', from: 'watch', means: 'Rows that are set aside now.' },
  FullestWebhook: {
    unit: 'Percent',
    set: 'all',
    from: 'watch',
    statistic: 'Maximum',
    means: 'How full the fullest webhook of the feed is, of its limit.',
  },
} as const satisfies Readonly<Record<string, MetricDefinition>>;

export type MetricName = keyof typeof METRICS;
export type FeedMetricName = keyof typeof FEED_METRICS;

export type Values = Readonly<Partial<Record<MetricName, number | null>>>;
export type FeedValues = Readonly<Partial<Record<FeedMetricName, number | null>>>;
