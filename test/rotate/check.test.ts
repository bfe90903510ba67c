import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../shared/config/parse.ts';
import { createCheck } from '../../shared/rotate/check.ts';
import { createScriptedHttp, type Network } from '../observe/scripted-http.ts';
import { createVirtualClock } from '../support/virtual-clock.ts';

const HOOK = 'https://api.clay.com/v3/sources/webhook/pull-in-data-from-a-webhook-fake';
const config = parseConfig(
  {
    clay: { apiKey: 'secretsmanager:one#clay' },
    integration: {
      url: 'https://app.example.com/health',
      headers: { 'x-token': { secret: 'secretsmanager:one#app' } },
    },
    feeds: {
      leads: {
        webhooks: [{ id: 'leads-1', url: 'secretsmanager:one#hook', authToken: 'secretsmanager:two#token' }],
        callbacks: { secret: 'secretsmanager:one#callbacks' },
      },
    },
    notify: {
      slack: [{ id: 'ops', channel: 'C0123456789', botToken: 'secretsmanager:one#slack' }],
      pagerduty: [{ id: 'pager', routingKey: 'secretsmanager:one#pager' }],
      webhooks: [{ id: 'bus', url: 'secretsmanager:one#bus', signingSecrets: ['secretsmanager:one#signs'] }],
    },
  },
  'test',
);
const NEW = {
  clay: 'new-clay',
  app: 'new-app',
  hook: HOOK,
  slack: 'xoxb-new',
  pager: 'new-pager',
  bus: 'https://bus.example.com/hook',
  signs: 'whsec_bm90IGEgcmVhbCBrZXksIG9ubHkgZm9yIHRlc3Rz',
  callbacks: 'new-callbacks',
};

const tried = async (keys: readonly string[], network: Network, text: object = NEW) => {
  const clock = createVirtualClock(Date.UTC(2026, 10, 21));
  const { client, requests } = createScriptedHttp(clock, network);
  const check = createCheck({
    ...{ config, clock, http: client },
    secrets: { read: async () => 'from-another-secret' },
  });
  const tested = await clock.run(check({ secret: 'one', text: JSON.stringify(text), keys }));
  return { tested, requests };
};

describe('a new value', () => {
  it('of the Clay API key is tried with GET /me', async () => {
    const good = await tried(['clay.apiKey'], () => ({ body: '{"user":{"id":1},"workspace":{"id":2}}' }));
    expect(good.tested).toEqual({ kind: 'passed' });
    expect(good.requests[0]).toMatchObject({ method: 'GET', headers: { 'clay-api-key': 'new-clay' } });
    expect(good.requests[0]?.url).toMatch(/\/me$/);
  });

  it('of a webhook is tried by a POST that makes no row, with the token of the other secret', async () => {
    const { tested, requests } = await tried(['feeds.leads.webhooks[0].url'], () => ({ status: 400 }));
    expect(tested).toEqual({ kind: 'passed' });
    expect(requests).toHaveLength(1);
    expect(requests[0]).toMatchObject({
      url: HOOK,
      headers: { 'x-clay-webhook-auth': 'from-another-secret' },
    });
    expect(requests[0]?.headers).not.toHaveProperty('content-type');
    expect(requests[0]).not.toHaveProperty('body');
  });

  it.each([
    ['clay.apiKey', 401, 'refused'],
    ['clay.apiKey', 403, 'refused'],
    ['clay.apiKey', 500, 'unknown'],
    ['feeds.leads.webhooks[0].url', 404, 'refused'],
    ['feeds.leads.webhooks[0].url', 401, 'refused'],
    ['feeds.leads.webhooks[0].url', 429, 'passed'],
    ['feeds.leads.webhooks[0].url', 503, 'unknown'],
    ['notify.pagerduty[0].routingKey', 202, 'passed'],
    ['notify.pagerduty[0].routingKey', 400, 'refused'],
    ['notify.pagerduty[0].routingKey', 500, 'unknown'],
    ['notify.webhooks[0].url', 405, 'passed'],
    ['notify.webhooks[0].url', 410, 'refused'],
    ['notify.webhooks[0].url', 502, 'unknown'],
    ['integration.headers.x-token.secret', 200, 'passed'],
    ['integration.headers.x-token.secret', 401, 'refused'],
    ['integration.headers.x-token.secret', 500, 'unknown'],
  ])('of %s that is answered %d: %s', async (key, status, kind) => {
    const { tested } = await tried([key], () => ({ status, body: '{}' }));
    expect(tested.kind).toBe(kind);
    if (tested.kind === 'passed') return;
    expect(tested.why).toContain(key);
    for (const value of Object.values(NEW)) expect(tested.why).not.toContain(value);
  });

  it.each([
    ['{"ok":true}', 'passed'],
    ['{"ok":false,"error":"invalid_auth"}', 'refused'],
    ['{"ok":false,"error":"internal_error"}', 'unknown'],
  ])('of a Slack token is tried with auth.test: %s', async (body, kind) => {
    const { tested, requests } = await tried(['notify.slack[0].botToken'], () => ({ body }));
    expect(tested.kind).toBe(kind);
    expect(requests).toHaveLength(1);
    expect(requests[0]).toMatchObject({ headers: { authorization: 'Bearer xoxb-new' } });
  });

  it('that cannot be what it should be is refused without asking anybody', async () => {
    const wrong = { ...NEW, hook: 'https://example.com/not-a-webhook', signs: 'not a key!' };
    for (const key of ['feeds.leads.webhooks[0].url', 'notify.webhooks[0].signingSecrets[0]']) {
      const { tested, requests } = await tried([key], () => ({}), wrong);
      expect(tested.kind).toBe('refused');
      expect(requests).toEqual([]);
    }
  });

  it('of our own making needs no test', async () => {
    const keys = ['feeds.leads.callbacks.secret', 'notify.webhooks[0].signingSecrets[0]'];
    const { tested, requests } = await tried(keys, () => ({ status: 500 }));
    expect(tested).toEqual({ kind: 'passed' });
    expect(requests).toEqual([]);
  });

  it('of several is as good as the worst of them', async () => {
    const { tested } = await tried(['clay.apiKey', 'notify.pagerduty[0].routingKey'], ({ url }) =>
      url.includes('clay') ? { status: 401 } : { status: 500 },
    );
    expect(tested).toMatchObject({ kind: 'refused', why: expect.stringMatching(/^clay\.apiKey: /) });
  });
});
