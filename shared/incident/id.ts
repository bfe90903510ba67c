import type { Cause } from '../cause.ts';

const ID = /^inc-(\d{4})(\d{2})(\d{2})-[0-9a-f]{8}$/;

/** FNV-1a over UTF-16 units with murmur3's finalizer, so that times one millisecond apart give unlike ids. */
export const hash32 = (text: string): number => {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
};

/**
 * `inc-<yyyymmdd>-<8 hex>`, the day in UTC. The same cause, subject and time of opening give the same id, so that
 * racing openers agree on it.
 */
export const incidentId = (cause: Cause, subject: string, openedAt: number): string => {
  const day = new Date(openedAt).toISOString().slice(0, 10).replaceAll('-', '');
  const hex = hash32(`${cause}\n${subject}\n${openedAt}`).toString(16).padStart(8, '0');
  return `inc-${day}-${hex}`;
};

/** The UTC day (`2026-11-03`) on which the incident with this id was opened; null when it is no such id. */
export const dayOfId = (id: string): string | null => {
  const match = ID.exec(id);
  return match ? `${match[1]}-${match[2]}-${match[3]}` : null;
};
