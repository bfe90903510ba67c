import type { Config } from '../config/schema.ts';
import type { QueuedRow } from '../relay/queue.ts';
import { isForgotten } from '../rows/bucket.ts';
import { issueRowIds, placeInId } from '../rows/row-id.ts';
import type { PendingPage, PendingRow, ReplayJob } from './job.ts';
import type { RunPorts } from './ports.ts';
import { isMeant } from './survey.ts';

/*
 * A page is chosen, written down, queued and counted. What was written down can be queued again after a crash: it names
 * rows, and the rows are read again from where they rest.
 */

export interface PageContext {
  readonly config: Config;
  readonly ports: RunPorts;
}

const uncalledPage = async ({ ports }: PageContext, job: ReplayJob, limit: number): Promise<PendingPage> => {
  const { feed, from, to, freshFrom, cursor } = job;
  const page = await ports.sends.outstanding(feed, { from, to, limit, ...(cursor !== null && { cursor }) });
  // What this replay had sent itself before it was stopped is younger too.
  const old = page.rows.filter(({ acceptedAt }) => acceptedAt < freshFrom);
  const ids = old.map(({ rowId }) => rowId);
  const found = ids.length === 0 ? [] : await ports.outbox.kept(feed, ids);
  const kept = new Set(found.map(({ rowId }) => rowId));
  const rows = old.flatMap(({ rowId, accepted }): PendingRow[] =>
    kept.has(rowId) ? [{ id: rowId, after: accepted }] : [],
  );
  return { rows, skipped: page.rows.length - rows.length, cursor: page.cursor };
};

/** A new id for a row that the ledger has forgotten: under the old one it could not be sent. */
const newIdFor = ({ id }: QueuedRow, { config, ports: { clock, random } }: PageContext): string | null => {
  const place = placeInId(id);
  if (place && !isForgotten(place, clock.now(), config.rows.retainDays)) return null;
  return issueRowIds(1, clock, random)[0] ?? null;
};

const deadLettersPage = async (context: PageContext, job: ReplayJob, limit: number): Promise<PendingPage> => {
  const { feed, cursor, fault } = job;
  const page = await context.ports.deadLetters.list(feed, {
    limit,
    ...(cursor !== null && { cursor }),
    ...(fault && { fault }),
  });
  const rows = page.letters.flatMap((letter): PendingRow[] => {
    if (letter.row === null || !isMeant(letter, job)) return [];
    const as = newIdFor(letter.row, context);
    return [{ id: letter.id, at: letter.at, ...(as !== null && { as }) }];
  });
  return { rows, skipped: page.letters.length - rows.length, cursor: page.cursor };
};

/** The next rows of a job, at most so many. */
export const nextPage = (context: PageContext, job: ReplayJob, limit: number): Promise<PendingPage> =>
  job.source === 'uncalled' ? uncalledPage(context, job, limit) : deadLettersPage(context, job, limit);

/** Row data is not parsed: numbers would not survive it. A row id stands nowhere but where it was stamped. */
const renamed = (row: QueuedRow, id: string): QueuedRow => ({
  ...row,
  id,
  json: row.json.replaceAll(row.id, id),
  after: 0,
});

const queueUncalled = async ({ ports }: PageContext, job: ReplayJob, page: PendingPage): Promise<number> => {
  const after = new Map(page.rows.map((row) => [row.id, row.after ?? 0]));
  const rows = await ports.outbox.find(job.feed, [...after.keys()]);
  await ports.queue.send(
    job.feed,
    rows.map((row) => ({ ...row, after: after.get(row.id) ?? 0, tries: 0, origin: 'replay' })),
  );
  return rows.length;
};

/** The letter that is meant; null when it is gone, or was set aside anew: its row has been queued then. */
const letterOf = async ({ ports }: PageContext, feed: string, { id, at, as }: PendingRow) => {
  const letter = await ports.deadLetters.byId(feed, id);
  if (!letter?.row || letter.at !== at) return null;
  const row = as === undefined ? letter.row : renamed(letter.row, as);
  return { id, at, row: { ...row, tries: 0, origin: 'dead-letter' as const } };
};

const queueDeadLetters = async (context: PageContext, job: ReplayJob, page: PendingPage): Promise<number> => {
  const { queue, deadLetters } = context.ports;
  const letters = (
    await Promise.all(page.rows.map((pending) => letterOf(context, job.feed, pending)))
  ).flatMap((letter) => letter ?? []);
  await queue.send(
    job.feed,
    letters.map(({ row }) => row),
  );
  await Promise.all(letters.map(({ id, at }) => deadLetters.remove(job.feed, id, at)));
  // Letters that are gone were queued before a crash, and removed only after that.
  return page.rows.length;
};

/** Queues what was written down; may be repeated. Gives how many rows of it are queued. */
export const queuePage = async (context: PageContext, job: ReplayJob, page: PendingPage): Promise<number> => {
  if (page.rows.length === 0) return 0;
  return job.source === 'uncalled' ? queueUncalled(context, job, page) : queueDeadLetters(context, job, page);
};
