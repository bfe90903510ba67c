import { TRANSITION_WORDS } from '../../shared/notify/channels/words.ts';
import type { Exchange } from './network.ts';
import type { Night } from './night.ts';
import { HOSTS } from './providers.ts';

type Json = Readonly<Record<string, unknown>>;
const isJson = (value: unknown): value is Json => typeof value === 'object' && value !== null;
const member = (value: unknown, ...path: readonly string[]): unknown =>
  path.reduce((at, name) => (isJson(at) ? at[name] : undefined), value);

/** A message that a channel took, in the words of its provider. */
export interface Taken {
  readonly at: number;
  readonly incidentId: string;
  /** `<incident id>:<version>:<transition>`; null where the provider is not told. */
  readonly id: string | null;
  /** What the provider is told that happened; null where it is not told. */
  readonly happened: string | null;
}

const takenBy = (night: Night, host: string): readonly Exchange[] =>
  night.network.exchanges.filter(
    ({ host: at, isTaken, answer }) =>
      at === host && isTaken && answer !== null && answer.status >= 200 && answer.status < 300,
  );

/** Posts in Slack, edits aside: the root of a thread has no message of its own. */
export const slackPosts = (
  night: Night,
): readonly (Taken & { readonly ts: string; readonly isRoot: boolean })[] =>
  takenBy(night, HOSTS.slack).flatMap(({ at, request, answer }) => {
    if (request.path !== '/api/chat.postMessage' || member(answer?.body, 'ok') !== true) return [];
    const payload = member(request.json, 'metadata', 'event_payload');
    const incidentId = String(member(payload, 'incident'));
    const message = String(member(payload, 'message'));
    const isRoot = message === 'root';
    const ts = String(member(answer?.body, 'ts'));
    return [{ at, incidentId, id: isRoot ? null : `${incidentId}:${message}`, happened: null, ts, isRoot }];
  });

export const webhookCalls = (night: Night): readonly Taken[] =>
  takenBy(night, HOSTS.bus).map(({ at, request }) => ({
    at,
    incidentId: String(member(request.json, 'data', 'incident', 'id')),
    id: String(request.headers['webhook-id']),
    happened: String(member(request.json, 'data', 'transition')),
  }));

/** Triggers with what they say happened; acknowledgements and resolutions only have the key of the alert. */
export const pagerDutyEvents = (
  night: Night,
): readonly (Taken & { readonly action: string; readonly key: string; readonly isQuiet: boolean })[] =>
  takenBy(night, HOSTS.pagerduty).flatMap(({ at, request }) => {
    if (request.path !== '/v2/enqueue') return [];
    const key = String(member(request.json, 'dedup_key'));
    const words = member(request.json, 'payload', 'custom_details', 'happened');
    const [happened] = Object.entries(TRANSITION_WORDS).find(([, said]) => said === words) ?? [];
    return [
      {
        ...{ at, key, id: null, happened: happened ?? null },
        incidentId: key.split('/')[1] ?? '',
        action: String(member(request.json, 'event_action')),
        isQuiet: member(request.json, 'payload', 'severity') === 'info',
      },
    ];
  });

/** Whether the provider of a channel ever gave such a receipt. */
export const knowsReceipt = (night: Night, channel: string, receipt: string): boolean => {
  const { slack, bus, statuspage, rootly } = night.standIns;
  switch (channel) {
    case 'sns':
    case 'summary':
      return night.published.has(receipt);
    case 'slack-ops':
      return slack.messages.some(({ ts }) => receipt === `C0123456789/${ts}`);
    case 'bus':
      return bus.taken.length > 0 && webhookCalls(night).some(({ id }) => receipt === `204 ${id}`);
    case 'pagerduty': {
      const key = receipt.replace(' (told by a later message)', '');
      return (
        night.standIns.pagerduty.alerts.some((alert) => alert.key === key) ||
        pagerDutyEvents(night).some((event) => event.key === key) ||
        night.standIns.pagerduty.changes.length > 0
      );
    }
    case 'statuspage':
    case 'rootly':
      return (
        receipt === 'nothing for the public' ||
        [...statuspage.incidents, ...rootly.incidents].some(({ id }) => receipt.split(' ')[0] === id)
      );
    default:
      return channel.startsWith('person:') && /^page-\d+$/.test(receipt);
  }
};
