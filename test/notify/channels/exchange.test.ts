import { describe, expect, it } from 'vitest';
import type { HttpOutcome, HttpRequest } from '../../../shared/http/port.ts';
import { callsTo, readSecret, theirWords } from '../../../shared/notify/channels/exchange.ts';

const answer = (status: number): HttpOutcome => ({
  kind: 'answer',
  status,
  headers: {},
  body: '',
  truncated: false,
  phases: { totalMs: 0 },
});

/** A provider whose every answer takes as long as it may. */
const slow = () => {
  let now = 0;
  const asked: HttpRequest[] = [];
  const call = callsTo('The provider', {
    clock: { now: () => now },
    secrets: { read: async () => '' },
    http: async (request) => {
      asked.push(request);
      now += request.timeoutMs;
      return answer(200);
    },
  });
  return { call, asked };
};

describe('the calls of one delivery', () => {
  it('share ten seconds, however slow the provider is', async () => {
    const { call, asked } = slow();
    const outcomes = [];
    for (let index = 0; index < 5; index += 1)
      outcomes.push(await call({ method: 'GET', url: 'https://provider.example' }));
    expect(asked.map(({ timeoutMs }) => timeoutMs)).toStrictEqual([4_000, 4_000, 2_000]);
    expect(outcomes.map(({ kind }) => kind)).toStrictEqual(['answer', 'answer', 'answer', 'later', 'later']);
  });

  it('are refused when the token cannot be sent, instead of tried for ever', async () => {
    const call = callsTo('The provider', {
      clock: { now: () => 0 },
      secrets: { read: async () => '' },
      http: async () => ({
        kind: 'failure',
        failure: 'connection-reset',
        detail: 'ERR_INVALID_CHAR',
        phases: { totalMs: 0 },
      }),
    });
    expect(await call({ method: 'GET', url: 'https://provider.example' })).toMatchObject({ kind: 'refused' });
  });
});

describe('a secret', () => {
  it('that fails for a reason of our own is a fault, not an outcome', async () => {
    const read = async (): Promise<string> => {
      throw new TypeError('a bug');
    };
    await expect(readSecret({ read }, 'env:X')).rejects.toThrow('a bug');
  });
});

describe('words of a provider', () => {
  it('are one short line without secrets, even those that look like nothing', () => {
    const words = theirWords(`no\nsuch key "plain" ${'x '.repeat(50_000)}`, ['plain', '']);
    expect(words).toMatch(/^no such key "\(hidden\)"/);
    expect(words.length).toBeLessThanOrEqual(160);
    expect(words).not.toContain('\n');
  });
});
