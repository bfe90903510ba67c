import type { Attempt, AttemptResult } from './attempt.ts';
import type { CallbackRecord, SubmissionRecord } from './ledger.ts';
import type { RowFact } from './row.ts';

const DAY = 86_400_000;
const AHEAD = 600_000;
const MAX_WORD = 64;
const MAX_ENTITY = 6;
const MAX_AMOUNT = 1_000_000;
const MAX_COUNT = 10_000_000;

/** Words become parts of stored names and values: printable, on one line, bounded. */
const word = (text: string): string => text.replace(/[^\x20-\x7e]/g, '_').slice(0, MAX_WORD);

/** A time that is far from now comes from a wrong clock; it would open windows that nobody looks at. */
const sane = (at: number, now: number, retainDays: number): number =>
  Number.isFinite(at) ? Math.round(Math.min(Math.max(at, now - retainDays * DAY), now + AHEAD)) : now;

const thousandths = (amount: number | undefined): number =>
  amount !== undefined && amount > 0 ? Math.round(Math.min(amount, MAX_AMOUNT) * 1_000) : 0;

const whole = (count: number): number => (count > 0 ? Math.min(Math.round(count), MAX_COUNT) : 0);

/** The present, and how long rows are remembered: what an honest time lies within. */
interface Frame {
  readonly now: number;
  readonly retainDays: number;
}

/** What a submission says of its row. Of the entity's hash the end is kept: of a hexadecimal one 24 bits, so that among
 * 10,000 entities an hour some three pairs are taken for one, which no threshold of repeats notices. */
export const factOfSubmission = (record: SubmissionRecord, { now, retainDays }: Frame): RowFact => ({
  kind: record.outcome === 'accepted' ? 'submitted' : 'unknown',
  fact: { at: sane(record.at, now, retainDays), webhook: word(record.webhook) },
  ...(record.entity && { entity: entityOf(record.entity) as string }),
});

/** The end of an entity's hash that is kept: see `factOfSubmission`. */
export const entityOf = (entity: string | undefined): string | undefined =>
  entity ? word(entity).slice(-MAX_ENTITY) : undefined;

/** An attempt as it is claimed. */
export const attemptOf = (
  claim: Omit<Attempt, 'outcome'>,
  { now, retainDays }: Frame,
): Omit<Attempt, 'outcome'> => ({
  attempt: claim.attempt,
  webhook: word(claim.webhook),
  at: sane(claim.at, now, retainDays),
  ...(claim.token !== undefined && { token: claim.token }),
});

/** What came of an attempt. */
export const resultOf = (result: AttemptResult, { now, retainDays }: Frame): AttemptResult => ({
  attempt: result.attempt,
  webhook: word(result.webhook),
  at: sane(result.at, now, retainDays),
  outcome: result.outcome,
});

/** A number of rows without their ids counts like one row, whose name is the idempotency key. */
export const factOfCount = (
  batch: { readonly webhook: string; readonly count: number; readonly at: number },
  { now, retainDays }: Frame,
): RowFact => ({
  kind: 'submitted',
  fact: { at: sane(batch.at, now, retainDays), webhook: word(batch.webhook), count: whole(batch.count) },
});

/** No row id holds a line break, so a key can be no row's name. */
export const rowIdOfCount = (idempotencyKey: string): string => `count\n${idempotencyKey}`;

/** What a callback says of its row. */
export const factOfCallback = (record: CallbackRecord, { now, retainDays }: Frame): RowFact => ({
  kind: 'back',
  fact: {
    at: sane(record.at, now, retainDays),
    result: record.result,
    status: word(record.status),
    provider: word(record.provider ?? ''),
    column: word(record.column ?? ''),
    crm: record.crm ?? '',
    credits: thousandths(record.credits),
    actions: thousandths(record.actions),
  },
});
