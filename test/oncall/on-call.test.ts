import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { configSchema } from '../../shared/config/schema.ts';
import { onCallAt, peopleOf } from '../../shared/oncall/on-call.ts';

const configOf = (rotation: readonly string[], timeZone = 'Europe/Berlin') =>
  configSchema.parse({
    incidents: { calendar: { timeZone } },
    notify: {
      people: { anna: { sms: '+4915112345678' }, ben: { email: 'ben@example.com' }, cleo: {} },
      onCall: { rotation: [...rotation], startsOn: '2026-03-16', handoverAt: '09:00' },
    },
  });
const at = (text: string) => Date.parse(text);
const HOUR = 3_600_000;

describe('the rotation', () => {
  const config = configOf(['anna', 'ben', 'cleo']);
  const nameAt = (text: string) => onCallAt(at(text), config)?.name;

  it('hands over once a week, by the wall clock', () => {
    expect(nameAt('2026-03-16T07:59:59Z')).toBe('cleo');
    expect(nameAt('2026-03-16T08:00:00Z')).toBe('anna');
    expect(nameAt('2026-03-23T07:59:59Z')).toBe('anna');
    expect(nameAt('2026-03-23T08:00:00Z')).toBe('ben');
    // The clocks went forward on 29 March: nine o'clock is an hour earlier in UTC.
    expect(nameAt('2026-03-30T06:59:59Z')).toBe('ben');
    expect(nameAt('2026-03-30T07:00:00Z')).toBe('cleo');
    expect(nameAt('2026-04-06T07:00:00Z')).toBe('anna');
  });

  it('has a week of 167 hours when the clocks go forward, and of 169 when they go back', () => {
    const length = (text: string) => {
      const turn = onCallAt(at(text), config);
      return turn && (turn.until - turn.from) / HOUR;
    };
    expect(length('2026-03-25T12:00:00Z')).toBe(167);
    expect(length('2026-10-21T12:00:00Z')).toBe(169);
    expect(length('2026-06-03T12:00:00Z')).toBe(168);
  });

  it('is nobody without names', () => {
    expect(onCallAt(at('2026-06-03T12:00:00Z'), configOf([]))).toBeNull();
  });

  it('covers every moment by exactly one turn, in order', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: at('2020-01-01T00:00:00Z'), max: at('2040-01-01T00:00:00Z') }),
        fc.constantFrom('Europe/Berlin', 'America/New_York', 'Asia/Kolkata', 'Pacific/Apia'),
        (moment, zone) => {
          const names = ['anna', 'ben', 'cleo'];
          const zoned = configOf(names, zone);
          const turn = onCallAt(moment, zoned);
          if (!turn) throw new Error('nobody');
          expect(turn.from).toBeLessThanOrEqual(moment);
          expect(turn.until).toBeGreaterThan(moment);
          const next = onCallAt(turn.until, zoned);
          expect(next?.from).toBe(turn.until);
          expect(next?.name).toBe(names[(names.indexOf(turn.name) + 1) % names.length]);
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe('whom a step pages', () => {
  const june = at('2026-06-03T12:00:00Z');

  it('is whoever is on call, everybody, or people by name, each once', () => {
    const config = configOf(['ben']);
    expect(peopleOf(['on-call'], june, config)).toEqual(['ben']);
    expect(peopleOf(['on-call', 'anna', 'ben'], june, config)).toEqual(['ben', 'anna']);
    expect(peopleOf(['everyone', 'anna'], june, config)).toEqual(['anna', 'ben', 'cleo']);
    expect(peopleOf(['nobody-we-know'], june, config)).toEqual([]);
  });

  it('is everybody where no rotation says who is on call', () => {
    expect(peopleOf(['on-call'], june, configOf([]))).toEqual(['anna', 'ben', 'cleo']);
  });
});
