import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { oneAtATime } from '../../../shared/notify/channels/one-at-a-time.ts';
import type { Bulletin, ChannelMemory, ChannelOutcome } from '../../../shared/notify/channels/port.ts';
import type { Fault } from '../../support/provider-server.ts';
import { hostileText } from '../hostile.ts';
import { dyingAt, SECRETS, type UnderTest } from './world.ts';

const ATTEMPTS = 6;
/** More than any provider takes is never sent. */
const MOST_BYTES = 100_000;

/** Everything that may be kept of an outcome. */
const words = (outcome: ChannelOutcome): string => JSON.stringify(outcome);

/** The contract of `Channel`, over real HTTP against a provider that behaves as its documents say. */
export const channelContract = (name: string, start: () => Promise<UnderTest>): void => {
  describe(`channel, ${name}`, () => {
    let test: UnderTest;
    beforeEach(async () => {
      test = await start();
    });
    afterEach(() => test[Symbol.asyncDispose]());

    const deliver = (bulletin: Bulletin, memory: ChannelMemory = test.memory) =>
      test.channel.deliver(bulletin, memory);

    /** As the queue does: again until it is taken or refused. */
    const untilTold = async (bulletin: Bulletin): Promise<ChannelOutcome> => {
      for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
        const outcome = await deliver(bulletin);
        if (outcome.kind !== 'later') return outcome;
      }
      throw new Error('never taken');
    };

    const secretValues = (): readonly string[] => [
      ...Object.values(SECRETS),
      ...[...test.values.values()].filter((value) => value !== null),
    ];

    it('is delivered on the 2xx of the provider, with a receipt', async () => {
      expect(await deliver(test.news(1))).toStrictEqual({
        kind: 'delivered',
        receipt: expect.stringMatching(/.+/),
      });
      expect(test.told()).toBe(1);
    });

    it('tells nothing and asks nothing when the same message is handed over again', async () => {
      const outcome = await deliver(test.news(1));
      const requests = test.server.requests.length;
      expect(await deliver(test.news(1))).toStrictEqual(outcome);
      expect(await deliver(test.news(1))).toStrictEqual(outcome);
      expect(test.server.requests).toHaveLength(requests);
      expect(test.told()).toBe(1);
    });

    it('comes later when there are too many requests, not before Retry-After', async () => {
      test.server.fail({ kind: 'answer', status: 429, headers: { 'retry-after': '7' } });
      expect(await deliver(test.news(1))).toMatchObject({ kind: 'later', afterMs: 7_000 });
      expect(test.told()).toBe(0);
      expect(await untilTold(test.news(1))).toMatchObject({ kind: 'delivered' });
      expect(test.told()).toBe(1);
    });

    const passing: readonly (readonly [string, Fault])[] = [
      ['500', { kind: 'answer', status: 500, body: 'Internal Server Error' }],
      ['503 with a page', { kind: 'answer', status: 503, body: '<html>Service Unavailable</html>' }],
      ['a connection that is reset', { kind: 'reset' }],
      ['no answer at all', { kind: 'silence' }],
    ];
    it.each(passing)('comes later after %s, and is then told once', async (_name, fault) => {
      test.server.fail(fault);
      expect(await deliver(test.news(1))).toMatchObject({ kind: 'later' });
      expect(await untilTold(test.news(1))).toMatchObject({ kind: 'delivered' });
      expect(test.told()).toBe(1);
    });

    it.each([0, 1, 2, 3])(
      'tells once although the answer to what was done got lost, after %s more',
      async (lost) => {
        test.server.fail(...Array.from({ length: lost }, () => null), { kind: 'done-and-reset' });
        expect(await untilTold(test.news(1))).toMatchObject({ kind: 'delivered' });
        expect(test.told()).toBe(1);
        expect(await untilTold(test.news(2))).toMatchObject({ kind: 'delivered' });
        expect(await untilTold(test.news(2))).toMatchObject({ kind: 'delivered' });
        expect(test.told()).toBeLessThanOrEqual(2);
      },
    );

    it('follows no redirect', async () => {
      test.server.fail({
        kind: 'answer',
        status: 302,
        headers: { location: `${test.server.url}/elsewhere` },
      });
      expect(await deliver(test.news(1))).toMatchObject({ kind: 'refused' });
      expect(test.server.requests).toHaveLength(1);
    });

    it('is refused when the secret is not there, and comes later when it cannot be read', async () => {
      const value = test.values.get(test.secret) ?? '';
      test.values.set(test.secret, null);
      expect(await deliver(test.news(1))).toMatchObject({ kind: 'later' });
      test.values.delete(test.secret);
      expect(await deliver(test.news(1))).toMatchObject({
        kind: 'refused',
        why: expect.stringContaining(test.secret),
      });
      expect(test.server.requests).toHaveLength(0);
      test.values.set(test.secret, value);
      expect(await deliver(test.news(1))).toMatchObject({ kind: 'delivered' });
    });

    it('says nothing secret in any outcome, whatever the provider answers', async () => {
      const outcomes: string[] = [];
      const echo = [test.values.get(test.secret), SECRETS.WEBHOOK_KEY].join(' ');
      const answers = [400, 401, 403, 404, 409, 410, 413, 422, 429, 500].flatMap((status) => [
        { kind: 'answer', status, body: echo } as const,
        { kind: 'answer', status, body: { ok: false, error: echo, message: echo, errors: [echo] } } as const,
      ]);
      for (const [index, answer] of answers.entries()) {
        test.server.fail(answer);
        const incidentId = `inc-20261103-${String(index).padStart(8, '0')}`;
        outcomes.push(words(await deliver(test.news(1, { incidentId }))));
      }
      test.server.fail({ kind: 'reset' });
      outcomes.push(words(await deliver(test.news(1, { incidentId: 'inc-20261103-eeeeeeee' }))));
      outcomes.push(words(await deliver(test.news(1, { incidentId: 'inc-20261103-ffffffff' }))));
      outcomes.push(JSON.stringify(await test.channel.check()));
      for (const secret of secretValues()) expect(outcomes.join('\n')).not.toContain(secret);
      expect(outcomes.join('\n')).not.toContain('://');
      for (const outcome of outcomes) expect(outcome.length).toBeLessThan(1_200);
    });

    it('takes one message of an incident at a time', async () => {
      const channel = oneAtATime(test.channel);
      const outcomes = await Promise.all(
        [1, 2, 3].map((version) => channel.deliver(test.news(version), test.memory)),
      );
      expect(outcomes.map(({ kind }) => kind).sort()).toStrictEqual(['delivered', 'later', 'later']);
      for (const version of [1, 2, 3])
        expect(await channel.deliver(test.news(version), test.memory)).toMatchObject({ kind: 'delivered' });
    });

    it('is free again when the process died in the middle of a delivery', async () => {
      const channel = oneAtATime(test.channel);
      await test.memory.claim(test.news(1).incidentId, 'a process that is gone', 30_000);
      expect(await channel.deliver(test.news(1), test.memory)).toMatchObject({ kind: 'later' });
      test.advance(30_000);
      expect(await channel.deliver(test.news(1), test.memory)).toMatchObject({ kind: 'delivered' });
    });

    it('tells once, wherever the process dies', async () => {
      const whole = dyingAt(test.memory, Number.POSITIVE_INFINITY);
      await deliver(test.news(1, { incidentId: 'inc-20261103-aaaaaaaa' }), whole);
      for (let death = 1; death <= whole.calls; death += 1) {
        const bulletin = test.news(1, { incidentId: `inc-20261103-0000000${death}` });
        const before = test.told();
        await expect(deliver(bulletin, dyingAt(test.memory, death))).rejects.toThrow('the process died');
        expect(await untilTold(bulletin)).toMatchObject({ kind: 'delivered' });
        expect(test.told()).toBe(before + 1);
      }
    });

    it('sends whatever text there is, bounded, and is taken', async () => {
      const text = hostileText;
      let count = 0;
      await fc.assert(
        fc.asyncProperty(
          fc.record({
            title: text,
            summary: text,
            impact: text,
            publicImpact: text,
            subject: text,
            affected: fc.array(text, { maxLength: 30 }),
            done: fc.array(text, { maxLength: 30 }),
            changes: fc.array(text, { maxLength: 30 }),
            alsoAbout: fc.array(text, { maxLength: 30 }),
            steps: fc.array(fc.record({ do: text, where: text }), { maxLength: 30 }),
            acknowledgedBy: fc.option(text),
            url: fc.option(text),
            words: text,
          }),
          async ({ words: said, ...over }) => {
            count += 1;
            const incidentId = `inc-20261103-${count.toString(16).padStart(8, '0')}`;
            const update = { text: said, by: said, audience: 'public' as const };
            const outcome = await deliver(test.news(1, { ...over, incidentId, update }));
            expect(outcome).toMatchObject({ kind: 'delivered' });
            expect(Math.max(...test.server.requests.map(({ body }) => body.length))).toBeLessThan(MOST_BYTES);
          },
        ),
        { numRuns: 40 },
      );
    });

    it('checks that it would work without telling anybody', async () => {
      const check = await test.channel.check();
      expect(check.result).not.toBe('not-ready');
      expect(check.result === 'ready').toBe(check.fix === '');
      expect(test.told()).toBe(0);
      test.values.delete(test.secret);
      const without = await test.channel.check();
      expect(without.result).toBe('not-ready');
      expect(without.fix).not.toBe('');
    });

    it('does not call it broken when the provider does not answer the check', async () => {
      test.server.fail({ kind: 'answer', status: 503 });
      expect((await test.channel.check()).result).toBe('unknown');
    });
  });
};
