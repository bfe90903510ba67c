import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  parseSlackInteraction,
  slackAnswer,
  verifySlackRequest,
} from '../../../shared/notify/channels/slack-actions.ts';
import { hostileText } from '../hostile.ts';

/** The worked example of docs.slack.dev/authentication/verifying-requests-from-slack. */
const EXAMPLE = {
  signingSecret: '8f742231b10e8888abcd99yyyzzz85a5',
  timestamp: '1531420618',
  body: 'token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c',
  signature: 'v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503',
} as const;
const AT = 1_531_420_618_000;
const MINUTE = 60_000;

const sign = (secret: string, timestamp: string, body: string): string =>
  `v0=${createHmac('sha256', secret).update(`v0:${timestamp}:${body}`).digest('hex')}`;

describe('the signature of Slack', () => {
  it('is taken as in the example of its documentation', async () => {
    expect(await verifySlackRequest(EXAMPLE, AT)).toBe('genuine');
  });

  it('is good for five minutes, before and after', async () => {
    expect(await verifySlackRequest(EXAMPLE, AT + 5 * MINUTE)).toBe('genuine');
    expect(await verifySlackRequest(EXAMPLE, AT - 5 * MINUTE)).toBe('genuine');
    expect(await verifySlackRequest(EXAMPLE, AT + 5 * MINUTE + 1_000)).toBe('stale');
    expect(await verifySlackRequest(EXAMPLE, AT - 5 * MINUTE - 1_000)).toBe('stale');
  });

  it.each([
    ['another body', { body: `${EXAMPLE.body}&x=1` }],
    ['another time', { timestamp: '1531420619' }],
    ['another secret', { signingSecret: '8f742231b10e8888abcd99yyyzzz85a6' }],
    ['no secret', { signingSecret: '' }],
    ['no signature', { signature: undefined }],
    ['no time', { timestamp: undefined }],
    ['a time that is none', { timestamp: '1531420618.0' }],
    ['another version', { signature: EXAMPLE.signature.replace('v0', 'v1') }],
    ['half a signature', { signature: EXAMPLE.signature.slice(0, 40) }],
    ['a longer signature', { signature: `${EXAMPLE.signature}00` }],
    ['a signature that is no number', { signature: `v0=${'zz'.repeat(32)}` }],
  ])('is forged with %s', async (_name, over) => {
    expect(await verifySlackRequest({ ...EXAMPLE, ...over }, AT)).toBe('forged');
  });

  it('is that of the bytes that were received, whatever they are', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.string({ unit: 'grapheme', maxLength: 200 }),
        fc.string({ minLength: 1 }),
        async (body, secret) => {
          const signature = sign(secret, EXAMPLE.timestamp, body);
          const request = { body, signingSecret: secret, timestamp: EXAMPLE.timestamp, signature };
          expect(await verifySlackRequest(request, AT)).toBe('genuine');
          expect(await verifySlackRequest({ ...request, body: `${body} ` }, AT)).toBe('forged');
        },
      ),
      { numRuns: 50 },
    );
  });
});

const payloadOf = (over: object = {}): object => ({
  type: 'block_actions',
  user: { id: 'U2CERLKJA', username: 'roadrunner', name: 'Road Runner', team_id: 'T1DC2JH3J' },
  api_app_id: 'A012345',
  container: { type: 'message', message_ts: '1762138800.000001', channel_id: 'C0123456789' },
  response_url: 'https://hooks.slack.com/actions/T1DC2JH3J/1/not-real',
  actions: [
    {
      type: 'button',
      block_id: 'claywatch',
      action_id: 'claywatch:acknowledge',
      value: 'inc-20261103-0a1b2c3d',
    },
  ],
  ...over,
});
const formOf = (payload: unknown): string =>
  new URLSearchParams({ payload: JSON.stringify(payload) }).toString();
const pressed = (action_id: string, value: string): object => ({ actions: [{ action_id, value }] });

describe('a pressed button', () => {
  it('says which incident, what and who', () => {
    expect(parseSlackInteraction(formOf(payloadOf()))).toStrictEqual({
      kind: 'action',
      action: {
        incidentId: 'inc-20261103-0a1b2c3d',
        command: 'acknowledge',
        user: { id: 'U2CERLKJA', name: 'roadrunner' },
        actor: { name: 'roadrunner', via: 'slack' },
        responseUrl: 'https://hooks.slack.com/actions/T1DC2JH3J/1/not-real',
      },
    });
    expect(
      parseSlackInteraction(formOf(payloadOf(pressed('claywatch:resolve', 'inc-20261103-0a1b2c3d')))),
    ).toMatchObject({ action: { command: 'resolve' } });
  });

  it.each([
    ['another button', pressed('other:thing', 'inc-20261103-0a1b2c3d')],
    ['the name of a member of every object', pressed('constructor', 'inc-20261103-0a1b2c3d')],
    ['no button', { actions: [] }],
    ['a dialogue', { type: 'view_submission' }],
  ])('is nothing to us when it is %s', (_name, over) => {
    expect(parseSlackInteraction(formOf(payloadOf(over)))).toStrictEqual({ kind: 'nothing' });
  });

  it.each([
    ['no incident', formOf(payloadOf(pressed('claywatch:resolve', '')))],
    ['the id of nothing', formOf(payloadOf(pressed('claywatch:resolve', '../../inc-20261103-0a1b2c3d')))],
    ['no user', formOf(payloadOf({ user: undefined }))],
    ['a user that is none', formOf(payloadOf({ user: { id: '<!channel>' } }))],
    ['too many actions', formOf(payloadOf({ actions: Array(26).fill({ action_id: 'x' }) }))],
    ['no payload', 'token=1'],
    ['no JSON', 'payload=%7B'],
    ['null', 'payload=null'],
    ['a list', 'payload=%5B%5D'],
    ['nothing', ''],
    ['a megabyte', formOf(payloadOf({ pad: 'x'.repeat(1_000_000) }))],
    ['deep nesting', `payload=${'['.repeat(100_000)}`],
  ])('is malformed with %s', (_name, body) => {
    expect(parseSlackInteraction(body)).toStrictEqual({ kind: 'malformed' });
  });

  it.each([
    'https://evil.example/actions/1',
    'http://hooks.slack.com/actions/1',
    'https://hooks.slack.com.evil.example/actions/1',
    'https://hooks.slack.com@evil.example/actions/1',
    'javascript:alert(1)',
    '',
  ])('is never answered at %s', (response_url) => {
    expect(parseSlackInteraction(formOf(payloadOf({ response_url })))).toMatchObject({
      action: { responseUrl: null },
    });
  });

  it('has a name that is one safe line, whatever somebody calls themselves', () => {
    fc.assert(
      fc.property(hostileText, (username) => {
        const read = parseSlackInteraction(formOf(payloadOf({ user: { id: 'U2CERLKJA', username } })));
        const name = read.kind === 'action' ? read.action.actor.name : 'U';
        expect(name).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
        expect(name.length).toBeGreaterThan(0);
        expect(name.length).toBeLessThanOrEqual(80);
      }),
    );
  });

  it('is answered in words that only the person sees', () => {
    expect(JSON.parse(slackAnswer('Still failing <!channel>'))).toStrictEqual({
      response_type: 'ephemeral',
      replace_original: false,
      text: 'Still failing &lt;!channel&gt;',
    });
  });
});
