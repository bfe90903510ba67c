import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ROUTES } from '../../../functions/incidents/routes.ts';
import type { SecretReader } from '../../../shared/config/secret-reference.ts';
import { ClaywatchError } from '../../../shared/errors.ts';
import type { HttpClient, HttpRequest } from '../../../shared/http/port.ts';
import { act } from '../../../shared/incident/act.ts';
import type { Incident } from '../../../shared/incident/incident.ts';
import { MINUTE, NOON, OUTAGE, opened, policy, resolved } from '../../incident/fixtures.ts';
import { hostileText } from '../../notify/hostile.ts';
import { createIncidentsWorld } from './incidents-world.ts';

const incident = opened();
const { id } = incident;
const OPS = 'fake-signing-secret-of-ops';
const SALES = 'fake-signing-secret-of-sales';
const RESPONSE_URL = 'https://hooks.slack.com/actions/T000/1/fake';

const channel = (name: string, signingSecret?: string) => ({
  id: name,
  channel: 'C0123456789',
  botToken: 'env:BOT' as const,
  ...(signingSecret && { signingSecret: `env:${signingSecret}` as const }),
});
const SLACK = { slack: [channel('ops', 'OPS'), channel('ops-too', 'OPS'), channel('sales', 'SALES')] };
const ENV = { OPS, SALES };

interface Press {
  readonly action?: string;
  readonly value?: string;
  readonly username?: string;
  readonly responseUrl?: string;
  readonly type?: string;
}

const formOf = ({
  action = 'acknowledge',
  value = id,
  username = 'anna',
  responseUrl = RESPONSE_URL,
  type = 'block_actions',
}: Press = {}): string =>
  new URLSearchParams({
    payload: JSON.stringify({
      type,
      user: { id: 'U0123ABC', username, name: username, team_id: 'T000' },
      actions: [{ action_id: `claywatch:${action}`, value, type: 'button', action_ts: '1' }],
      response_url: responseUrl,
    }),
  }).toString();

const signed = (form: string, secret = OPS, at = NOON): Record<string, string> => {
  const timestamp = String(Math.floor(at / 1_000));
  return {
    'content-type': 'application/x-www-form-urlencoded',
    'x-slack-request-timestamp': timestamp,
    'x-slack-signature': `v0=${createHmac('sha256', secret).update(`v0:${timestamp}:${form}`).digest('hex')}`,
  };
};

const OK = {
  kind: 'answer',
  status: 200,
  headers: {},
  body: 'ok',
  truncated: false,
  phases: { total: 1 },
} as const;

const setUp = async (
  given: readonly Incident[] = [incident],
  over: Parameters<typeof createIncidentsWorld>[1] & { readonly answers?: HttpClient } = {},
) => {
  const sent: HttpRequest[] = [];
  const answers = over.answers ?? (async () => OK as never);
  const world = await createIncidentsWorld(given, {
    slack: SLACK,
    env: ENV,
    http: (request, signal) => {
      sent.push(request);
      return answers(request, signal);
    },
    ...over,
  });
  const post = (form: string, headers: Record<string, string> = signed(form), base64 = true) =>
    world.ask({ route: ROUTES.slack, headers, body: form, base64 });
  return {
    ...world,
    post,
    /** Signed at noon, whenever it is sent. */
    press: (press: Press = {}) => post(formOf(press)),
    sent,
    told: () => sent.map(({ body = '' }) => JSON.parse(body).text as string),
    stored: async () => (await world.store.byId(id)) as Incident,
  };
};

describe('POST /v1/slack/interactions', () => {
  it('acknowledges in the name of whoever pressed, and tells them alone', async () => {
    const { press, stored, sent, told } = await setUp();
    expect(await press()).toEqual({ statusCode: 200, headers: { 'cache-control': 'no-store' }, body: '' });
    expect((await stored()).acknowledgement?.by).toEqual({ name: 'anna', via: 'slack' });
    expect(told()).toEqual([`You have ${id}. Nobody is paged any more.`]);
    expect(sent).toMatchObject([{ method: 'POST', url: RESPONSE_URL }]);
    expect(JSON.parse(sent[0]?.body ?? '')).toMatchObject({
      response_type: 'ephemeral',
      replace_original: false,
    });
  });

  it('closes an incident by the word of whoever pressed', async () => {
    const { press, stored, told } = await setUp();
    expect((await press({ action: 'resolve' })).statusCode).toBe(200);
    expect(await stored()).toMatchObject({ status: 'resolved', closedBy: { actor: { name: 'anna' } } });
    expect(told()).toEqual([expect.stringContaining('closed by your word')]);
  });

  it('takes the form as it is sent, encoded or not, signed with the secret of any channel', async () => {
    const form = formOf();
    for (const [headers, base64] of [
      [signed(form), false],
      [signed(form, SALES), true],
      [
        Object.fromEntries(Object.entries(signed(form)).map(([name, value]) => [name.toUpperCase(), value])),
        true,
      ],
    ] as const) {
      const { post, stored } = await setUp();
      expect((await post(form, headers, base64)).statusCode).toBe(200);
      expect((await stored()).status).toBe('acknowledged');
    }
  });

  it('does a request once, also when the incident was given back since', async () => {
    const { press, stored, store, clock } = await setUp();
    await press();
    await press();
    expect((await stored()).version).toBe(2);
    const back = act(
      await stored(),
      { kind: 'unacknowledge' },
      { name: 'ben', via: 'cli' },
      { policy, now: NOON },
    );
    if (back.kind !== 'done') throw new Error('it was not given back');
    await store.write(back.incident, await stored());
    await clock.advance(4 * MINUTE);
    expect((await press()).statusCode).toBe(200);
    expect(await stored()).toMatchObject({ status: 'triggered', version: 3 });
    await clock.advance(2 * MINUTE);
    expect((await press()).statusCode).toBe(401);
    expect(await stored()).toMatchObject({ status: 'triggered', version: 3 });
  });

  it.each<[string, Press, readonly Incident[], RegExp]>([
    [
      'that somebody else has it',
      {},
      [
        (() => {
          const by = { name: 'Ben', via: 'api' } as const;
          const outcome = act(incident, { kind: 'acknowledge' }, by, { policy, now: NOON });
          return outcome.kind === 'done' ? outcome.incident : incident;
        })(),
      ],
      /^Ben \(API\) has inc-\S+ already; nothing was changed\.$/,
    ],
    ['that it is over', {}, [resolved(incident, NOON + MINUTE)], /is resolved already/],
    ['that it is closed', { action: 'resolve' }, [resolved(incident, NOON + MINUTE)], /is resolved already/],
    ['that there is none', {}, [opened(OUTAGE)], /is no longer kept; nothing was changed/],
  ])('tells the person %s', async (_, press, given, said) => {
    const world = await setUp(given);
    const version = (await world.stored())?.version;
    expect((await world.press(press)).statusCode).toBe(200);
    expect((await world.stored())?.version).toBe(version);
    expect(world.told()).toEqual([expect.stringMatching(said)]);
  });

  it('says of a second press that they have it', async () => {
    const { post, press, told } = await setUp();
    await press();
    const again = `${formOf()}&x=1`;
    await post(again, signed(again));
    expect(told()[1]).toBe(`You have ${id} already.`);
  });

  it('answers nobody but Slack', async () => {
    const form = formOf();
    const sound = signed(form);
    const wrong: readonly Record<string, string>[] = [
      {},
      signed(form, 'another-secret'),
      signed(form, OPS, NOON - 6 * MINUTE),
      signed(form, OPS, NOON + 6 * MINUTE),
      signed(`${form}x`),
      { ...sound, 'x-slack-signature': `${sound['x-slack-signature']},${sound['x-slack-signature']}` },
      { ...sound, 'x-slack-request-timestamp': `${sound['x-slack-request-timestamp']},0` },
      { ...sound, 'x-slack-signature': 'x'.repeat(1_000_000) },
      { 'x-slack-request-timestamp': sound['x-slack-request-timestamp'] ?? '' },
    ];
    const { post, stored, sent } = await setUp();
    for (const headers of wrong) {
      const { statusCode, body } = await post(form, headers);
      expect([statusCode, JSON.parse(body).code]).toEqual([401, 'request.unauthorized']);
    }
    expect((await stored()).version).toBe(1);
    expect(sent).toEqual([]);
  });

  it('is not there without a signing secret', async () => {
    const { press } = await setUp([incident], { slack: { slack: [channel('ops')] } });
    const { statusCode, body } = await press();
    expect([statusCode, JSON.parse(body).code]).toEqual([404, 'request.not-found']);
  });

  describe('when a secret cannot be read', () => {
    const reading = (of: Readonly<Record<string, () => Promise<string>>>) => {
      const reads: string[] = [];
      const secrets: SecretReader = {
        read: (reference) => {
          reads.push(reference);
          return of[reference]?.() ?? Promise.resolve('fake-other');
        },
      };
      return { secrets, reads };
    };
    const down = () => Promise.reject(new Error('the store of secrets is down'));
    const gone = () => Promise.reject(new ClaywatchError('secret.not-found', 'gone', 'put it there'));

    it('says that it cannot tell, and does nothing', async () => {
      const { secrets } = reading({ 'env:OPS': down, 'env:SALES': async () => SALES });
      const { press, stored, faults } = await setUp([incident], { secrets });
      const { statusCode, headers, body } = await press();
      expect([statusCode, JSON.parse(body).code]).toEqual([429, 'overloaded']);
      expect(headers['retry-after']).toBe('1');
      expect((await stored()).version).toBe(1);
      expect(faults).toHaveLength(1);
    });

    it('still takes what another secret proves', async () => {
      const { secrets } = reading({ 'env:OPS': down, 'env:SALES': async () => SALES });
      const { post, stored } = await setUp([incident], { secrets });
      expect((await post(formOf(), signed(formOf(), SALES))).statusCode).toBe(200);
      expect((await stored()).status).toBe('acknowledged');
    });

    it('turns away whoever signs with one that was taken away', async () => {
      const { secrets } = reading({ 'env:OPS': gone, 'env:SALES': async () => SALES });
      const { press } = await setUp([incident], { secrets });
      expect((await press()).statusCode).toBe(401);
    });

    it('waits for it no longer than Slack does, and reads each once', async () => {
      const { secrets, reads } = reading({ 'env:OPS': () => new Promise(() => {}) });
      const { press, clock } = await setUp([incident], { secrets });
      const answer = press();
      await clock.advance(1_500);
      expect((await answer).statusCode).toBe(429);
      expect(reads.toSorted()).toEqual(['env:OPS', 'env:SALES']);
    });
  });

  describe('what the person is told', () => {
    it.each([
      'https://evil.example/actions/T000',
      'http://hooks.slack.com/actions/T000',
      'https://hooks.slack.com.evil.example/x',
      'https://hooks.slack.com:8443/x',
      'https://user@hooks.slack.com/x',
      'file:///etc/passwd',
      `https://hooks.slack.com/${'x'.repeat(1_000)}`,
      '',
    ])('goes nowhere else: %s', async (responseUrl) => {
      const { press, sent, stored } = await setUp();
      expect((await press({ responseUrl })).statusCode).toBe(200);
      expect((await stored()).status).toBe('acknowledged');
      expect(sent).toEqual([]);
    });

    it('never makes a press fail that was done', async () => {
      for (const answers of [
        () => Promise.reject(new Error('no way out')),
        async () => ({ ...OK, status: 500 }) as never,
        async () => ({ kind: 'failure', failure: 'timed-out', detail: '', phases: { total: 1 } }) as never,
      ]) {
        const { press, stored } = await setUp([incident], { answers });
        expect(await press()).toMatchObject({ statusCode: 200, body: '' });
        expect((await stored()).status).toBe('acknowledged');
      }
    });

    it('takes at most a second, and less when the rest took long', async () => {
      const quick = await setUp();
      await quick.press();
      expect(quick.sent[0]?.timeoutMs).toBe(1_000);
      const slow = await setUp([incident], {
        store: {
          byId: async (wanted: string) => {
            await slow.clock.advance(2_400);
            return slow.store.byId(wanted);
          },
        },
      });
      await slow.press();
      expect(slow.sent[0]?.timeoutMs).toBe(250);
    });
  });

  it('answers 429 when the store fails, and tells the person nothing that is not so', async () => {
    const store = { byId: () => Promise.reject(new Error('fake-detail')) };
    const { press, sent, faults } = await setUp([incident], { store });
    const { statusCode, body } = await press();
    expect([statusCode, body.includes('fake-detail'), faults.length]).toEqual([429, false, 1]);
    expect(sent).toEqual([]);
  });

  it('refuses what is too large before it is decoded, and what is compressed', async () => {
    const large = 'payload='.padEnd(600_000, 'x');
    const { post } = await setUp([incident], {
      secrets: { read: () => Promise.reject(new Error('must not be read')) },
    });
    for (const base64 of [true, false])
      expect((await post(large, signed(large), base64)).statusCode).toBe(413);
    const form = formOf();
    expect((await post(form, { ...signed(form), 'content-encoding': 'gzip' })).statusCode).toBe(415);
  });

  it.each<[string, string, number]>([
    ['no payload', 'x=1', 400],
    ['a payload that is no JSON', 'payload=%7B', 400],
    ['an empty body', '', 400],
    ['an incident that cannot be one', formOf({ value: '__proto__' }), 400],
    ['an incident of a megabyte', formOf({ value: 'x'.repeat(400_000) }), 400],
    ['a command of every object', formOf({ action: 'constructor' }), 200],
    ['an action that is not ours', formOf({ action: 'delete' }), 200],
    ['another kind of interaction', formOf({ type: 'view_closed' }), 200],
  ])('does nothing with %s', async (_, form, status) => {
    const { post, stored, sent } = await setUp();
    expect((await post(form)).statusCode).toBe(status);
    expect((await stored()).version).toBe(1);
    expect(sent).toEqual([]);
  });

  it('keeps whatever name Slack sends as one line of text', async () => {
    await fc.assert(
      fc.asyncProperty(hostileText, async (username) => {
        const { press, stored, api, sent } = await setUp();
        const answer = await press({ username });
        if (answer.statusCode === 413) return;
        expect(answer).toMatchObject({ statusCode: 200, body: '' });
        const { name = '' } = (await stored()).acknowledgement?.by ?? {};
        expect(name.length).toBeGreaterThan(0);
        expect(name.length).toBeLessThanOrEqual(80);
        expect(name).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
        expect(sent.every(({ headers }) => Object.keys(headers ?? {}).length === 1)).toBe(true);
        expect((await api({ route: ROUTES.show, params: { id } })).status).toBe(200);
      }),
      { numRuns: 40 },
    );
  });
});
