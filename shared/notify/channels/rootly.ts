import { isFailed, isObject, later, objectIn, objectsIn } from './exchange.ts';
import type { PageApi, PageCall } from './page-api.ts';

const NOT_UNDERSTOOD = later('Rootly took it and named no incident');
const LABEL = 'claywatch';
/** Rootly's own words for an incident that is over. */
const OVER: ReadonlySet<unknown> = new Set(['resolved', 'closed', 'cancelled', 'completed']);

const attributesOf = (entry: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> =>
  isObject(entry.attributes) ? entry.attributes : {};

/** Labels come back as an object, or as a list of keys and values. */
const isOurs = (entry: Readonly<Record<string, unknown>>, incidentId: string): boolean => {
  const { labels } = attributesOf(entry);
  return isObject(labels)
    ? labels[LABEL] === incidentId
    : objectsIn(labels).some(({ key, value }) => key === LABEL && value === incidentId);
};

/**
 * Rootly, API v1 (docs.rootly.com). An update of a page is a status page event of an incident, so the incident comes
 * first; what is hit are services, whose condition follows from the incident.
 */
export const rootlyApi = (pageId: string, call: PageCall): PageApi => {
  const at = (id: string) => `/incidents/${encodeURIComponent(id)}`;

  return {
    begin: async ({ incidentId, title, components }) => {
      const attributes = {
        title,
        public_title: title,
        labels: { [LABEL]: incidentId },
        ...(components.length > 0 && { service_ids: components }),
      };
      const answer = await call('POST', '/incidents', { data: { type: 'incidents', attributes } });
      if (isFailed(answer)) return answer;
      const data = objectIn(answer.body)?.data;
      return isObject(data) && typeof data.id === 'string' ? { id: data.id, said: false } : NOT_UNDERSTOOD;
    },

    find: async (incidentId) => {
      const answer = await call('GET', '/incidents?sort=-created_at&page%5Bsize%5D=50');
      if (isFailed(answer)) return answer;
      const found = objectsIn(objectIn(answer.body)?.data).find(
        (entry) => isOurs(entry, incidentId) && !OVER.has(attributesOf(entry).status),
      );
      return typeof found?.id === 'string' ? { id: found.id, said: false } : null;
    },

    say: async (id, { status, body }) => {
      const event = {
        type: 'incident_status_page_events',
        attributes: { event: body, status_page_id: pageId, status, notify_subscribers: true },
      };
      const answer = await call('POST', `${at(id)}/status-page-events`, { data: event });
      if (isFailed(answer)) return answer;
      if (status !== 'resolved') return null;
      const over = { type: 'incidents', attributes: { status: 'resolved' } };
      const closed = await call('PUT', at(id), { data: over });
      return isFailed(closed) ? closed : null;
    },

    hasSaid: async (id, { status, body }) => {
      const answer = await call('GET', `${at(id)}/status-page-events`);
      if (isFailed(answer)) return answer;
      const said = objectsIn(objectIn(answer.body)?.data).some((entry) => {
        const attributes = attributesOf(entry);
        return attributes.event === body && attributes.status === status;
      });
      if (!said || status !== 'resolved') return said;
      // The event may be there without the end of the incident: ending it twice does no harm.
      const over = { type: 'incidents', attributes: { status: 'resolved' } };
      const closed = await call('PUT', at(id), { data: over });
      return isFailed(closed) ? closed : true;
    },

    // The condition of a service follows from all the incidents it is in.
    heldByOthers: async () => [],

    check: async () => {
      const answer = await call('GET', `/status-pages/${encodeURIComponent(pageId)}`);
      return isFailed(answer)
        ? {
            result: answer.kind === 'later' ? 'unknown' : 'not-ready',
            found: answer.why,
            fix: 'Look at the API key in the secret, and at `pageId`.',
          }
        : { result: 'ready', found: 'The page can be read with this key.', fix: '' };
    },
  };
};
