import type { ConfigInput } from '../../shared/config/schema.ts';
import type { SecretReader } from '../../shared/config/secret-reference.ts';
import type { HttpRequest } from '../../shared/http/port.ts';
import { TRANSITION_WORDS } from '../../shared/notify/channels/words.ts';
import { startPagerDuty } from '../support/pagerduty-server.ts';
import { startSlack } from '../support/slack-server.ts';
import { startRootly, startStatuspage } from '../support/statuspage-server.ts';
import { startWebhook } from '../support/webhook-server.ts';
import type { createNetwork } from './network.ts';

export const HOSTS = {
  slack: 'slack.example',
  pagerduty: 'pagerduty.example',
  bus: 'bus.example',
  statuspage: 'statuspage.example',
  rootly: 'rootly.example',
} as const;
export type Host = keyof typeof HOSTS;

/** Obviously fake, and of the shapes that real ones have. */
const VALUES = {
  SLACK_TOKEN: 'xoxb-000000000000-not-a-real-token-fake0fake0',
  SLACK_SIGNING: '00000000000000000000000000fake00',
  PAGERDUTY_KEY: '0fake0fake0fake0fake0fake0fake00',
  BUS_KEY: `whsec_${btoa('fake-key-fake-key-fake-key')}`,
  BUS_URL: `https://${HOSTS.bus}/hook`,
  STATUSPAGE_TOKEN: '00000000-fake-fake-fake-000000000000',
  ROOTLY_TOKEN: 'rootly_0000fake0000fake0000fake0000fake',
  LINK_KEY: 'not-a-real-key-not-a-real-key-not-a-real-key',
} as const;

export const SECRETS: SecretReader & { readonly values: typeof VALUES } = {
  values: VALUES,
  read: async (reference) => VALUES[reference.replace('env:', '') as keyof typeof VALUES],
};

const PAGE = 'kctbh9vrtdwd';
const COMPONENTS = { leads: 'comp-leads', accounts: 'comp-accounts' } as const;
const SLACK_CHANNEL = 'C0123456789';

/** Everybody who can be told, by every way there is. */
export const nightConfig = ({ notify, ...over }: ConfigInput = {}): ConfigInput => ({
  installation: 'night',
  feeds: { leads: {}, accounts: {} },
  respond: { publicUrl: 'https://claywatch.example', linkSecret: 'env:LINK_KEY' },
  notify: {
    email: [{ address: 'ops@example.com' }, { address: 'chief@example.com', severities: ['P1'] }],
    sms: [{ number: '+4915112345678' }],
    people: {
      ada: { email: 'ada@example.com', sms: '+4915112345679' },
      grace: { email: 'grace@example.com' },
    },
    onCall: { rotation: ['ada', 'grace'], startsOn: '2026-10-18', handoverAt: '03:00' },
    slack: [
      {
        id: 'slack-ops',
        channel: SLACK_CHANNEL,
        botToken: 'env:SLACK_TOKEN',
        signingSecret: 'env:SLACK_SIGNING',
        apiUrl: `https://${HOSTS.slack}/api`,
      },
    ],
    pagerduty: [
      { id: 'pagerduty', routingKey: 'env:PAGERDUTY_KEY', eventsUrl: `https://${HOSTS.pagerduty}` },
    ],
    webhooks: [{ id: 'bus', url: 'env:BUS_URL', signingSecrets: ['env:BUS_KEY'] }],
    statusPages: [
      {
        id: 'statuspage',
        kind: 'statuspage',
        token: 'env:STATUSPAGE_TOKEN',
        pageId: PAGE,
        apiUrl: `https://${HOSTS.statuspage}/v1`,
        components: COMPONENTS,
      },
      {
        id: 'rootly',
        kind: 'rootly',
        token: 'env:ROOTLY_TOKEN',
        pageId: PAGE,
        apiUrl: `https://${HOSTS.rootly}/v1`,
        components: COMPONENTS,
      },
    ],
    ...notify,
  },
  ...over,
});

type Json = Readonly<Record<string, unknown>>;
const isJson = (value: unknown): value is Json => typeof value === 'object' && value !== null;
const member = (value: unknown, ...path: readonly string[]): unknown =>
  path.reduce((at, name) => (isJson(at) ? at[name] : undefined), value);

/** The providers that the channels of `nightConfig` talk to, at their hosts. */
export const startStandIns = async (
  { serveAt }: Pick<ReturnType<typeof createNetwork>, 'serveAt'>,
  clock: { now(): number },
) => {
  const components = Object.values(COMPONENTS);
  const slack = await startSlack(VALUES.SLACK_TOKEN, clock, serveAt(HOSTS.slack));
  const pagerduty = await startPagerDuty(VALUES.PAGERDUTY_KEY, serveAt(HOSTS.pagerduty));
  const bus = await startWebhook(VALUES.BUS_KEY, clock, serveAt(HOSTS.bus));
  const statuspage = await startStatuspage(
    VALUES.STATUSPAGE_TOKEN,
    PAGE,
    components,
    serveAt(HOSTS.statuspage),
  );
  const rootly = await startRootly(VALUES.ROOTLY_TOKEN, PAGE, components, serveAt(HOSTS.rootly));

  /** Whether PagerDuty would call somebody for an event: a trigger that opens an alert, or repeats one nobody has. */
  const callsSomebody = (event: Json): boolean => {
    const open = pagerduty.alerts.findLast(
      ({ key, state }) => key === event.dedup_key && state !== 'resolved',
    );
    const isQuiet = member(event, 'payload', 'severity') === 'info';
    return event.event_action === 'trigger' && !isQuiet && open?.state !== 'acknowledged';
  };

  return {
    ...{ slack, pagerduty, bus, statuspage, rootly },
    /** Whom a request is about to wake up, and for which incidents; null: nobody. */
    pageIn: ({ url, body = '' }: HttpRequest): { to: string; ids: readonly string[] } | null => {
      const { hostname, pathname } = new URL(url);
      const json: unknown = body === '' ? null : JSON.parse(body);
      if (hostname === HOSTS.bus && isJson(json)) {
        const covered = member(json, 'data', 'incident', 'also_about');
        const isAlone = Array.isArray(covered) && covered.length === 0;
        return isAlone && member(json, 'data', 'urgency') === 'page'
          ? { to: 'bus', ids: [String(member(json, 'data', 'incident', 'id'))] }
          : null;
      }
      if (hostname === HOSTS.pagerduty && pathname === '/v2/enqueue' && isJson(json) && callsSomebody(json)) {
        const isAlone = member(json, 'payload', 'custom_details', 'also about') === undefined;
        return isAlone
          ? { to: 'pagerduty', ids: [String(member(json, 'payload', 'custom_details', 'incident'))] }
          : null;
      }
      // A page is shown to the whole channel; so is the end, which wakes nobody.
      if (hostname === HOSTS.slack && isJson(json) && json.reply_broadcast === true)
        return String(json.text).startsWith(TRANSITION_WORDS.resolved)
          ? null
          : { to: 'slack-ops', ids: [String(member(json, 'metadata', 'event_payload', 'incident'))] };
      return null;
    },
    /** What Slack sends when somebody presses the button of the message about an incident; null: there is none. */
    pressedButton: (incidentId: string, username: string): object | null => {
      const elements = slack.messages
        .flatMap(({ blocks }) => blocks)
        .flatMap((block) => (Array.isArray(block.elements) ? block.elements.filter(isJson) : []));
      const button = elements.find(
        ({ action_id, value }) => action_id === 'claywatch:acknowledge' && value === incidentId,
      );
      if (!button) return null;
      const { action_id, value } = button;
      return {
        ...{ type: 'block_actions', user: { id: 'U2CERLKJA', username } },
        actions: [{ type: 'button', action_id, value }],
      };
    },
  };
};

export type StandIns = Awaited<ReturnType<typeof startStandIns>>;
