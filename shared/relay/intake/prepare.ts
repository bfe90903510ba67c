import { isObject, type JsonObject } from '../../rows/body.ts';
import { textOf, valueAt } from '../../rows/body-value.ts';
import type { FeedIntake } from './feed-intake.ts';
import { filtered, missingKeys } from './filters.ts';
import { type Refusal, refusal } from './outcome.ts';
import type { SentRow } from './parse-rows.ts';
import { stampable } from './stamp.ts';

/** A row that could go to Clay. */
export interface PreparedRow {
  readonly value: JsonObject;
  /** What is posted to Clay, under an id. */
  readonly json: (rowId: string) => string;
  /** A hash of what identifies the record. */
  readonly entity: string | undefined;
}

/** As long as every id that we issue. */
const SOME_ID = 'cw00000000000000000000';
const encoder = new TextEncoder();

/** Null for what is not an object, and so no row. */
export const prepared = ({ value, exact }: SentRow, feed: FeedIntake): PreparedRow | null => {
  if (!isObject(value) || !isObject(exact)) return null;
  const entity = textOf(valueAt(value, feed.entity));
  return {
    value,
    json: stampable(exact),
    // The same person in another spelling is the same entity.
    entity: entity === undefined ? undefined : feed.hash(entity.toLowerCase()),
  };
};

const tooLarge = ({ json }: PreparedRow, limit: number): Refusal | null => {
  const size = encoder.encode(json(SOME_ID)).length;
  if (size <= limit) return null;
  const detail = `The row has ${size} bytes with its row id; at most ${limit} are taken.`;
  return { ...refusal('row.too-large', detail), size, limit };
};

const notOfSchema = (row: JsonObject, { schema }: FeedIntake): Refusal | null => {
  const fault = schema?.(row) ?? null;
  return fault === null ? null : refusal('row.invalid', fault);
};

/** Why a row is not taken, as far as it can be seen from the row alone. What costs little comes first. */
export const faultOf = (row: PreparedRow | null, feed: FeedIntake): Refusal | null =>
  row === null
    ? refusal('row.not-an-object')
    : (tooLarge(row, feed.maxRowBytes) ??
      missingKeys(row.value, feed.required) ??
      filtered(row.value, feed.filters) ??
      notOfSchema(row.value, feed));
