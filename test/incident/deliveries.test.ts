import { describe, expect, it } from 'vitest';
import { duePending, markDelivered, markFailed } from '../../shared/incident/deliveries.ts';
import type { Incident } from '../../shared/incident/incident.ts';
import { DAY, HOUR, MINUTE, NOON, opened, resolved } from './fixtures.ts';

const first = opened();
const id = first.pending[0]?.id ?? '';
const fail = (incident: Incident, times: number, now = NOON): Incident =>
  times === 0 ? incident : fail(markFailed(incident, id, new Error('throttled'), now), times - 1, now);

describe('markDelivered', () => {
  it('moves the message from owed to delivered, with its receipt', () => {
    const told = markDelivered(first, id, 'sns-message-1', NOON + 5);
    expect(told).toMatchObject({
      version: 2,
      updatedAt: NOON + 5,
      pending: [],
      deliveries: [
        { id, transition: 'triggered', severity: 'P1', deliveredAt: NOON + 5, receipt: 'sns-message-1' },
      ],
    });
    expect(told.timeline.at(-1)).toEqual({ at: NOON + 5, kind: 'notified', text: 'Sent: triggered, P1' });
  });

  it('changes nothing the second time, nor for a message of another incident', () => {
    const told = markDelivered(first, id, 'sns-message-1', NOON + 5);
    expect(markDelivered(told, id, 'sns-message-2', NOON + 6)).toBe(told);
    expect(markDelivered(told, 'inc-20261103-00000000:1:resolved', 'receipt', NOON + 6)).toBe(told);
    expect(markDelivered(told, 'nonsense', 'receipt', NOON + 6)).toBe(told);
  });

  it('never goes back in time', () => {
    const told = markDelivered(first, id, 'receipt', NOON - DAY);
    expect(told.updatedAt).toBe(NOON);
    expect(told.deliveries[0]?.deliveredAt).toBe(NOON);
  });
});

describe('markFailed', () => {
  it('waits 10 s, then twice as long each time, at most 10 min', () => {
    const waits = [1, 2, 3, 4, 6, 7, 8, 1_000].map(
      (times) => (fail(first, times).pending[0]?.dueAt ?? 0) - NOON,
    );
    expect(waits).toEqual([10_000, 20_000, 40_000, 80_000, 320_000, 600_000, 600_000, 600_000]);
  });

  it('counts the attempts and keeps the message owed', () => {
    expect(fail(first, 3).pending).toMatchObject([{ id, attempts: 3, lastError: 'Error: throttled' }]);
  });

  it('is on the timeline once per message', () => {
    const kinds = fail(first, 5).timeline.map(({ kind }) => kind);
    expect(kinds).toEqual(['triggered', 'notify-failed']);
  });

  it('shows no address and no length of text, whatever was thrown', () => {
    const secret = 'https://hooks.example.com/services/not-a-real-secret';
    const failed = markFailed(first, id, new Error(`POST ${secret} failed\n${'x'.repeat(10_000)}`), NOON);
    expect(JSON.stringify(failed)).not.toContain('not-a-real-secret');
    expect(failed.pending[0]?.lastError?.length).toBeLessThanOrEqual(240);
    for (const thrown of [undefined, null, 42, { message: 'x' }, 'text'])
      expect(markFailed(first, id, thrown, NOON).pending[0]?.attempts).toBe(1);
  });

  it('changes nothing for what is not owed', () => {
    expect(markFailed(first, 'nonsense', 'text', NOON)).toBe(first);
  });
});

describe('duePending', () => {
  const two = resolved(first, NOON + MINUTE);
  const names = (incident: Incident, now: number) =>
    duePending(incident, now).map(({ transition }) => transition);

  it('is everything that is owed, in order', () => {
    expect(names(two, NOON + MINUTE)).toEqual(['triggered', 'resolved']);
  });

  it('lets nothing overtake a message that waits after a failure', () => {
    const waiting = markFailed(two, id, 'text', NOON + MINUTE);
    expect(names(waiting, NOON + MINUTE + 9_999)).toEqual([]);
    expect(names(waiting, NOON + MINUTE + 10_000)).toEqual(['triggered', 'resolved']);
  });

  it('does not wait for a clock that was far ahead when the attempt failed', () => {
    const ahead = markFailed(first, id, 'text', NOON + DAY);
    expect(names(ahead, NOON + HOUR)).toEqual(['triggered']);
  });

  it('bears a sender whose clock is a little behind', () => {
    expect(names(first, NOON - 1)).toEqual([]);
    expect(names(first, NOON)).toEqual(['triggered']);
  });
});
