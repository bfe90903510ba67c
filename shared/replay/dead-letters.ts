import type { Config } from '../config/schema.ts';
import type { DeadLetter } from '../relay/keeping.ts';
import type { QueuedRow } from '../relay/queue.ts';
import { isForgotten } from '../rows/bucket.ts';
import { issueRowIds, placeInId } from '../rows/row-id.ts';
import { audit } from './audit.ts';
import type { RunPorts } from './ports.ts';

type RequeuePorts = Pick<RunPorts, 'clock' | 'random'> & {
  readonly queue: Pick<RunPorts['queue'], 'send'>;
  readonly deadLetters: Pick<RunPorts['deadLetters'], 'put' | 'remove'>;
};

/** Row data is not parsed: large numbers would not survive it. A row id stands nowhere but where it was stamped. */
const renamed = (row: QueuedRow, id: string): QueuedRow => ({
  ...row,
  id,
  json: row.json.replaceAll(row.id, id),
  after: 0,
});

/**
 * A row that the ledger has forgotten gets a new id, for under the old one it could not be sent. The letter is written
 * with it first: after a crash the row is queued under the same new id again, and sent once.
 */
const withLivingId = async (
  config: Config,
  letter: DeadLetter & { readonly row: QueuedRow },
  { clock, random, deadLetters }: RequeuePorts,
): Promise<QueuedRow> => {
  const now = clock.now();
  const place = placeInId(letter.row.id);
  const isLiving = place !== null && !isForgotten(place, now, config.rows.retainDays);
  const [id] = isLiving ? [] : issueRowIds(1, { now: () => now }, random);
  if (id === undefined) return letter.row;
  const row = renamed(letter.row, id);
  await deadLetters.put([{ ...letter, row }]);
  return row;
};

const hasRow = (letter: DeadLetter): letter is DeadLetter & { readonly row: QueuedRow } =>
  letter.row !== null;

/**
 * Puts the rows of letters back into the queue, with a clean record, and takes the letters away. May be repeated: rows
 * that were queued before go out once. Letters without a row are left alone.
 */
export const requeueLetters = async (
  config: Config,
  feed: string,
  letters: readonly DeadLetter[],
  ports: RequeuePorts,
): Promise<number> => {
  const usable = letters.filter(hasRow);
  if (usable.length === 0) return 0;
  const rows = await Promise.all(usable.map((letter) => withLivingId(config, letter, ports)));
  await ports.queue.send(
    feed,
    rows.map((row) => ({ ...row, tries: 0, origin: 'dead-letter' })),
  );
  await Promise.all(usable.map(({ id, at }) => ports.deadLetters.remove(feed, id, at)));
  return usable.length;
};

/**
 * What became of a dead letter that was named. queued: its row is on its way again · dropped: it is gone for good ·
 * not-found: there is none of that id · no-row: it holds no row, or none that the key at hand opens
 */
export interface LetterOutcome {
  readonly id: string;
  readonly outcome: 'queued' | 'dropped' | 'not-found' | 'no-row';
}

type LetterPorts = RequeuePorts &
  Pick<RunPorts, 'controls'> & {
    readonly deadLetters: Pick<RunPorts['deadLetters'], 'byId' | 'put' | 'remove'>;
  };

const letters = (count: number): string => (count === 1 ? 'One dead letter' : `${count} dead letters`);
const was = (count: number): string => (count === 1 ? 'was' : 'were');

/** Sends the named dead letters again; in the order of the ids. */
export const retryLetters = async (
  config: Config,
  feed: string,
  ids: readonly string[],
  by: string,
  ports: LetterPorts,
): Promise<readonly LetterOutcome[]> => {
  const found = await Promise.all(ids.map((id) => ports.deadLetters.byId(feed, id)));
  const queued = await requeueLetters(
    config,
    feed,
    found.filter((letter) => letter !== null),
    ports,
  );
  if (queued > 0)
    await audit(ports, feed, 'dead-letters', `${letters(queued)} ${was(queued)} queued again.`, by);
  return ids.map((id, index) => {
    const letter = found[index];
    if (!letter) return { id, outcome: 'not-found' };
    return { id, outcome: letter.row === null ? 'no-row' : 'queued' };
  });
};

/**
 * Drops the named dead letters for good; in the order of the ids. It is written down before it is done: nothing is lost
 * without a trace.
 */
export const dropLetters = async (
  feed: string,
  ids: readonly string[],
  by: string,
  ports: Pick<LetterPorts, 'controls' | 'clock'> & {
    readonly deadLetters: Pick<RunPorts['deadLetters'], 'byId' | 'remove'>;
  },
): Promise<readonly LetterOutcome[]> => {
  const found = (await Promise.all(ids.map((id) => ports.deadLetters.byId(feed, id)))).filter(
    (letter) => letter !== null,
  );
  if (found.length > 0)
    await audit(
      ports,
      feed,
      'dead-letters',
      `${letters(found.length)} ${was(found.length)} dropped: ${found.map(({ id }) => id).join(', ')}.`,
      by,
    );
  const outcomes = await Promise.all(
    found.map(async ({ id, at }) => [id, await ports.deadLetters.remove(feed, id, at)] as const),
  );
  const removed = new Set(outcomes.flatMap(([id, outcome]) => (outcome === 'removed' ? [id] : [])));
  return ids.map((id) => ({ id, outcome: removed.has(id) ? 'dropped' : 'not-found' }));
};
