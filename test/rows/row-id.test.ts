import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bucketOf } from '../../shared/rows/bucket.ts';
import {
  createPlaces,
  issueRowIds,
  placeInId,
  placeOf,
  placeText,
  rowIdAt,
  SLOTS,
} from '../../shared/rows/row-id.ts';

const NOON = Date.UTC(2026, 10, 3, 12);
const clock = { now: () => NOON + 999 };
const bucketsOf = (ids: readonly string[]) =>
  new Set(
    ids.map((id) => {
      const place = placeInId(id);
      return place && bucketOf(place).bucket;
    }),
  );

describe('an issued row id', () => {
  it('says the place of its row, and nothing else does', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 2 ** 32 }),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        fc.nat({ max: SLOTS - 1 }),
        (seconds, random, slot) => {
          const [{ nonce } = { nonce: '' }] = createPlaces({ clock, random: () => random })(1);
          const place = { at: seconds * 1_000, nonce, slot };
          const id = rowIdAt(place);
          expect(id).toMatch(/^cw[0-9a-z]{20}$/);
          expect(placeInId(id)).toEqual(place);
          expect(placeOf(placeText(place))).toEqual(place);
        },
      ),
    );
  });

  it.each([
    'row-1',
    '',
    'cw',
    '0192f1c0-1111-7aaa-8bbb-000000000001',
    'CW0000000000000000000000',
    'cwzzzzzzzzzzzzzzzzzzzzzz',
  ])('is not seen in %j', (id) => {
    expect(placeInId(id)).toBeNull();
  });

  it('is told from one in which a sign was changed', () => {
    const [id = ''] = issueRowIds(1, clock);
    for (let index = 2; index < id.length; index += 1) {
      const changed = id.slice(0, index) + (id[index] === '7' ? '8' : '7') + id.slice(index + 1);
      expect(placeInId(changed)).toBeNull();
    }
  });

  it('is unlike every other, in its place too', () => {
    const ids = Array.from({ length: 50 }, () => issueRowIds(37, clock)).flat();
    expect(new Set(ids).size).toBe(ids.length);
    expect(new Set(ids.map((id) => JSON.stringify(placeInId(id)))).size).toBe(ids.length);
  });

  it('shares its bucket with as many of its batch as it holds', () => {
    expect(bucketsOf(issueRowIds(500, clock)).size).toBe(25);
    expect(bucketsOf(issueRowIds(25, clock)).size).toBe(2);
  });

  it('shares a bucket with the ones issued before it, unless a new bucket saves a write', () => {
    const take = createPlaces({ clock });
    const single = Array.from({ length: SLOTS }, () => take(1).map(rowIdAt)).flat();
    expect(bucketsOf(single).size).toBe(1);
    const [next = ''] = take(1).map(rowIdAt);
    const batch = take(SLOTS).map(rowIdAt);
    expect(bucketsOf(batch).size).toBe(1);
    expect(bucketsOf([next, ...batch]).size).toBe(2);
  });

  it('starts a new bucket with a new slice of ten minutes, also when the clock goes back', () => {
    let now = NOON;
    const take = createPlaces({ clock: { now: () => now } });
    const at = (ms: number) => {
      now = NOON + ms;
      return take(1).map(rowIdAt);
    };
    expect(bucketsOf([...at(0), ...at(599_999)]).size).toBe(1);
    expect(bucketsOf([...at(599_999), ...at(600_000), ...at(0)]).size).toBe(3);
  });
});
