import type { Config } from '../config/schema.ts';
import type { DeadLetter } from '../relay/keeping.ts';
import { requeueLetters } from './dead-letters.ts';
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

const deadLettersPage = async (context: PageContext, job: ReplayJob, limit: number): Promise<PendingPage> => {
  const { feed, cursor, fault } = job;
  const page = await context.ports.deadLetters.list(feed, {
    limit,
    ...(cursor !== null && { cursor }),
    ...(fault && { fault }),
  });
  const rows = page.letters.flatMap((letter): PendingRow[] =>
    letter.row !== null && isMeant(letter, job) ? [{ id: letter.id, at: letter.at }] : [],
  );
  return { rows, skipped: page.letters.length - rows.length, cursor: page.cursor };
};

/** The next rows of a job, at most so many. */
export const nextPage = (context: PageContext, job: ReplayJob, limit: number): Promise<PendingPage> =>
  job.source === 'uncalled' ? uncalledPage(context, job, limit) : deadLettersPage(context, job, limit);

const queueUncalled = async ({ ports }: PageContext, job: ReplayJob, page: PendingPage): Promise<number> => {
  const after = new Map(page.rows.map((row) => [row.id, row.after ?? 0]));
  const rows = await ports.outbox.find(job.feed, [...after.keys()]);
  await ports.queue.send(
    job.feed,
    rows.map((row) => ({ ...row, after: after.get(row.id) ?? 0, tries: 0, origin: 'replay' })),
  );
  return rows.length;
};

const queueDeadLetters = async (
  { config, ports }: PageContext,
  job: ReplayJob,
  page: PendingPage,
): Promise<number> => {
  const found = await Promise.all(page.rows.map(({ id }) => ports.deadLetters.byId(job.feed, id)));
  // A letter that is gone, or was set aside anew, was queued before a crash.
  const letters = found.filter(
    (letter) => letter !== null && page.rows.some(({ id, at }) => id === letter.id && at === letter.at),
  ) as readonly DeadLetter[];
  await requeueLetters(config, job.feed, letters, ports);
  return page.rows.length;
};

/** Queues what was written down; may be repeated. Gives how many rows of it are queued. */
export const queuePage = async (context: PageContext, job: ReplayJob, page: PendingPage): Promise<number> => {
  if (page.rows.length === 0) return 0;
  return job.source === 'uncalled' ? queueUncalled(context, job, page) : queueDeadLetters(context, job, page);
};
