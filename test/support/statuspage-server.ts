import { type Answered, type Provider, type Serve, serveProvider } from './provider-server.ts';

export interface PageIncidentSeen {
  readonly id: string;
  readonly name: string;
  status: string;
  /** Oldest first. */
  readonly updates: { readonly status: string; readonly body: string }[];
  components: string[];
  readonly metadata: unknown;
}

export interface PageServer extends Provider {
  readonly incidents: readonly PageIncidentSeen[];
  /** Component id → its condition. */
  readonly components: Readonly<Record<string, string>>;
}

type Body = Readonly<Record<string, unknown>>;
const isBody = (value: unknown): value is Body => typeof value === 'object' && value !== null;

const STATUSES = ['investigating', 'identified', 'monitoring', 'resolved'];
const CONDITIONS = [
  'operational',
  'degraded_performance',
  'partial_outage',
  'major_outage',
  'under_maintenance',
];

const shown = ({ id, name, status, updates, components, metadata }: PageIncidentSeen): object => ({
  id,
  name,
  status,
  incident_updates: updates.toReversed(),
  components: components.map((component) => ({ id: component })),
  metadata,
});

/** Atlassian Statuspage's API v1 for one page. */
export const startStatuspage = async (
  token: string,
  pageId: string,
  componentIds: readonly string[],
  serve: Serve = serveProvider,
): Promise<PageServer> => {
  const incidents: PageIncidentSeen[] = [];
  const components: Record<string, string> = Object.fromEntries(
    componentIds.map((id) => [id, 'operational']),
  );
  const invalid = (message: string): Answered => ({ status: 422, body: { error: [message] } });

  const faultOf = (incident: Body): string | null => {
    if (!STATUSES.includes(String(incident.status))) return 'status is invalid';
    const conditions = isBody(incident.components) ? incident.components : {};
    for (const [id, condition] of Object.entries(conditions)) {
      if (!Object.hasOwn(components, id)) return `component ${id} is unknown`;
      if (!CONDITIONS.includes(String(condition))) return `${String(condition)} is no condition`;
    }
    return typeof incident.body === 'string' && incident.body !== '' ? null : 'body is empty';
  };

  const apply = (seen: PageIncidentSeen, incident: Body): void => {
    seen.status = String(incident.status);
    seen.updates.push({ status: seen.status, body: String(incident.body) });
    for (const [id, condition] of Object.entries(isBody(incident.components) ? incident.components : {}))
      components[id] = String(condition);
    const ids = Array.isArray(incident.component_ids) ? incident.component_ids.map(String) : [];
    seen.components = [...new Set([...seen.components, ...ids])];
  };

  const create = (incident: Body): Answered => {
    const fault = typeof incident.name === 'string' && incident.name !== '' ? faultOf(incident) : 'no name';
    if (fault !== null) return invalid(fault);
    const seen: PageIncidentSeen = {
      id: `p${incidents.length + 1}qrs`,
      name: String(incident.name),
      status: '',
      updates: [],
      components: [],
      metadata: incident.metadata,
    };
    incidents.push(seen);
    apply(seen, incident);
    return { status: 201, body: shown(seen) };
  };

  const base = `/v1/pages/${pageId}`;

  const change = (seen: PageIncidentSeen, incident: Body): Answered => {
    const fault = faultOf(incident);
    if (fault !== null) return invalid(fault);
    apply(seen, incident);
    return { status: 200, body: shown(seen) };
  };

  const collection = (request: string, incident: Body): Answered | null => {
    switch (request) {
      case `GET ${base}/components`:
        return { status: 200, body: Object.entries(components).map(([id, status]) => ({ id, status })) };
      case `POST ${base}/incidents`:
        return create(incident);
      case `GET ${base}/incidents/unresolved`:
        return { status: 200, body: incidents.filter(({ status }) => status !== 'resolved').map(shown) };
      default:
        return null;
    }
  };

  const server = await serve(({ method, path, headers, json }) => {
    if (headers.authorization !== `OAuth ${token}`)
      return { status: 401, body: { error: `Could not authenticate ${headers.authorization}` } };
    const incident = isBody(json?.incident) ? json.incident : {};
    const answer = collection(`${method} ${path}`, incident);
    if (answer) return answer;
    const seen = incidents.find(({ id }) => path === `${base}/incidents/${id}`);
    if (!seen) return { status: 404, body: { error: 'Not found' } };
    if (method === 'GET') return { status: 200, body: shown(seen) };
    return method === 'PATCH' ? change(seen, incident) : { status: 405 };
  });
  return Object.assign(server, { incidents, components });
};

/** Rootly's API v1: incidents, and status page events of them. A service is down while it is in an open incident. */
export const startRootly = async (
  token: string,
  pageId: string,
  serviceIds: readonly string[],
  serve: Serve = serveProvider,
): Promise<PageServer> => {
  const incidents: PageIncidentSeen[] = [];
  const invalid = (detail: string): Answered => ({ status: 422, body: { errors: [{ title: detail }] } });

  const attributesOf = (json: unknown, type: string): Body | null => {
    const data = isBody(json) ? json.data : null;
    return isBody(data) && data.type === type && isBody(data.attributes) ? data.attributes : null;
  };
  const resource = (seen: PageIncidentSeen): object => ({
    id: seen.id,
    type: 'incidents',
    attributes: {
      title: seen.name,
      status: seen.status === 'resolved' ? 'resolved' : 'started',
      labels: seen.metadata,
    },
  });

  const create = (attributes: Body | null): Answered => {
    const services = Array.isArray(attributes?.service_ids) ? attributes.service_ids.map(String) : [];
    if (!attributes || services.some((id) => !serviceIds.includes(id))) return invalid('unknown service');
    const seen: PageIncidentSeen = {
      id: `0067db7f-18dc-4ad2-8f89-${String(incidents.length + 1).padStart(12, '0')}`,
      name: String(attributes.public_title),
      status: 'started',
      updates: [],
      components: services,
      metadata: attributes.labels,
    };
    incidents.push(seen);
    return { status: 201, body: { data: resource(seen) } };
  };

  const addEvent = (seen: PageIncidentSeen, attributes: Body | null): Answered => {
    if (!attributes?.event || attributes.status_page_id !== pageId)
      return invalid('unknown page or no event');
    if (!STATUSES.includes(String(attributes.status))) return invalid('unknown status');
    seen.updates.push({ status: String(attributes.status), body: String(attributes.event) });
    return { status: 201, body: { data: { id: 'event', type: 'incident_status_page_events', attributes } } };
  };

  const server = await serve(({ method, path, headers, json }) => {
    if (headers.authorization !== `Bearer ${token}`)
      return { status: 401, body: { errors: [{ title: `Unauthorized ${headers.authorization}` }] } };
    if (method === 'GET' && path === `/v1/status-pages/${pageId}`)
      return { status: 200, body: { data: { id: pageId } } };
    if (path === '/v1/incidents')
      return method === 'POST'
        ? create(attributesOf(json, 'incidents'))
        : { status: 200, body: { data: incidents.toReversed().map(resource) } };
    const seen = incidents.find(({ id }) => path.startsWith(`/v1/incidents/${id}`));
    if (!seen) return { status: 404, body: { errors: [{ title: 'Not found or unauthorized' }] } };
    if (method === 'PUT') {
      seen.status = String(attributesOf(json, 'incidents')?.status);
      return { status: 200, body: { data: resource(seen) } };
    }
    if (method === 'POST') return addEvent(seen, attributesOf(json, 'incident_status_page_events'));
    return {
      status: 200,
      body: { data: seen.updates.map(({ status, body }) => ({ attributes: { status, event: body } })) },
    };
  });

  return Object.defineProperty(Object.assign(server, { incidents }), 'components', {
    get: () =>
      Object.fromEntries(
        serviceIds.map((id) => [
          id,
          incidents.some(({ components, status }) => components.includes(id) && status !== 'resolved')
            ? 'down'
            : 'operational',
        ]),
      ),
  }) as unknown as PageServer;
};
