import type { QueuedRow, Seal } from '../../relay/queue.ts';

/** What is known of a row beside its JSON. The JSON stands apart: quoted within JSON it would grow. */
type Head = Omit<QueuedRow, 'feed' | 'json'> & { readonly v: 1 };

const ORIGINS: readonly QueuedRow['origin'][] = ['sender', 'replay', 'dead-letter'];

/** A row as the body of a message: a line of JSON about it, the row itself, sealed for its feed. */
export const toMessage = (seal: Seal, { feed, json, ...rest }: QueuedRow): Promise<string> => {
  const { id, takenAt, entity, after, tries, origin } = rest;
  const head: Head = { v: 1, id, takenAt, ...(entity === undefined ? {} : { entity }), after, tries, origin };
  return seal.seal(`${JSON.stringify(head)}\n${json}`, feed);
};

const isHead = (value: unknown): value is Head => {
  if (typeof value !== 'object' || value === null) return false;
  const { v, id, takenAt, entity, after, tries, origin } = value as Partial<Head>;
  return (
    v === 1 &&
    typeof id === 'string' &&
    [takenAt, after, tries].every(Number.isFinite) &&
    (entity === undefined || typeof entity === 'string') &&
    origin !== undefined &&
    ORIGINS.includes(origin)
  );
};

/** Reads what `toMessage` wrote; null for anything else. */
export const fromMessage = async (seal: Seal, feed: string, body: string): Promise<QueuedRow | null> => {
  const text = await seal.open(body, feed);
  const end = text?.indexOf('\n') ?? -1;
  if (text === null || end < 0) return null;
  try {
    const head: unknown = JSON.parse(text.slice(0, end));
    if (!isHead(head)) return null;
    const { v, ...known } = head;
    return { feed, ...known, json: text.slice(end + 1) };
  } catch {
    return null;
  }
};
