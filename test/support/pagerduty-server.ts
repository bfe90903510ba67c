import { type Answered, type Provider, type Serve, serveProvider } from './provider-server.ts';

export interface AlertSeen {
  readonly key: string;
  state: 'triggered' | 'acknowledged' | 'resolved';
  /** Of the trigger that opened it. */
  readonly severity: string;
}

export interface PagerDutyServer extends Provider {
  /** Every alert that was ever opened, oldest first: each of them called somebody. */
  readonly alerts: readonly AlertSeen[];
  readonly changes: readonly Readonly<Record<string, unknown>>[];
  /** Acknowledgements and resolutions of nothing. */
  readonly dropped: number;
}

type Body = Readonly<Record<string, unknown>>;
const isBody = (value: unknown): value is Body =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const longText = (name: string, value: unknown, max: number): readonly string[] =>
  typeof value === 'string' && value.length > 0 && value.length <= max
    ? []
    : [`'${name}' is missing or too long`];

const isHttps = (value: unknown): boolean => typeof value === 'string' && /^https?:\/\//.test(value);

const linkFaults = (links: unknown): readonly string[] =>
  links === undefined || (Array.isArray(links) && links.every((link) => isBody(link) && isHttps(link.href)))
    ? []
    : ["'links' is malformed"];

/** By the published schema of the Events API v2 and its documented limits. */
const alertFaults = (event: Body): readonly string[] => {
  if (!['trigger', 'acknowledge', 'resolve'].includes(String(event.event_action)))
    return ["'event_action' is invalid"];
  const key = longText('dedup_key', event.dedup_key, 255);
  if (event.event_action !== 'trigger') return key;
  const payload = isBody(event.payload) ? event.payload : {};
  return [
    ...key,
    ...longText('payload.summary', payload.summary, 1_024),
    ...longText('payload.source', payload.source, 1_024),
    ...(['critical', 'error', 'warning', 'info'].includes(String(payload.severity))
      ? []
      : ["'payload.severity' is invalid"]),
    ...(Number.isNaN(Date.parse(String(payload.timestamp))) ? ["'payload.timestamp' is invalid"] : []),
    ...(payload.custom_details === undefined || isBody(payload.custom_details)
      ? []
      : ["'payload.custom_details' is not an object"]),
    ...(event.client_url === undefined || isHttps(event.client_url) ? [] : ["'client_url' is invalid"]),
    ...linkFaults(event.links),
  ];
};

const changeFaults = (event: Body): readonly string[] => {
  const payload = isBody(event.payload) ? event.payload : {};
  return [...longText('payload.summary', payload.summary, 1_024), ...linkFaults(event.links)];
};

const MOST_BYTES = 512 * 1_024;

/** PagerDuty's Events API v2 for one service. */
export const startPagerDuty = async (
  routingKey: string,
  serve: Serve = serveProvider,
): Promise<PagerDutyServer> => {
  const alerts: AlertSeen[] = [];
  const changes: Body[] = [];
  const state = { dropped: 0 };

  const invalid = (errors: readonly string[]): Answered => ({
    status: 400,
    body: { status: 'invalid event', message: 'Event object is invalid', errors },
  });

  const enact = (event: Body): void => {
    const key = String(event.dedup_key);
    const open = alerts.findLast((alert) => alert.key === key && alert.state !== 'resolved');
    if (event.event_action === 'trigger') {
      const payload = isBody(event.payload) ? event.payload : {};
      if (!open) alerts.push({ key, state: 'triggered', severity: String(payload.severity) });
      return;
    }
    if (!open) {
      state.dropped += 1;
      return;
    }
    open.state = event.event_action === 'resolve' ? 'resolved' : 'acknowledged';
  };

  const server = await serve((request) => {
    if (request.method !== 'POST') return { status: 405 };
    if (Buffer.byteLength(request.body) > MOST_BYTES) return { status: 413 };
    const event = request.json;
    if (!event) return invalid(['JSON parse error']);
    if (event.routing_key !== routingKey)
      return invalid([`Invalid routing key ${String(event.routing_key)}`]);
    if (request.path === '/v2/change/enqueue') {
      const faults = changeFaults(event);
      if (faults.length > 0) return invalid(faults);
      changes.push(event);
      return { status: 202, body: { status: 'success', message: 'Change event processed' } };
    }
    if (request.path !== '/v2/enqueue') return { status: 404 };
    const faults = alertFaults(event);
    if (faults.length > 0) return invalid(faults);
    enact(event);
    return {
      status: 202,
      body: { status: 'success', message: 'Event processed', dedup_key: event.dedup_key },
    };
  });

  return Object.defineProperty(Object.assign(server, { alerts, changes }), 'dropped', {
    get: () => state.dropped,
  }) as unknown as PagerDutyServer;
};
