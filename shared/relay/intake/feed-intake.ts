import type { Config, FeedConfig } from '../../config/schema.ts';
import type { RowFilters } from './filters.ts';
import type { RowSchema } from './row-schema.ts';

/** How rows of one feed are taken. */
export interface FeedIntake {
  readonly required: readonly string[];
  readonly schema: RowSchema | null;
  /** Awaited before the schema is used: loads and compiles it. Left out: it is ready. */
  readonly ready?: () => Promise<void>;
  readonly filters: RowFilters;
  /** What the key is called that identifies the record; a dot reaches into an object. */
  readonly entity: string;
  /** One way, so that entities can be told apart without being known. */
  readonly hash: (entity: string) => string;
  /** The same entity within this time is refused, ms; 0: never. */
  readonly duplicatesWithinMs: number;
  /** Of a row with its id, bytes. */
  readonly maxRowBytes: number;
}

const MINUTE_MS = 60_000;

/** Reads it from the configuration; the schema is loaded with its first row, so that others need not wait for it. */
export const feedIntake = (
  { relay: { required, schema, filters, entity } }: FeedConfig,
  { maxRowBytes }: Config['relay'],
  hash: FeedIntake['hash'],
): FeedIntake => {
  let compiled: RowSchema | undefined;
  return {
    required,
    schema: schema
      ? (row) => {
          if (!compiled) throw new Error('a schema is used before it is ready');
          return compiled(row);
        }
      : null,
    ...(schema && {
      ready: async () => {
        const { compileRowSchema } = await import('./row-schema.ts');
        compiled ??= compileRowSchema(schema);
      },
    }),
    filters: {
      email: filters.email,
      domain: filters.domain,
      personalDomains: filters.personalDomains,
      morePersonalDomains: new Set(filters.morePersonalDomains.map((domain) => domain.toLowerCase())),
    },
    entity,
    hash,
    duplicatesWithinMs: filters.duplicatesWithinMinutes * MINUTE_MS,
    maxRowBytes,
  };
};
