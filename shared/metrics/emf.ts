import { type MetricDefinition, type MetricsSetting, NAMESPACE } from './catalogue.ts';

/** Fields of a log line of which CloudWatch makes metrics: the embedded metric format, as AWS publishes it. */
export type EmfFields = Readonly<Record<string, unknown>>;

const isPublished = ({ atLeast, atMost }: MetricDefinition, value: number): boolean =>
  (atLeast === undefined || value >= atLeast) && (atMost === undefined || value <= atMost);

export interface EmfOptions {
  readonly setting: MetricsSetting;
  readonly definitions: Readonly<Record<string, MetricDefinition>>;
  readonly dimensions: Readonly<Record<string, string>>;
  /** Null: not known this time. */
  readonly values: Readonly<Record<string, number | null | undefined>>;
  /** Epoch ms. */
  readonly at: number;
}

/**
 * The fields of one line. Every number that is known is a field, for whoever reads the log; those of the setting that
 * have something to say are metrics as well. What is no number is left out: one of these and CloudWatch takes none.
 */
export const emfOf = ({ setting, definitions, dimensions, values, at }: EmfOptions): EmfFields => {
  const known = Object.entries(values).filter(
    (entry): entry is [string, number] => entry[0] in definitions && Number.isFinite(entry[1]),
  );
  const metrics = known.flatMap(([name, value]) => {
    const definition = definitions[name];
    const isOf = setting === 'all' || (setting === 'essential' && definition?.set === 'essential');
    return definition && isOf && isPublished(definition, value)
      ? [{ Name: name, Unit: definition.unit }]
      : [];
  });
  return {
    ...Object.fromEntries(known),
    ...(metrics.length > 0 && {
      ...dimensions,
      _aws: {
        Timestamp: Math.round(at),
        CloudWatchMetrics: [
          { Namespace: NAMESPACE, Dimensions: [Object.keys(dimensions)], Metrics: metrics },
        ],
      },
    }),
  };
};

/** Whether CloudWatch makes a metric of these fields. */
export const isMetric = (fields: EmfFields): boolean => '_aws' in fields;
