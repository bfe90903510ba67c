import { gunzipSync, gzipSync } from 'node:zlib';
import { type AttributeValue, ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { ClaywatchError } from '../../errors.ts';

export type Item = Record<string, AttributeValue>;

/*
 * An aggregate is stored as one JSON document beside the few attributes that keys, indexes and conditions need. It is
 * read and written as a whole, always; it comes back exactly as it went in (DynamoDB's maps and numbers do not: empty
 * sets, absent members, 38 digits), needs no marshalling library, and its size is its length.
 */

/** As text, which a person can read in the console. */
export const toDocument = (value: unknown): AttributeValue => ({ S: JSON.stringify(value) });

/** Compressed, for what is written every minute: DynamoDB charges by the size of the whole item. */
export const toPackedDocument = (value: unknown): AttributeValue => ({ B: gzipSync(JSON.stringify(value)) });

const textOf = (document: AttributeValue | undefined): string =>
  document?.B ? gunzipSync(document.B).toString('utf8') : (document?.S ?? '');

/** Reads either form. Throws `store.corrupt` when the item has no readable document; its content is not shown. */
export const fromDocument = <T>(item: Item): T => {
  try {
    return JSON.parse(textOf(item.document)) as T;
  } catch {
    // The reason is left out: a parser's message quotes what it could not parse.
    throw new ClaywatchError(
      'store.corrupt',
      `The item ${item.pk?.S} / ${item.sk?.S} has no readable document.`,
      'Look at the item in the table; restore it from a backup, or delete it to start it afresh.',
    );
  }
};

/** Runs a conditional write; a condition that does not hold is an outcome, any other fault passes through. */
export const conditionally = async (write: () => Promise<unknown>): Promise<'written' | 'conflict'> => {
  try {
    await write();
    return 'written';
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return 'conflict';
    throw error;
  }
};
