import { createPagerDuty } from '../../../shared/notify/channels/pagerduty.ts';
import type { Bulletin } from '../../../shared/notify/channels/port.ts';
import { createSignedWebhook } from '../../../shared/notify/channels/signed-webhook.ts';
import { createSlack } from '../../../shared/notify/channels/slack.ts';
import { createStatusPage } from '../../../shared/notify/channels/status-page.ts';
import { type PagerDutyServer, startPagerDuty } from '../../support/pagerduty-server.ts';
import { type SlackServer, startSlack } from '../../support/slack-server.ts';
import { type PageServer, startRootly, startStatuspage } from '../../support/statuspage-server.ts';
import { startWebhook, type WebhookServer } from '../../support/webhook-server.ts';
import { configOf } from '../messages.ts';
import { bulletinOf, publicUpdate, THREE_AM } from './bulletins.ts';
import { SECRETS, type UnderTest, worldFor } from './world.ts';

const first = <T>([one]: readonly T[]): T => {
  if (one === undefined) throw new Error('nothing configured');
  return one;
};

export const SLACK_CHANNEL = 'C0123456789';

export const slackUnderTest = async (withButtons = true): Promise<UnderTest<SlackServer>> => {
  const server = await startSlack(SECRETS.SLACK_TOKEN, { now: () => THREE_AM });
  const world = worldFor(server);
  const config = configOf({
    notify: {
      slack: [
        {
          id: 'slack-ops',
          channel: SLACK_CHANNEL,
          botToken: 'env:SLACK_TOKEN',
          ...(withButtons && { signingSecret: 'env:SLACK_SIGNING' as const }),
          apiUrl: `${server.url}/api`,
        },
      ],
    },
  });
  return {
    ...world,
    server,
    secret: 'SLACK_TOKEN',
    channel: createSlack(first(config.notify.slack), world.deps),
    news: (version, over) => bulletinOf(version, over),
    told: () => server.messages.length,
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
};

export const pagerDutyUnderTest = async (changeEvents = true): Promise<UnderTest<PagerDutyServer>> => {
  const server = await startPagerDuty(SECRETS.PAGERDUTY_KEY);
  const world = worldFor(server);
  const config = configOf({
    notify: {
      pagerduty: [{ id: 'pagerduty', routingKey: 'env:PAGERDUTY_KEY', eventsUrl: server.url, changeEvents }],
    },
  });
  return {
    ...world,
    server,
    secret: 'PAGERDUTY_KEY',
    channel: createPagerDuty(first(config.notify.pagerduty), world.deps),
    news: (version, over) => bulletinOf(version, over),
    told: () => server.alerts.length,
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
};

export const webhookUnderTest = async (): Promise<UnderTest<WebhookServer>> => {
  let now = (): number => 0;
  const server = await startWebhook(SECRETS.WEBHOOK_KEY, { now: () => now() });
  const world = worldFor(server);
  now = () => world.deps.clock.now();
  world.values.set('WEBHOOK_URL', `${server.url}/hooks/secret-path-0fake0`);
  const config = configOf({
    notify: {
      webhooks: [{ id: 'internal-bus', url: 'env:WEBHOOK_URL', signingSecrets: ['env:WEBHOOK_KEY'] }],
    },
  });
  return {
    ...world,
    server,
    secret: 'WEBHOOK_URL',
    channel: createSignedWebhook(first(config.notify.webhooks), world.deps),
    news: (version, over) => bulletinOf(version, over),
    told: () => server.taken.length,
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
};

export const COMPONENTS = { leads: 'comp-leads', accounts: 'comp-accounts' } as const;
export const PAGE = 'kctbh9vrtdwd';

const words = (version: number): string => `We are looking into it (${version}).`;

const pageUnderTest = async (
  kind: 'statuspage' | 'rootly',
  start: typeof startStatuspage,
  secret: 'STATUSPAGE_TOKEN' | 'ROOTLY_TOKEN',
): Promise<UnderTest<PageServer>> => {
  const server = await start(SECRETS[secret], PAGE, Object.values(COMPONENTS));
  const world = worldFor(server);
  const config = configOf({
    notify: {
      statusPages: [
        {
          id: 'status-page',
          kind,
          apiUrl: `${server.url}/v1`,
          token: `env:${secret}`,
          pageId: PAGE,
          components: COMPONENTS,
        },
      ],
    },
  });
  return {
    ...world,
    server,
    secret,
    channel: createStatusPage(first(config.notify.statusPages), world.deps),
    news: (version, over: Partial<Bulletin> = {}) => publicUpdate(version, words(version), over),
    told: () => server.incidents.flatMap(({ updates }) => updates).length,
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
};

export const statuspageUnderTest = () => pageUnderTest('statuspage', startStatuspage, 'STATUSPAGE_TOKEN');
export const rootlyUnderTest = () => pageUnderTest('rootly', startRootly, 'ROOTLY_TOKEN');
