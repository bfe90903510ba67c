import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import * as z from 'zod';
import type { ClaywatchProps } from './claywatch.ts';

/** What the account decides, not the product: `cdk deploy -c name=value`, or under `context` in cdk.json. */
export type DeploymentOptions = Omit<ClaywatchProps, 'config' | 'stateScope' | 'tableKey'> & {
  /** A kind of key, or the ARN of one that exists. */
  readonly tableKey?: string;
};

const KEY_ARN = /^arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:key\/[\w-]+$/;
const KEY_KINDS = ['aws-owned', 'aws-managed', 'customer-managed'];
const DAYS = Object.values(RetentionDays).filter((days) => typeof days === 'number' && days < 9_999);

/** On the command line everything is text. */
const fromText = <S extends z.ZodType>(schema: S) =>
  z.preprocess((value) => (typeof value === 'string' && value.trim() !== '' ? Number(value) : value), schema);

/** Each option: what is taken, and how that is said to somebody who gave something else. */
const OPTIONS = {
  reservedConcurrency: {
    schema: z.literal('none').or(fromText(z.number().int().min(1))),
    allowed: 'a whole number from 1, or none',
  },
  removal: { schema: z.enum(['retain', 'destroy']), allowed: 'retain or destroy' },
  tableKey: {
    schema: z.string().refine((text) => KEY_KINDS.includes(text) || KEY_ARN.test(text)),
    allowed: `${KEY_KINDS.join(', ')}, or the ARN of a key`,
  },
  logRetentionDays: {
    schema: fromText(z.number().refine((days) => DAYS.includes(days))),
    allowed: `a number of days that CloudWatch Logs takes: ${DAYS.join(', ')}`,
  },
  alarms: { schema: z.enum(['lean', 'all']), allowed: 'lean or all' },
  dashboards: {
    schema: z.union([z.boolean(), z.enum(['true', 'false']).transform((text) => text === 'true')]),
    allowed: 'true or false',
  },
  budgetUsdPerMonth: { schema: fromText(z.number().positive()), allowed: 'a number above 0' },
  smsSpendLimitUsd: { schema: fromText(z.number().positive()), allowed: 'a number above 0' },
  tags: {
    schema: z.union([
      z.record(z.string(), z.string()),
      z
        .string()
        .regex(/^[^=,]+=[^=,]*(,[^=,]+=[^=,]*)*$/)
        .transform((text) => Object.fromEntries(text.split(',').map((pair) => pair.split('=')))),
    ]),
    allowed: 'key=value, several with a comma between',
  },
} as const;

type Name = keyof typeof OPTIONS;
type Values = { readonly [N in Name]?: z.output<(typeof OPTIONS)[N]['schema']> };

/** Throws a RangeError that names the option and what it takes. */
const read = (name: Name, given: unknown): unknown => {
  const { schema, allowed } = OPTIONS[name];
  const result = schema.safeParse(given);
  if (result.success) return result.data;
  throw new RangeError(
    `-c ${name}=${typeof given === 'string' ? given : JSON.stringify(given)}: must be ${allowed}`,
  );
};

/** Reads the options from context. Throws a RangeError that names one for a value that it does not take. */
export const deploymentOptions = (context: (name: string) => unknown): DeploymentOptions => {
  const values: Values = Object.fromEntries(
    (Object.keys(OPTIONS) as Name[]).flatMap((name) => {
      const given = context(name);
      return given === undefined ? [] : [[name, read(name, given)]];
    }),
  );
  const { logRetentionDays, budgetUsdPerMonth, ...same } = values;
  return {
    ...same,
    ...(logRetentionDays !== undefined && { logRetention: logRetentionDays }),
    ...(budgetUsdPerMonth !== undefined && { budget: { usdPerMonth: budgetUsdPerMonth } }),
  };
};

/** The files of `-c config=FILE[,FILE…]`; undefined: the one of this directory. Throws a RangeError for none at all. */
export const configFiles = (given: unknown): readonly (string | undefined)[] => {
  if (given === undefined) return [undefined];
  const files = Array.isArray(given) ? given : String(given).split(',');
  const named = files.map((file) => String(file).trim()).filter((file) => file !== '');
  if (named.length === 0)
    throw new RangeError(`-c config=${given}: must be a file, several with a comma between`);
  return named;
};
