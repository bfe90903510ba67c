import type { Member } from './kinds.ts';

/** So many random bytes. */
export type RandomBytes = (count: number) => Uint8Array;

export type NextValue =
  | { readonly kind: 'changed'; readonly text: string; readonly members: readonly Member[] }
  /** Nothing new is there, and nothing can be made. */
  | { readonly kind: 'nothing' }
  /** It does not fit the configuration; `why` is safe to show. */
  | { readonly kind: 'unfit'; readonly why: string };

const KEY_BYTES = 32;

const base64 = (bytes: Uint8Array): string => btoa(String.fromCharCode(...bytes));
const urlSafe = (text: string): string => text.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');

/** 256 random bits, as whoever uses it takes them. */
const generate = ({ form }: Member, random: RandomBytes): string => {
  const text = base64(random(KEY_BYTES));
  return form === 'whsec' ? `whsec_${text}` : urlSafe(text);
};

type Members = Readonly<Record<string, unknown>>;

const objectIn = (text: string): Members | null => {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Members) : null;
  } catch {
    return null;
  }
};

interface Given {
  /** The text of the current version; null: there is none. */
  readonly current: string | null;
  /** What an operator supplied and was not taken yet; null: nothing. */
  readonly supplied: string | null;
  readonly members: readonly Member[];
  readonly random: RandomBytes;
}

const nextText = ({ current, supplied, members, random }: Given): NextValue => {
  const [member] = members;
  const given = supplied?.trim();
  if (given === '') return { kind: 'unfit', why: 'the value that was supplied is empty' };
  if (given !== undefined && given !== current?.trim()) return { kind: 'changed', text: given, members };
  if (given !== undefined || member?.made !== 'generated') return { kind: 'nothing' };
  return { kind: 'changed', text: generate(member, random), members };
};

const nextMembers = ({ current, supplied, members, random }: Given): NextValue => {
  const before = current === null || current.trim() === '' ? {} : objectIn(current);
  if (!before) return { kind: 'unfit', why: 'its current value is not a JSON object' };
  const given = supplied === null ? {} : objectIn(supplied);
  if (!given) return { kind: 'unfit', why: 'what was supplied is not a JSON object' };
  const isBlank = ({ member = '' }: Member) =>
    Object.hasOwn(given, member) && (typeof given[member] !== 'string' || given[member].trim() === '');
  const blank = members.filter(isBlank).map(({ member }) => member);
  if (blank.length > 0)
    return { kind: 'unfit', why: `what was supplied has no text under ${blank.join(', ')}` };

  const made =
    supplied === null
      ? Object.fromEntries(
          members.flatMap((one) =>
            one.made === 'generated' && one.member !== undefined ? [[one.member, generate(one, random)]] : [],
          ),
        )
      : given;
  const next: Members = { ...before, ...made };
  const isNew = (key: string) => JSON.stringify(next[key]) !== JSON.stringify(before[key]);
  if (!Object.keys(next).some(isNew)) return { kind: 'nothing' };
  return {
    kind: 'changed',
    text: JSON.stringify(next),
    members: members.filter(({ member }) => member !== undefined && isNew(member)),
  };
};

/**
 * What a secret will hold next. What an operator supplied comes first, and then alone: members of a JSON secret that it
 * leaves out stay as they are. Otherwise everything that is ours to make is made anew.
 */
export const nextValue = (given: Given): NextValue => {
  const { members } = given;
  const isWhole = members.some(({ member }) => member === undefined);
  if (isWhole && members.length > 1)
    return { kind: 'unfit', why: 'the configuration names both the whole secret and members of it' };
  return isWhole ? nextText(given) : nextMembers(given);
};
