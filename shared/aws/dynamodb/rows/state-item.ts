import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { boundState, emptyState, type LedgerState } from '../../../rows/state.ts';
import { fromDocument, toPackedDocument } from '../document.ts';
import { fromStoredState, type StoredState, toStoredState } from './columns.ts';
import { beginningKey, stateKey } from './keys.ts';
import type { TableCalls } from './table-calls.ts';

/** What is read on every look at a feed stays a handful of read units. */
const MAX_BYTES = 90_000;
/** Words kept for each window and dimension, until the document is small enough. */
const WORDS = [20, 10, 5, 2, 0];

/** Packs a document, with fewer words the larger it is; sums stay exact. */
export const packWithin = <T>(bound: (words: number) => T, maxBytes: number): AttributeValue => {
  let packed = toPackedDocument(bound(WORDS[0] ?? 0));
  for (const words of WORDS.slice(1)) {
    if ((packed.B?.byteLength ?? 0) <= maxBytes) break;
    packed = toPackedDocument(bound(words));
  }
  return packed;
};

/** The state as it is stored. */
export const packState = (state: LedgerState): AttributeValue =>
  packWithin((words) => toStoredState(boundState(state, words)), MAX_BYTES);

/** The state as the last fold or rebase left it; null before the first. */
export const readState = async (
  table: TableCalls,
  feed: string,
  consistent: boolean,
): Promise<LedgerState | null> => {
  const item = await table.get(stateKey(feed), consistent);
  return item ? fromStoredState(fromDocument<StoredState>(item)) : null;
};

/** The state to go on from: as it is, or what it is when all there may be is rows. */
export const loadState = async (table: TableCalls, feed: string, now: number): Promise<LedgerState> => {
  const state = await readState(table, feed, true);
  if (state) return state;
  const beginning = await table.get(beginningKey(feed), true);
  return emptyState(now, beginning?.slice?.N === undefined ? undefined : Number(beginning.slice.N));
};

/** Writes the state if the one before it is still there. */
export const saveState = async (
  table: TableCalls,
  feed: string,
  next: LedgerState,
): Promise<'written' | 'conflict'> => {
  const written = await table.update({
    Key: stateKey(feed),
    UpdateExpression: 'SET document = :document, version = :version',
    ConditionExpression: next.version === 1 ? 'attribute_not_exists(version)' : 'version = :previous',
    ExpressionAttributeValues: {
      ':document': packState(next),
      ':version': { N: String(next.version) },
      ...(next.version !== 1 && { ':previous': { N: String(next.version - 1) } }),
    },
  });
  return written === 'written' ? 'written' : 'conflict';
};

/** Notes, once, when the first row of a feed was written, so that the first fold knows how far to look back. */
export const noteBeginning = async (table: TableCalls, feed: string, slice: number): Promise<void> => {
  const key = beginningKey(feed);
  if (await table.get(key, false)) return;
  await table.update({
    Key: key,
    UpdateExpression: 'SET #slice = :slice',
    ConditionExpression: 'attribute_not_exists(pk)',
    ExpressionAttributeNames: { '#slice': 'slice' },
    ExpressionAttributeValues: { ':slice': { N: String(slice) } },
  });
};
