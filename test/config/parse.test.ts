import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { channelDeadLetterQueueName, channelIds, channelQueueName } from '../../shared/config/alerting.ts';
import { parseConfig } from '../../shared/config/parse.ts';
import type { ConfigInput } from '../../shared/config/schema.ts';
import { ClaywatchError } from '../../shared/errors.ts';

const refusal = (input: unknown): ClaywatchError => {
  try {
    parseConfig(input, 'test.json');
  } catch (error) {
    if (error instanceof ClaywatchError) return error;
    throw error;
  }
  throw new Error('the configuration was accepted');
};

const feedWith = (...webhooks: object[]) => ({ feeds: { leads: { webhooks } } });

describe('a valid configuration', () => {
  it('is complete after reading nothing but {}', () => {
    const config = parseConfig({}, 'test.json');
    expect(config.clay.apiUrl).toBe('https://api.clay.com');
    expect(config.observe.confirmAfterMs).toEqual([2_000, 5_000]);
    expect(config.incidents.calendar.workdays).toHaveLength(5);
  });

  it('is accepted again after reading, unchanged', () => {
    const input: ConfigInput = {
      feeds: { leads: { webhooks: [{ id: 'leads-1', url: 'env:CLAY_WEBHOOK_URL' }] } },
      probes: { crm: { kind: 'crm', url: 'https://crm.example.com/health', feed: 'leads' } },
    };
    const once = parseConfig(input, 'test.json');
    expect(parseConfig(once, 'test.json')).toEqual(once);
  });

  it('takes local addresses with a port', () => {
    const clay = { apiUrl: 'http://127.0.0.1:4010', webUrl: 'http://localhost:4011' };
    expect(parseConfig({ clay }, 'test.json').clay).toMatchObject(clay);
  });

  it('drops the slash at the end of a base address', () => {
    const config = parseConfig({ clay: { publicApiUrl: 'https://api.clay.com/public/v0//' } }, 'test.json');
    expect(config.clay.publicApiUrl).toBe('https://api.clay.com/public/v0');
  });
});

describe('a refusal', () => {
  it.each([
    [
      'a wrong type',
      { schedule: { everyMinutes: 'often' } },
      'schedule.everyMinutes: "often"; must be a whole number from 1 to 60',
    ],
    [
      'a value out of range',
      { schedule: { everyMinutes: 61 } },
      'schedule.everyMinutes: 61; must be a whole number from 1 to 60',
    ],
    ['a fraction of a whole number', { schedule: { everyMinutes: 1.5 } }, 'schedule.everyMinutes: 1.5'],
    [
      'an option that is not one',
      { severities: { 'clay.outage': 'P9' } },
      'severities["clay.outage"]: "P9"; must be one of "P1"',
    ],
    [
      'an entry of a list',
      feedWith({ id: 'a', url: 'env:A' }, { id: 'b', url: 'env:B', limit: 0 }),
      'feeds.leads.webhooks[1].limit: 0; must be a whole number from 1 to 10000000 (submissions); default 50000',
    ],
    [
      'a required key that is missing',
      { integration: {} },
      'integration.url: missing; must be an http or https URL',
    ],
    ['a typing error in a key', { schedul: {} }, 'schedul: unknown key; did you mean schedule?'],
    [
      'a typing error in a nested key',
      { observe: { timeoutMS: 5 } },
      'observe.timeoutMS: unknown key; did you mean timeoutMs?',
    ],
    [
      'a typing error in a cause',
      { severities: { 'clay.outtage': 'P1' } },
      'severities["clay.outtage"]: unknown key; did you mean clay.outage?',
    ],
    [
      'a key in the wrong section',
      { failureThreshold: 2 },
      'failureThreshold: unknown key; did you mean observe.failureThreshold?',
    ],
    ['a malformed name', { feeds: { Leads: {} } }, 'feeds.Leads: the key must be a name: lower-case letters'],
    ['a scheme that is not HTTP', { clay: { webUrl: 'file:///etc/passwd' } }, 'clay.webUrl: '],
    [
      'a user name in an address',
      { integration: { url: 'https://me:word@example.com' } },
      'integration.url: (hidden); must be an http or https URL without user name',
    ],
    [
      'a header that would break the request',
      { integration: { url: 'https://example.com', headers: { 'x-a': 'a\r\nb: c' } } },
      'integration.headers["x-a"]: (hidden); must be printable',
    ],
    [
      'a time zone that does not exist',
      { incidents: { calendar: { timeZone: 'Europe/Berln' } } },
      'incidents.calendar.timeZone: "Europe/Berln"; must be an IANA time zone',
    ],
  ])('names the key, the value and what is allowed for %s', (_, input, expected) => {
    const error = refusal(input);
    expect(error.code).toBe('config.invalid');
    expect(error.message).toContain(expected);
  });

  it('lists every problem at once', () => {
    const error = refusal({ schedule: { everyMinutes: 0 }, clay: { webUrl: 1 }, nonsense: true });
    expect(error.message).toContain('test.json has 3 problems:');
    expect(error.message.split('\n')).toHaveLength(4);
  });

  it.each([5, 'text', null, [], undefined, () => 1])('is given for %s instead of an object', (input) => {
    expect(refusal(input).code).toBe('config.invalid');
  });

  it('lists the first of very many problems, and counts the rest', () => {
    const input = Object.fromEntries(Array.from({ length: 100_000 }, (_, index) => [`k${index}`, 0]));
    const error = refusal(input);
    expect(error.message).toContain('test.json has 100000 problems:');
    expect(error.message).toContain('and 99950 more');
    expect(error.message.split('\n')).toHaveLength(52);
  });

  it('is given for data that contains itself', () => {
    const row: Record<string, unknown> = {};
    row.row = row;
    expect(refusal(feedWith({ id: 'a', url: 'env:A', canary: { row } })).message).toContain('canary.row');
  });

  it('is given for data nested too deeply', () => {
    const row = JSON.parse(`${'{"a":'.repeat(200_000)}1${'}'.repeat(200_000)}`);
    expect(refusal(feedWith({ id: 'a', url: 'env:A', canary: { row } })).message).toContain(
      'nested too deeply',
    );
  });

  it('is given for a getter that throws', () => {
    const input = {
      get clay() {
        throw new Error(SECRETS[0]);
      },
    };
    expect(refusal(input).message).not.toContain(SECRETS[0]);
  });
});

describe('keys that contradict each other', () => {
  it.each([
    [
      'the same webhook id twice',
      feedWith({ id: 'a', url: 'env:A' }, { id: 'a', url: 'env:B' }),
      'feeds.leads.webhooks[1].id: the same id as feeds.leads.webhooks[0].id',
    ],
    [
      'the same webhook listed twice',
      feedWith({ id: 'a', url: 'env:A' }, { id: 'b', url: 'env:A' }),
      'feeds.leads.webhooks[1].url: the same secret as',
    ],
    [
      'more submissions at the start than the limit',
      feedWith({ id: 'a', url: 'env:A', startCount: 50_001 }),
      'startCount: 50001; must be at most the limit (50000)',
    ],
    [
      'a probe of a feed that does not exist',
      { feeds: { leads: {} }, probes: { crm: { url: 'https://e.com', feed: 'leeds' } } },
      'probes.crm.feed: names no feed; must be one of leads; did you mean leads?',
    ],
    [
      'credit thresholds out of order',
      { credits: { lowBelow: 10 } },
      'credits.veryLowBelow: 1000; must be at most credits.lowBelow (10)',
    ],
    [
      'slowness that the timeout hides',
      { observe: { timeoutMs: 1_000 } },
      'observe.slowAfterMs: 3000; must be below observe.timeoutMs (1000)',
    ],
    [
      'an endpoint whose timeout hides slowness',
      { integration: { url: 'https://e.com', timeoutMs: 2_000 } },
      'integration.timeoutMs: 2000; must be above observe.slowAfterMs',
    ],
    [
      'a secret written into a header',
      { integration: { url: 'https://e.com', headers: { Authorization: 'hunter2' } } },
      'integration.headers.Authorization: (hidden); must name its secret',
    ],
    [
      'two channels of the same id',
      {
        notify: {
          slack: [{ id: 'ops', channel: 'C0123456789', botToken: 'env:A' }],
          pagerduty: [{ id: 'ops', routingKey: 'env:B' }],
        },
      },
      'notify.pagerduty[0].id: the same id as notify.slack[0].id; must be different within notify',
    ],
    [
      'a channel with the id that stands for e-mail',
      { notify: { pagerduty: [{ id: 'sns', routingKey: 'env:B' }] } },
      'notify.pagerduty[0].id: "sns" stands for e-mail and SMS; must be another name',
    ],
    [
      'a missed run before the next is due',
      { schedule: { everyMinutes: 5 } },
      'schedule.missedAfterMinutes: 3; must be above schedule.everyMinutes (5)',
    ],
    [
      'connectivity that depends on Clay',
      { connectivity: { urls: ['https://www.clay.com/x'] } },
      'connectivity.urls[0]: a host of Clay',
    ],
    [
      'the same recipient twice',
      { notify: { email: [{ address: 'a@e.com' }, { address: 'A@e.com' }] } },
      'notify.email[1].address: the same as notify.email[0].address',
    ],
  ])('are refused: %s', (_, input, expected) => {
    const error = refusal(input);
    expect(error.code).toBe('config.invalid');
    expect(error.message).toContain(expected);
  });

  const LONG_FEED = 'inbound-leads-of-all-the-sales-team';
  const relayed = (installation: string, feed: string) => ({
    installation,
    feeds: { [feed]: { relay: { secret: 'env:SENDERS' } } },
  });

  it('are installation and feed, when the queue of the feed would have a name that SQS does not take', () => {
    const installation = 'i'.repeat(40);
    expect(refusal(relayed(installation, LONG_FEED)).message).toContain(
      `feeds["${LONG_FEED}"]: its queue would have a name of 81 characters, installation and feed joined, and ` +
        'SQS takes 80; shorten installation or the name of the feed by 1',
    );
    expect(parseConfig(relayed(installation, LONG_FEED.slice(1)), 'test.json').installation).toBe(
      installation,
    );
    // Without a relay there is no queue.
    const { feeds } = parseConfig({ installation, feeds: { [LONG_FEED]: {} } }, 'test.json');
    expect(Object.keys(feeds)).toHaveLength(1);
  });

  it('are installation and channel, when a queue of the channel would have a name that SQS does not take', () => {
    const installation = 'i'.repeat(40);
    const id = 'c'.repeat(28);
    const withChannel = (id: string): ConfigInput => ({
      installation,
      notify: { pagerduty: [{ id, routingKey: 'env:PAGER' }] },
    });
    expect(refusal(withChannel(id)).message).toContain(
      'notify.pagerduty[0].id: a queue of it would have a name of 81 characters, installation and id joined, and ' +
        'SQS takes 80; shorten installation or the id by 1',
    );
    const taken = channelIds(parseConfig(withChannel(id.slice(1)), 'test.json'));
    expect(taken).toEqual([id.slice(1)]);
    for (const channel of taken) {
      expect(channelQueueName(installation, channel).length).toBeLessThanOrEqual(80);
      expect(channelDeadLetterQueueName(installation, channel)).toHaveLength(80);
    }
  });

  it('are a relay and the name of a feed that the dead-letter queue has', () => {
    expect(refusal(relayed('acme', 'dead')).message).toContain(
      'feeds.dead: the name of the queue for rows that cannot be sent',
    );
    expect(Object.keys(parseConfig({ feeds: { dead: {} } }, 'test.json').feeds)).toEqual(['dead']);
  });

  it('are a schema of rows that no row could be judged by, each fault at its place', () => {
    const schema = { properties: { email: { type: 'strng' } }, required: 'email' };
    const { message } = refusal({ feeds: { leads: { relay: { schema } } } });
    expect(message).toContain('test.json has 2 problems');
    expect(message).toContain('feeds.leads.relay.schema.required: must be a list of keys');
    expect(message).toContain('feeds.leads.relay.schema.properties.email.type: must be one of array,');
  });

  it('are sign-in by a provider that could let nobody in, or send nobody back', () => {
    const oidc = {
      ...{ issuer: 'https://login.example.com', clientId: 'claywatch', clientSecret: 'env:CLIENT' },
      scopes: ['profile'],
    };
    const { message } = refusal({ console: { oidc } });
    expect(message).toContain('console.oidc: needs respond.publicUrl');
    expect(message).toContain('console.oidc.scopes: must have "openid"');
    expect(message).toContain('console.oidc: lets nobody in');
  });

  it.each([
    'http://login.example.com',
    'https://login.example.com?tenant=1',
    'https://login.example.com/#x',
    'https://ada:secret@login.example.com',
    'login.example.com',
    'javascript:alert(1)',
  ])('are an issuer that none may be: %s', (issuer) => {
    const oidc = { issuer, clientId: 'claywatch', clientSecret: 'env:CLIENT', readers: ['staff'] };
    const { message } = refusal({ respond: { publicUrl: 'https://x.example.com' }, console: { oidc } });
    expect(message).toContain('console.oidc.issuer');
    expect(message).not.toContain('secret@');
  });

  it('are a previous secret of a relay and none at present', () => {
    const input = { feeds: { leads: { relay: { previousSecret: 'env:BEFORE' } } } };
    expect(refusal(input).message).toContain(
      'feeds.leads.relay.previousSecret: without feeds.leads.relay.secret',
    );
  });

  it('accepts an unlimited webhook with any start count', () => {
    const input = feedWith({ id: 'a', url: 'env:A', startCount: 90_000, unlimited: true });
    expect(parseConfig(input, 'test.json').feeds.leads?.webhooks[0]?.startCount).toBe(90_000);
  });
});

describe('a canary', () => {
  const canary = (everyMinutes: number, more: object = {}) =>
    feedWith({ id: 'a', url: 'env:A', check: 'canary', everyMinutes, ...more });

  it('within its budget is accepted', () => {
    expect(parseConfig(canary(60), 'test.json').feeds.leads?.webhooks[0]?.check).toBe('canary');
  });

  it('over its budget is refused with its price', () => {
    const error = refusal(canary(5));
    expect(error.code).toBe('config.canary-over-budget');
    expect(error.message).toContain('feeds.leads.webhooks[0].check');
    expect(error.message).toContain('105,120 rows a year');
  });

  it.each([
    ['forced', { canary: { force: true } }],
    ['of an unlimited webhook', { unlimited: true }],
    ['with a larger budget', { canary: { maxShareOfLimitPerYear: 1 }, limit: 200_000 }],
  ])('over the default budget is accepted when %s', (_, more) => {
    expect(() => parseConfig(canary(5, more), 'test.json')).not.toThrow();
  });
});

describe('conditions', () => {
  const withCondition = (condition: string) => ({
    integration: { url: 'https://e.com', conditions: [condition] },
  });

  it('are accepted when they compile', () => {
    expect(() => parseConfig(withCondition('status == 200 && body.ok == true'), 'test.json')).not.toThrow();
  });

  it.each([
    'status ==',
    'status + 1',
    'colour == 3',
    `status == 200 && headers["x"] == "${'a'.repeat(1_200)}`,
  ])('are refused with their place when they do not: %s', (condition) => {
    expect(refusal(withCondition(condition)).message).toContain('integration.conditions[0]: ');
  });
});

const SECRETS = [
  'cw-test-secret-4f9a8b7c6d5e4f3a2b1c',
  'https://api.clay.com/v3/sources/webhook/pull-in-data-from-a-webhook-0f0f0f0f-1111-2222-3333-444444444444',
  'https://user:not-a-real-password@example.com/',
  'https://example.com/health?token=not-a-real-token',
  'Bearer not-a-real-token',
];

describe('secrets in a refused configuration', () => {
  const secret = fc.constantFrom(...SECRETS);
  const known = fc.constantFrom(
    'clay',
    'feeds',
    'leads',
    'webhooks',
    'url',
    'authToken',
    'apiKey',
    'limit',
    'canary',
    'row',
    'callback',
    'headers',
    'authorization',
    'conditions',
    'probes',
    'kind',
    'integration',
    'connectivity',
    'urls',
    'observe',
    'severities',
    'incidents',
    'calendar',
    'timeZone',
    'holidays',
    'notify',
    'email',
    'address',
    'sms',
    'number',
    'installation',
    'id',
    'statusPageUrl',
    '__proto__',
    'constructor',
  );
  const { tree } = fc.letrec((tie) => ({
    leaf: fc.oneof({ weight: 3, arbitrary: secret }, { weight: 1, arbitrary: fc.jsonValue() }),
    tree: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      tie('leaf'),
      fc.array(tie('tree'), { maxLength: 3 }),
      fc.dictionary(
        fc.oneof({ weight: 8, arbitrary: known }, { weight: 1, arbitrary: secret }),
        tie('tree'),
        {
          maxKeys: 5,
          noNullPrototype: true,
        },
      ),
    ),
  }));

  it('never appear, and whatever the file says the outcome is an answer or a ClaywatchError', () => {
    fc.assert(
      fc.property(tree, (input) => {
        let said: string;
        try {
          parseConfig(input, 'test.json');
          return;
        } catch (error) {
          if (!(error instanceof ClaywatchError)) throw error;
          said = `${error.message} ${error.remedy}`;
        }
        for (const value of SECRETS) expect(said).not.toContain(value);
        expect(said).not.toContain('not-a-real');
      }),
      { numRuns: 2_000 },
    );
  });

  it('are hidden at the places where secrets are named', () => {
    const error = refusal({
      clay: { apiKey: 'hunter2' },
      feeds: { leads: { webhooks: [{ id: 'a', url: 'hunter2', authToken: 12345 }] } },
    });
    expect(error.message).not.toMatch(/hunter2|12345/);
    expect(error.message).toContain('clay.apiKey: (hidden); must be the name of a secret');
  });
});
