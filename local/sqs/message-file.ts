import { closeSync, openSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';

/** A message as it was put into a queue. */
export interface NewMessage {
  readonly id: string;
  readonly body: string;
  readonly md5: string;
  /** As JSON, with its digest; empty without any. */
  readonly attributes: string;
  readonly md5OfAttributes: string;
  /** Epoch ms. */
  readonly sentAt: number;
  readonly visibleAt: number;
}

/** A message as it was handed out. */
export interface KeptMessage extends NewMessage {
  readonly seq: number;
  readonly receives: number;
  readonly firstReceivedAt: number | null;
}

export interface KeptQueue {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  /** Epoch s. */
  readonly createdAt: number;
}

export interface MessageCounts {
  readonly waiting: number;
  readonly inFlight: number;
  readonly delayed: number;
}

/** Queues and their messages, in one file. Every call is synchronous; what it changes is durable before any answer. */
export interface MessageFile {
  queues(): readonly KeptQueue[];
  putQueue(queue: KeptQueue): void;
  /** With its messages. */
  removeQueue(name: string): void;
  add(queue: string, message: NewMessage): void;
  /** Those that may be received at `now`, longest visible first. */
  visible(queue: string, now: number, limit: number): readonly KeptMessage[];
  /** When the next message becomes visible, epoch ms. */
  nextVisibleAt(queue: string): number | undefined;
  handOut(
    seq: number,
    given: { readonly handle: string; readonly visibleAt: number; readonly now: number },
  ): void;
  /** To another queue, where it is visible at once. */
  move(seq: number, queue: string, now: number): void;
  /** True while nobody else received it. */
  isInFlight(queue: string, handle: string, now: number): boolean;
  hide(queue: string, handle: string, until: number): void;
  remove(queue: string, handle: string): boolean;
  purge(queue: string): void;
  counts(queue: string, now: number): MessageCounts;
  close(): void;
}

const SCHEMA = `
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = NORMAL;
  PRAGMA foreign_keys = ON;
  CREATE TABLE IF NOT EXISTS queue (
    name TEXT PRIMARY KEY,
    attributes TEXT NOT NULL,
    created_at INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE IF NOT EXISTS message (
    seq INTEGER PRIMARY KEY,
    queue TEXT NOT NULL REFERENCES queue(name) ON DELETE CASCADE,
    id TEXT NOT NULL,
    body TEXT NOT NULL,
    md5 TEXT NOT NULL,
    attributes TEXT NOT NULL,
    md5_of_attributes TEXT NOT NULL,
    sent_at INTEGER NOT NULL,
    visible_at INTEGER NOT NULL,
    receives INTEGER NOT NULL DEFAULT 0,
    first_received_at INTEGER,
    handle TEXT
  ) STRICT;
  CREATE INDEX IF NOT EXISTS message_visible ON message (queue, visible_at, handle);
  CREATE UNIQUE INDEX IF NOT EXISTS message_handle ON message (handle) WHERE handle IS NOT NULL;
`;

const COLUMNS = `seq, id, body, md5, attributes, md5_of_attributes AS md5OfAttributes, sent_at AS sentAt,
  visible_at AS visibleAt, receives, first_received_at AS firstReceivedAt`;

const prepare = (db: DatabaseSync) => ({
  queues: db.prepare('SELECT name, attributes, created_at AS createdAt FROM queue'),
  putQueue: db.prepare(
    `INSERT INTO queue (name, attributes, created_at) VALUES (?, ?, ?)
     ON CONFLICT (name) DO UPDATE SET attributes = excluded.attributes`,
  ),
  removeQueue: db.prepare('DELETE FROM queue WHERE name = ?'),
  add: db.prepare(
    `INSERT INTO message (queue, id, body, md5, attributes, md5_of_attributes, sent_at, visible_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
  ),
  visible: db.prepare(
    `SELECT ${COLUMNS} FROM message WHERE queue = ? AND visible_at <= ? ORDER BY visible_at LIMIT ?`,
  ),
  nextVisibleAt: db.prepare('SELECT min(visible_at) AS at FROM message WHERE queue = ?'),
  handOut: db.prepare(
    `UPDATE message SET handle = ?, visible_at = ?, receives = receives + 1,
       first_received_at = coalesce(first_received_at, ?) WHERE seq = ?`,
  ),
  move: db.prepare('UPDATE message SET queue = ?, visible_at = ?, handle = NULL WHERE seq = ?'),
  isInFlight: db.prepare('SELECT 1 FROM message WHERE handle = ? AND +queue = ? AND visible_at > ?'),
  hide: db.prepare('UPDATE message SET visible_at = ? WHERE handle = ? AND +queue = ?'),
  remove: db.prepare('DELETE FROM message WHERE handle = ? AND +queue = ?'),
  purge: db.prepare('DELETE FROM message WHERE queue = ?'),
  counts: db.prepare(
    `SELECT count(*) AS total, coalesce(sum(visible_at <= ?1), 0) AS waiting,
       coalesce(sum(visible_at > ?1 AND handle IS NOT NULL), 0) AS inFlight FROM message WHERE queue = ?2`,
  ),
});

/**
 * Opens the file, or makes it. What one request changes is one transaction: it begins with the first change and is
 * committed in a microtask, thus before the request is answered and after everything that it does synchronously. When
 * the commit fails (the disk is full), the process ends by an uncaught exception and nothing was promised to anybody.
 *
 * Written through to the operating system, not to the disk: a killed process loses nothing, a power cut may lose the
 * last moments, as with the store beside it.
 *
 * @param path `:memory:` for one that is forgotten
 */
export const openMessageFile = (path: string): MessageFile => {
  // SQLite's other files get the rights of this one.
  if (path !== ':memory:') closeSync(openSync(path, 'a', 0o600));
  const db = new DatabaseSync(path);
  db.exec(SCHEMA);
  const sql = prepare(db);
  let changing = false;

  const commit = () => {
    if (!changing) return;
    changing = false;
    db.exec('COMMIT');
  };
  const begin = () => {
    if (changing) return;
    db.exec('BEGIN IMMEDIATE');
    changing = true;
    queueMicrotask(commit);
  };

  return {
    queues: () =>
      sql.queues.all().map(({ name, attributes, createdAt }) => ({
        name: String(name),
        attributes: JSON.parse(String(attributes)) as Record<string, string>,
        createdAt: Number(createdAt),
      })),
    putQueue: ({ name, attributes, createdAt }) => {
      begin();
      sql.putQueue.run(name, JSON.stringify(attributes), createdAt);
    },
    removeQueue: (name) => {
      begin();
      sql.removeQueue.run(name);
    },
    add: (queue, { id, body, md5, attributes, md5OfAttributes, sentAt, visibleAt }) => {
      begin();
      sql.add.run(queue, id, body, md5, attributes, md5OfAttributes, sentAt, visibleAt);
    },
    visible: (queue, now, limit) => sql.visible.all(queue, now, limit) as unknown as KeptMessage[],
    nextVisibleAt: (queue) => (sql.nextVisibleAt.get(queue)?.at as number | null) ?? undefined,
    handOut: (seq, { handle, visibleAt, now }) => {
      begin();
      sql.handOut.run(handle, visibleAt, now, seq);
    },
    move: (seq, queue, now) => {
      begin();
      sql.move.run(queue, now, seq);
    },
    isInFlight: (queue, handle, now) => sql.isInFlight.get(handle, queue, now) !== undefined,
    hide: (queue, handle, until) => {
      begin();
      sql.hide.run(until, handle, queue);
    },
    remove: (queue, handle) => {
      begin();
      return sql.remove.run(handle, queue).changes > 0;
    },
    purge: (queue) => {
      begin();
      sql.purge.run(queue);
    },
    counts: (queue, now) => {
      const { total = 0, waiting = 0, inFlight = 0 } = sql.counts.get(now, queue) ?? {};
      return {
        waiting: Number(waiting),
        inFlight: Number(inFlight),
        delayed: Number(total) - Number(waiting) - Number(inFlight),
      };
    },
    close: () => {
      commit();
      db.close();
    },
  };
};
