import { beforeEach, describe, expect, it } from 'vitest';
import type { Clock } from '../../shared/clock.ts';
import type { ChannelMemory } from '../../shared/notify/channels/port.ts';

const DAY = 86_400_000;
const INCIDENT = 'inc-20261103-0a1b2c3d';

/** The contract of `ChannelMemory`. `memoryOf` gives an empty one of another channel each time. */
export const channelMemoryContract = (
  name: string,
  memoryOf: (channel: string, clock: Pick<Clock, 'now'>) => ChannelMemory,
): void => {
  describe(`channel memory, ${name}`, () => {
    let now: number;
    let memory: ChannelMemory;
    let channel = 0;
    const clock = { now: () => now };
    beforeEach(() => {
      now = Date.UTC(2026, 10, 3, 12);
      channel += 1;
      memory = memoryOf(`slack-${channel}`, clock);
    });

    it('remembers nothing of an incident that it never heard of', async () => {
      expect(await memory.load(INCIDENT)).toStrictEqual({});
    });

    it('merges what is saved, and gives it back exactly', async () => {
      await memory.save(INCIDENT, { ts: '1.2', 'reply:1:triggered': '1.3' });
      await memory.save(INCIDENT, { ts: '2.0', empty: '', 'odd #name.with:signs': 'Grüße \u{1F9E8}' });
      await memory.save(INCIDENT, {});
      expect(await memory.load(INCIDENT)).toStrictEqual({
        ts: '2.0',
        'reply:1:triggered': '1.3',
        empty: '',
        'odd #name.with:signs': 'Grüße \u{1F9E8}',
      });
    });

    it('does not take its own keys for values', async () => {
      const values = { pk: 'x', sk: 'y', expiresAt: '1', holder: 'z', heldUntil: '2', gsi1pk: 'w' };
      await memory.save(INCIDENT, values);
      expect(await memory.load(INCIDENT)).toStrictEqual(values);
      expect(await memory.claim(INCIDENT, 'a', 1_000)).toBe(true);
      expect(await memory.load(INCIDENT)).toStrictEqual(values);
    });

    it('keeps incidents and channels apart', async () => {
      const other = memoryOf(`other-${channel}`, clock);
      await memory.save(INCIDENT, { ts: '1' });
      await other.save(INCIDENT, { ts: '2' });
      await memory.save('inc-20261103-ffffffff', { ts: '3' });
      expect(await memory.load(INCIDENT)).toStrictEqual({ ts: '1' });
      expect(await other.load(INCIDENT)).toStrictEqual({ ts: '2' });
      await memory.claim(INCIDENT, 'a', 1_000);
      expect(await other.claim(INCIDENT, 'b', 1_000)).toBe(true);
    });

    it('loses nothing when many save at once', async () => {
      const names = Array.from({ length: 8 }, (_, index) => `value${index}`);
      await Promise.all(names.map((one) => memory.save(INCIDENT, { [one]: one })));
      expect(await memory.load(INCIDENT)).toStrictEqual(Object.fromEntries(names.map((one) => [one, one])));
    });

    it('forgets 90 days after the last word', async () => {
      await memory.save(INCIDENT, { ts: '1' });
      now += 89 * DAY;
      await memory.save(INCIDENT, { key: '2' });
      now += 89 * DAY;
      expect(await memory.load(INCIDENT)).toStrictEqual({ ts: '1', key: '2' });
      now += DAY;
      expect(await memory.load(INCIDENT)).toStrictEqual({});
    });

    it('gives an incident to one of many who want it at once', async () => {
      const taken = await Promise.all(
        Array.from({ length: 8 }, (_, index) => memory.claim(INCIDENT, `holder-${index}`, 10_000)),
      );
      expect(taken.filter(Boolean)).toHaveLength(1);
    });

    it('gives it to the same holder again, and to another only once it is given back or its time is over', async () => {
      expect(await memory.claim(INCIDENT, 'a', 10_000)).toBe(true);
      expect(await memory.claim(INCIDENT, 'a', 10_000)).toBe(true);
      await memory.release(INCIDENT, 'b');
      expect(await memory.claim(INCIDENT, 'b', 10_000)).toBe(false);
      await memory.release(INCIDENT, 'a');
      expect(await memory.claim(INCIDENT, 'b', 10_000)).toBe(true);
      now += 9_999;
      expect(await memory.claim(INCIDENT, 'c', 10_000)).toBe(false);
      now += 1;
      expect(await memory.claim(INCIDENT, 'c', 10_000)).toBe(true);
    });

    it('is not held for ever by a clock that ran ahead', async () => {
      now += DAY;
      await memory.claim(INCIDENT, 'a', 10_000);
      now -= DAY;
      expect(await memory.claim(INCIDENT, 'b', 10_000)).toBe(true);
    });

    it('gives back nothing that was never taken', async () => {
      await memory.release(INCIDENT, 'a');
      expect(await memory.load(INCIDENT)).toStrictEqual({});
    });
  });
};
