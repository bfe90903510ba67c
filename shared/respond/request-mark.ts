import type { Incident, RequestMark } from '../incident/incident.ts';
import { toBase64, utf8 } from '../notify/channels/hmac.ts';

/** 96 bits: nobody finds two requests with one hash, and a hundred of them are small beside an incident. */
const HASH_BYTES = 12;

const hashOf = async (text: string): Promise<string> =>
  toBase64(new Uint8Array(await crypto.subtle.digest('SHA-256', utf8(text))).slice(0, HASH_BYTES));

/** What remembers a request: `key` names it, `body` is all that it asks for, in whatever order its members stand. */
export const markOf = async (key: string, body: Readonly<Record<string, unknown>>): Promise<RequestMark> => {
  const [hashedKey, hashedBody] = await Promise.all([
    hashOf(key),
    hashOf(JSON.stringify(Object.entries(body).toSorted(([one], [other]) => (one < other ? -1 : 1)))),
  ]);
  return { key: hashedKey, body: hashedBody };
};

/** Whether the incident knows a request: carried out already, or its key belongs to another. */
export const recalled = ({ timeline }: Incident, mark: RequestMark): 'new' | 'repeated' | 'conflict' => {
  const known = timeline.findLast(({ request }) => request?.key === mark.key)?.request;
  if (!known) return 'new';
  return known.body === mark.body ? 'repeated' : 'conflict';
};

/** The incident as a request changed it, with the request on the entry that tells of it: the newest. */
export const withMark = (incident: Incident, mark: RequestMark): Incident => ({
  ...incident,
  timeline: incident.timeline.map((entry, index, { length }) =>
    index === length - 1 ? { ...entry, request: mark } : entry,
  ),
});
