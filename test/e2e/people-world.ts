import { createHmac } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { LOCAL_AWS } from '../../local/aws.ts';
import { createDynamoClient } from '../../shared/aws/dynamodb/client.ts';
import { createDynamoProofLedger } from '../../shared/aws/dynamodb/notify/proof.ts';
import type { ConfigInput } from '../../shared/config/schema.ts';
import type { Incident } from '../../shared/incident/incident.ts';
import { type Ran, runCli } from '../cli/run-cli.ts';
import { type PagerDutyServer, startPagerDuty } from '../support/pagerduty-server.ts';
import { type SlackServer, startSlack } from '../support/slack-server.ts';
import { type PageServer, startStatuspage } from '../support/statuspage-server.ts';
import { startWebhook, type WebhookServer } from '../support/webhook-server.ts';
import { createWorld, type World } from './world.ts';

const SECRETS = {
  SLACK_TOKEN: 'xoxb-fake',
  SLACK_SIGNING: 'fake-signing-secret',
  PAGERDUTY_KEY: 'fake-routing-key',
  PAGE_TOKEN: 'fake-page-token',
  WEBHOOK_KEY: `whsec_${Buffer.from('not a real key, only for tests').toString('base64')}`,
};

/** Slack, PagerDuty, a receiver of signed webhooks and a status page, each on a socket of its own. */
export interface StandIns extends AsyncDisposable {
  readonly slack: SlackServer;
  readonly pagerduty: PagerDutyServer;
  readonly webhook: WebhookServer;
  readonly page: PageServer;
  readonly notify: NonNullable<ConfigInput['notify']>;
  /** What the configuration names. */
  readonly secrets: Readonly<Record<string, string>>;
}

export const startStandIns = async (): Promise<StandIns> => {
  const slack = await startSlack(SECRETS.SLACK_TOKEN, Date);
  const pagerduty = await startPagerDuty(SECRETS.PAGERDUTY_KEY);
  const webhook = await startWebhook(SECRETS.WEBHOOK_KEY, Date);
  const page = await startStatuspage(SECRETS.PAGE_TOKEN, 'page-1', ['component-1']);
  return {
    ...{ slack, pagerduty, webhook, page },
    notify: {
      slack: [
        {
          id: 'slack-ops',
          channel: slack.channel.id,
          botToken: 'env:SLACK_TOKEN',
          signingSecret: 'env:SLACK_SIGNING',
          apiUrl: `${slack.url}/api`,
        },
      ],
      pagerduty: [{ id: 'pagerduty', routingKey: 'env:PAGERDUTY_KEY', eventsUrl: pagerduty.url }],
      webhooks: [{ id: 'bus', url: 'env:WEBHOOK_URL', signingSecrets: ['env:WEBHOOK_KEY'] }],
      statusPages: [
        {
          ...{ id: 'status-page', kind: 'statuspage', apiUrl: `${page.url}/v1`, pageId: 'page-1' },
          ...{ token: 'env:PAGE_TOKEN', components: { leads: 'component-1' } },
        },
      ],
    },
    secrets: { ...SECRETS, WEBHOOK_URL: `${webhook.url}/hook` },
    [Symbol.asyncDispose]: async () => {
      for (const one of [slack, pagerduty, webhook, page]) await one[Symbol.asyncDispose]();
    },
  };
};

type Page = { readonly status: number; readonly text: string };

/** A world with people in it: every channel, a browser, programs, and the command line. */
export interface PeopleWorld extends World, Pick<StandIns, 'slack' | 'pagerduty' | 'webhook' | 'page'> {
  /** The one incident that is open or was last. */
  incident(): Promise<Incident>;
  /** `triggered slack-ops delivered` and the like, of the incident. */
  proofs(): Promise<readonly string[]>;
  /** Titles of signed webhooks taken, e.g. `incident.triggered`. */
  heardByWebhook(): readonly string[];
  /** Over HTTP; `api` with the secret of responders, as Ada. */
  browse(url: string, init?: RequestInit): Promise<Page>;
  api(
    method: 'GET' | 'POST',
    path: string,
    body?: object,
  ): Promise<{ readonly status: number; readonly body: Record<string, unknown> }>;
  /** A button of the root message of the incident, pressed in Slack; `secret` signs it. */
  press(actionId: string, secret?: string): Promise<number>;
  /** `claywatch …` with the state of this runtime, as a process of its own. */
  cli(...args: readonly string[]): Promise<Ran>;
}

export const createPeopleWorld = async (): Promise<PeopleWorld> => {
  const standIns = await startStandIns();
  const { slack, pagerduty, webhook, page, secrets } = standIns;
  const world = await createWorld(
    (config) => ({ ...config, notify: { ...config.notify, ...standIns.notify } }),
    secrets,
  );
  const { runtime } = world;
  const client = createDynamoClient({ ...LOCAL_AWS, endpoint: runtime.endpoints.dynamodb });
  const proof = createDynamoProofLedger({ client, tableName: runtime.tableName });
  const key = (await readFile(runtime.respondKeyFile ?? '', 'utf8')).trim();

  const incident = async (): Promise<Incident> => {
    const latest = (await runtime.incidents.list({ since: 0, limit: 10 })).toSorted(
      (one, other) => other.openedAt - one.openedAt,
    )[0];
    if (!latest) throw new Error('there is no incident');
    return latest;
  };
  const browse = async (url: string, init: RequestInit = {}): Promise<Page> => {
    const answer = await fetch(url, init);
    return { status: answer.status, text: await answer.text() };
  };

  return Object.assign(Object.create(world) as World, {
    ...{ slack, pagerduty, webhook, page, incident, browse },
    proofs: async () =>
      (await proof.ofIncident((await incident()).id)).map(
        ({ transition, channel, status }) => `${transition} ${channel} ${status}`,
      ),
    heardByWebhook: () => webhook.taken.map(({ type }) => String(type)),
    api: async (method: string, path: string, body?: object) => {
      const { status, text } = await browse(`${runtime.endpoints.http}${path}`, {
        method,
        headers: { authorization: `Bearer ${key}`, 'x-claywatch-actor': 'Ada' },
        ...(body && { body: JSON.stringify(body) }),
      });
      return { status, body: JSON.parse(text) as Record<string, unknown> };
    },
    press: async (actionId: string, secret: string = SECRETS.SLACK_SIGNING) => {
      const { id } = await incident();
      const buttons = slack.messages
        .flatMap(({ blocks }) => blocks)
        .flatMap(({ elements }) => (Array.isArray(elements) ? elements : []));
      const button = buttons.find(({ action_id, value }) => action_id === actionId && value === id);
      const form = new URLSearchParams({
        payload: JSON.stringify({
          type: 'block_actions',
          user: { id: 'U0123ABC', username: 'grace' },
          actions: [button],
        }),
      }).toString();
      const timestamp = String(Math.floor(Date.now() / 1_000));
      const digest = createHmac('sha256', secret).update(`v0:${timestamp}:${form}`).digest('hex');
      const { status } = await browse(`${runtime.endpoints.http}/v1/slack/interactions`, {
        method: 'POST',
        headers: {
          'content-type': 'application/x-www-form-urlencoded',
          'x-slack-request-timestamp': timestamp,
          'x-slack-signature': `v0=${digest}`,
        },
        body: form,
      });
      return status;
    },
    cli: (...args: readonly string[]) =>
      runCli([...args, '--state', runtime.stateDir], { env: { ...secrets, NO_COLOR: '1' } }),
    stop: async () => {
      client.destroy();
      await world.stop();
      await standIns[Symbol.asyncDispose]();
    },
  });
};
