import { expiryOf, isForgotten, isImpossible } from '../../../rows/bucket.ts';
import { placeInId, placeOf, placeText, type RowPlace } from '../../../rows/row-id.ts';
import type { Item } from '../document.ts';
import { aliasOf } from './keys.ts';
import { inParallel } from './parallel.ts';
import type { Key, TableCalls } from './table-calls.ts';

/** Ids that share an item, each under a name of its own. */
interface Family {
  readonly key: Key;
  readonly members: readonly { readonly rowId: string; readonly name: string }[];
  /** The item as it was last read. */
  readonly item: Item | undefined;
}

export interface PlacesDependencies {
  readonly table: TableCalls;
  readonly takePlaces: (count: number) => readonly RowPlace[];
  readonly retainDays: number;
}

const AT_A_TIME = 16;
/** Each refusal means that one of at most eleven ids was placed by somebody else, so this is never reached. */
const TRIES = 40;

const textOf = (key: Key): string => `${key.pk.S}`;

const familiesOf = (feed: string, rowIds: readonly string[]): readonly Family[] => {
  const families = new Map<string, { key: Key; members: { rowId: string; name: string }[] }>();
  for (const rowId of rowIds) {
    const { key, name } = aliasOf(feed, rowId);
    const family = families.get(textOf(key)) ?? { key, members: [] };
    family.members.push({ rowId, name });
    families.set(textOf(key), family);
  }
  return [...families.values()].map((family) => ({ ...family, item: undefined }));
};

const readFamilies = async (
  table: TableCalls,
  families: readonly Family[],
  consistent: boolean,
): Promise<readonly Family[]> => {
  const [first] = families;
  const items =
    first && families.length === 1
      ? [await table.get(first.key, consistent)]
      : await table.batchGet(
          families.map(({ key }) => key),
          consistent,
        );
  const byKey = new Map(items.map((item) => [item?.pk?.S, item]));
  return families.map((family) => ({ ...family, item: byKey.get(textOf(family.key)) }));
};

/** The write that gives places to all members, on condition that none has got one since the item was read. */
const placing = (
  { key, members, item }: Family,
  places: ReadonlyMap<string, RowPlace>,
  retainDays: number,
) => {
  const names: Record<string, string> = { '#expiry': 'expiresAt' };
  const values: Record<string, { S: string } | { N: string }> = {};
  const conditions: string[] = [];
  const sets = ['#expiry = :expiry'];
  let expiresAt = Number(item?.expiresAt?.N ?? 0);
  for (const [index, { rowId, name }] of members.entries()) {
    const place = places.get(rowId);
    if (!place) continue;
    const forgotten = item?.[name]?.S;
    names[`#p${index}`] = name;
    values[`:p${index}`] = { S: placeText(place) };
    sets.push(`#p${index} = :p${index}`);
    if (forgotten !== undefined) values[`:f${index}`] = { S: forgotten };
    conditions.push(forgotten === undefined ? `attribute_not_exists(#p${index})` : `#p${index} = :f${index}`);
    expiresAt = Math.max(expiresAt, expiryOf(place.at, retainDays));
  }
  return {
    Key: key,
    UpdateExpression: `SET ${sets.join(', ')}`,
    ConditionExpression: conditions.join(' AND '),
    ExpressionAttributeNames: names,
    ExpressionAttributeValues: { ...values, ':expiry': { N: String(expiresAt) } },
  };
};

/** The family without the members whose places its item says; these are added to what was found. */
const withoutFound = (
  family: Family,
  found: Map<string, RowPlace>,
  now: number,
  retainDays: number,
): Family => {
  const members = family.members.filter(({ rowId, name }) => {
    const text = family.item?.[name]?.S;
    const place = text === undefined ? null : placeOf(text);
    if (!place || isForgotten(place, now, retainDays)) return true;
    found.set(rowId, place);
    return false;
  });
  return { ...family, members };
};

/** Looks up, and where need be gives out, the places of ids that are not of our making. */
const placeForeign = async (
  { table, takePlaces, retainDays }: PlacesDependencies,
  feed: string,
  rowIds: readonly string[],
  now: number,
): Promise<ReadonlyMap<string, RowPlace>> => {
  const found = new Map<string, RowPlace>();
  const rest = (family: Family): Family => withoutFound(family, found, now, retainDays);
  // A place that is found never changes, so an old reading is as good; one that is not found is made sure of below.
  const read = await readFamilies(table, familiesOf(feed, rowIds), false);
  const incomplete = read.map(rest).filter(({ members }) => members.length > 0);
  const missing = incomplete.flatMap(({ members }) => members.map(({ rowId }) => rowId));
  const places = takePlaces(missing.length);
  const offered = new Map(
    missing.flatMap((rowId, index): [string, RowPlace][] => {
      const place = places[index];
      return place ? [[rowId, place]] : [];
    }),
  );

  const assign = async (family: Family): Promise<void> => {
    let left = family;
    for (let attempt = 0; attempt < TRIES; attempt += 1) {
      if (left.members.length === 0) return;
      const written = await table.update(placing(left, offered, retainDays));
      if (written === 'written') {
        for (const { rowId } of left.members) found.set(rowId, offered.get(rowId) as RowPlace);
        return;
      }
      left = rest({ ...left, item: written.item ?? (await table.get(family.key, true)) });
    }
    throw new Error(`Places in ${textOf(family.key)} were refused ${TRIES} times in a row.`);
  };
  await inParallel(incomplete, AT_A_TIME, assign);
  return found;
};

/** What ids of our making say of their places; null for one that is forgotten. The rest are foreign. */
const readIds = (rowIds: readonly string[], now: number, retainDays: number) => {
  const found = new Map<string, RowPlace | null>();
  const foreign: string[] = [];
  for (const rowId of new Set(rowIds)) {
    const place = placeInId(rowId);
    if (!place || isImpossible(place, now)) foreign.push(rowId);
    else found.set(rowId, isForgotten(place, now, retainDays) ? null : place);
  }
  return { found, foreign };
};

/**
 * Finds the place of every row; null for one that is forgotten.
 *
 * An id that we issued says its place. Any other is given one when it is first heard of, and that is written down, on
 * condition that nobody else did: whoever comes second takes the place that is there. So a row has one place for as
 * long as it is remembered, near to the rows that came with it, and only its first report costs a write more.
 */
export const findPlaces = async (
  dependencies: PlacesDependencies,
  feed: string,
  rowIds: readonly string[],
  now: number,
): Promise<ReadonlyMap<string, RowPlace | null>> => {
  const { found, foreign } = readIds(rowIds, now, dependencies.retainDays);
  if (foreign.length === 0) return found;
  const placed = await placeForeign(dependencies, feed, foreign, now);
  return new Map([...found, ...placed]);
};

/** The places of those rows that have one, strongly consistent; gives out none. */
export const lookUpPlaces = async (
  { table, retainDays }: Pick<PlacesDependencies, 'table' | 'retainDays'>,
  feed: string,
  rowIds: readonly string[],
  now: number,
): Promise<ReadonlyMap<string, RowPlace>> => {
  const { found, foreign } = readIds(rowIds, now, retainDays);
  const places = new Map([...found].filter((entry): entry is [string, RowPlace] => entry[1] !== null));
  if (foreign.length === 0) return places;
  const families = await readFamilies(table, familiesOf(feed, foreign), true);
  for (const family of families) withoutFound(family, places, now, retainDays);
  return places;
};
