import { isFailed, isObject, later, objectIn, objectsIn } from './exchange.ts';
import type { PageApi, PageCall, Publication } from './page-api.ts';
import type { ChannelCheck } from './port.ts';

const CONDITIONS: Readonly<Record<Publication['condition'], string>> = {
  operational: 'operational',
  degraded: 'degraded_performance',
  'partial-outage': 'partial_outage',
  'major-outage': 'major_outage',
};

const incidentBody = ({ incidentId, status, body, condition, components }: Publication): object => ({
  status,
  body,
  deliver_notifications: true,
  ...(components.length > 0 && {
    component_ids: components,
    components: Object.fromEntries(components.map((id) => [id, CONDITIONS[condition]])),
  }),
  metadata: { claywatch: { incident: incidentId } },
});

const listIn = (body: string): readonly Readonly<Record<string, unknown>>[] => {
  try {
    return objectsIn(JSON.parse(body));
  } catch {
    return [];
  }
};

const NOT_UNDERSTOOD = later('Statuspage took it and named no incident');

const isOurs = (incident: Readonly<Record<string, unknown>>, incidentId: string): boolean => {
  const { metadata } = incident;
  const ours = isObject(metadata) ? metadata.claywatch : null;
  return isObject(ours) && ours.incident === incidentId;
};

/** Atlassian Statuspage, API v1 (developer.statuspage.io). One request a second, so as few calls as possible. */
export const statuspageApi = (pageId: string, components: readonly string[], call: PageCall): PageApi => {
  const page = `/pages/${encodeURIComponent(pageId)}`;
  const at = (id: string) => `${page}/incidents/${encodeURIComponent(id)}`;
  const unresolved = () => call('GET', `${page}/incidents/unresolved`);

  return {
    begin: async (publication) => {
      const incident = { name: publication.title, ...incidentBody(publication) };
      const answer = await call('POST', `${page}/incidents`, { incident });
      if (isFailed(answer)) return answer;
      const id = objectIn(answer.body)?.id;
      return typeof id === 'string' ? { id, said: true } : NOT_UNDERSTOOD;
    },

    find: async (incidentId) => {
      const answer = await unresolved();
      if (isFailed(answer)) return answer;
      const id = listIn(answer.body).find((incident) => isOurs(incident, incidentId))?.id;
      return typeof id === 'string' ? { id, said: true } : null;
    },

    say: async (id, publication) => {
      const answer = await call('PATCH', at(id), { incident: incidentBody(publication) });
      return isFailed(answer) ? answer : null;
    },

    hasSaid: async (id, { status, body }) => {
      const answer = await call('GET', at(id));
      if (isFailed(answer)) return answer;
      return objectsIn(objectIn(answer.body)?.incident_updates).some(
        (update) => update.body === body && update.status === status,
      );
    },

    heldByOthers: async (id, asked) => {
      const answer = await unresolved();
      if (isFailed(answer)) return answer;
      const held = new Set(
        listIn(answer.body)
          .filter((incident) => incident.id !== id)
          .flatMap((incident) => objectsIn(incident.components).map((component) => component.id)),
      );
      return asked.filter((component) => held.has(component));
    },

    check: async (): Promise<ChannelCheck> => {
      const answer = await call('GET', `${page}/components`);
      if (isFailed(answer))
        return {
          result: answer.kind === 'later' ? 'unknown' : 'not-ready',
          found: answer.why,
          fix: 'Look at the API key in the secret, and at `pageId`.',
        };
      const there = new Set(listIn(answer.body).map(({ id }) => id));
      const missing = components.filter((component) => !there.has(component));
      return missing.length === 0
        ? { result: 'ready', found: 'The page and its components can be read with this key.', fix: '' }
        : {
            result: 'not-ready',
            found: `The page has no component ${missing.join(', ')}.`,
            fix: 'Correct `components` in notify.statusPages.',
          };
    },
  };
};
