import type { Clock } from '../clock.ts';

/**
 * Where a row's marks are kept: a bucket of rows that came at about the same time, and a slot in it. It is chosen once,
 * when the row is first heard of, and never changes.
 */
export interface RowPlace {
  /** When the bucket was opened, epoch ms, a whole second. */
  readonly at: number;
  /** Tells apart the buckets of one second: ten signs, 50 random bits. */
  readonly nonce: string;
  /** 0 to `SLOTS - 1`. */
  readonly slot: number;
}

/** A number from 0 up to, not including, 1. */
type Random = () => number;

/**
 * Rows of a bucket. So few that the bucket's item stays under 1 KB, one write unit, with both marks of every row and a
 * dozen different words; so many that a batch of 25 rows takes two or three writes, and one of 500 takes 25.
 */
export const SLOTS = 20;

/** Crockford's base 32: no letter that looks like a digit, and sorts as its numbers do. */
const SIGNS = '0123456789abcdefghjkmnpqrstvwxyz';
const TIME_SIGNS = 7;
const NONCE_SIGNS = 10;
const CHECK_SIGNS = 2;
const ISSUED = new RegExp(
  `^cw[${SIGNS}]{${TIME_SIGNS + NONCE_SIGNS}}[${SIGNS.slice(0, SLOTS)}][${SIGNS}]{2}$`,
);
/** A slice of time; buckets are grouped by it. */
export const SLICE_MS = 600_000;

const toSigns = (value: number, length: number): string => {
  let rest = value;
  let text = '';
  for (let place = 0; place < length; place += 1) {
    text = `${SIGNS[rest % 32]}${text}`;
    rest = Math.floor(rest / 32);
  }
  return text;
};

const fromSigns = (text: string): number =>
  [...text].reduce((sum, sign) => sum * 32 + SIGNS.indexOf(sign), 0);

/** Ten bits over the rest of the id, so that an id of somebody else's making is not taken for one of ours. */
const checkOf = (body: string): string =>
  toSigns(
    [...body].reduce((sum, sign) => (sum * 37 + SIGNS.indexOf(sign) + 1) % 1_021, 0),
    CHECK_SIGNS,
  );

/** A bucket as text; sorts by time. */
export const bucketText = ({ at, nonce }: Pick<RowPlace, 'at' | 'nonce'>): string =>
  toSigns(Math.floor(at / 1_000), TIME_SIGNS) + nonce;

/** A place as text, 18 signs. */
export const placeText = (place: RowPlace): string => bucketText(place) + toSigns(place.slot, 1);

/** Reads what `placeText` wrote. */
export const placeOf = (text: string): RowPlace => ({
  at: fromSigns(text.slice(0, TIME_SIGNS)) * 1_000,
  nonce: text.slice(TIME_SIGNS, TIME_SIGNS + NONCE_SIGNS),
  slot: fromSigns(text.slice(TIME_SIGNS + NONCE_SIGNS)),
});

/** The row id that says its own place: `cw` and 20 signs. */
export const rowIdAt = (place: RowPlace): string => {
  const body = placeText(place);
  return `cw${body}${checkOf(body)}`;
};

/** The place that an issued id says; null for an id of anybody else's making. */
export const placeInId = (rowId: string): RowPlace | null => {
  if (!ISSUED.test(rowId)) return null;
  const body = rowId.slice(2, -CHECK_SIGNS);
  return checkOf(body) === rowId.slice(-CHECK_SIGNS) ? placeOf(body) : null;
};

/**
 * The beginning that all rows of a bucket have in common, for logs: nineteen signs stand for up to twenty rows. Null for
 * an id of anybody else's making, which may be anything.
 */
export const sharedStart = (rowId: string): string | null =>
  placeInId(rowId) === null ? null : rowId.slice(0, -CHECK_SIGNS - 1);

/** 53 random bits of the platform's own source. */
export const secureRandom: Random = () => {
  const [high = 0, low = 0] = crypto.getRandomValues(new Uint32Array(2));
  return ((high & 0x1f_ff_ff) * 2 ** 32 + low) / 2 ** 53;
};

/**
 * Gives out places, each once. Buckets are filled one after the other, so that rows which come one by one share a
 * bucket too; a new slice of time starts a new bucket.
 *
 * Two processes that open a bucket within the same second take the same nonce once in 2^50 times: at 50 buckets a
 * second and ten million rows, the chance that any two rows ever share a place is about 10^-8.
 */
export const createPlaces = ({
  clock,
  random = secureRandom,
}: {
  readonly clock: Pick<Clock, 'now'>;
  readonly random?: Random;
}): ((count: number) => readonly RowPlace[]) => {
  let open = { at: 0, nonce: '', next: SLOTS };

  const openBucket = (now: number) => ({
    at: Math.floor(now / 1_000) * 1_000,
    nonce: toSigns(Math.floor(random() * 2 ** 50), NONCE_SIGNS),
    next: 0,
  });

  /** A batch leaves the open bucket aside when that saves it a bucket, and so a write. */
  const isBetterAfresh = (count: number): boolean => {
    const room = SLOTS - open.next;
    return 1 + Math.ceil(Math.max(0, count - room) / SLOTS) > Math.ceil(count / SLOTS);
  };

  return (count) => {
    const now = clock.now();
    const isStale = Math.floor(open.at / SLICE_MS) !== Math.floor(now / SLICE_MS);
    if (isStale || isBetterAfresh(count)) open = openBucket(now);
    const places: RowPlace[] = [];
    while (places.length < count) {
      if (open.next >= SLOTS) open = openBucket(now);
      places.push({ at: open.at, nonce: open.nonce, slot: open.next });
      open.next += 1;
    }
    return places;
  };
};

/** Ids for `count` rows that go in together. Whoever issues them one by one keeps one `createPlaces` for all. */
export const issueRowIds = (
  count: number,
  clock: Pick<Clock, 'now'>,
  random: Random = secureRandom,
): readonly string[] => createPlaces({ clock, random })(count).map(rowIdAt);
