import { type Schema, Validator } from '@cfworker/json-schema';

/** CloudWatch's units for what this product counts; it takes others too. */
const UNITS = ['Seconds', 'Milliseconds', 'Bytes', 'Percent', 'Count', 'Count/Second', 'None'];
const name: Schema = { type: 'string', minLength: 1, maxLength: 255 };

/**
 * The embedded metric format as its specification defines it: docs.aws.amazon.com, CloudWatch user guide,
 * "Specification: Embedded metric format".
 */
const SCHEMA: Schema = {
  type: 'object',
  required: ['_aws'],
  properties: {
    _aws: {
      type: 'object',
      required: ['Timestamp', 'CloudWatchMetrics'],
      additionalProperties: false,
      properties: {
        Timestamp: { type: 'integer', minimum: 0 },
        CloudWatchMetrics: {
          type: 'array',
          minItems: 1,
          items: {
            type: 'object',
            required: ['Namespace', 'Dimensions', 'Metrics'],
            additionalProperties: false,
            properties: {
              Namespace: name,
              Dimensions: {
                type: 'array',
                minItems: 1,
                items: { type: 'array', maxItems: 9, items: name },
              },
              Metrics: {
                type: 'array',
                minItems: 1,
                maxItems: 100,
                items: {
                  type: 'object',
                  required: ['Name'],
                  additionalProperties: false,
                  properties: { Name: name, Unit: { enum: UNITS } },
                },
              },
            },
          },
        },
      },
    },
  },
};

interface Emf {
  readonly _aws: {
    readonly CloudWatchMetrics: readonly {
      readonly Dimensions: readonly (readonly string[])[];
      readonly Metrics: readonly { readonly Name: string }[];
    }[];
  };
}

const validator = new Validator(SCHEMA, '7', false);

/**
 * What is wrong with a line as a document of metrics: the schema, and what the specification says in words of the members
 * that it refers to. None: CloudWatch takes it.
 */
export const emfFaults = (line: unknown): readonly string[] => {
  const { valid, errors } = validator.validate(line);
  if (!valid) return errors.map(({ instanceLocation, error }) => `${instanceLocation}: ${error}`);
  const root = line as Emf & Readonly<Record<string, unknown>>;
  return root._aws.CloudWatchMetrics.flatMap(({ Dimensions, Metrics }) => [
    ...Dimensions.flat().flatMap((key) =>
      typeof root[key] === 'string' && root[key] !== '' ? [] : [`dimension ${key} is no text`],
    ),
    ...Metrics.flatMap(({ Name }) =>
      typeof root[Name] === 'number' && Number.isFinite(root[Name]) ? [] : [`metric ${Name} is no number`],
    ),
  ]);
};

/** The names of the metrics that CloudWatch makes of a line. */
export const metricsIn = (line: unknown): readonly string[] =>
  ((line as Partial<Emf>)._aws?.CloudWatchMetrics ?? []).flatMap(({ Metrics }) =>
    Metrics.map(({ Name }) => Name),
  );
