import type { Cause } from '../cause.ts';
import type { Config } from '../config/schema.ts';
import { ClaywatchError } from '../errors.ts';
import { type Incident, isOpen } from '../incident/incident.ts';
import { feedOf } from '../notify/affected.ts';
import type { Severity } from '../severity.ts';
import { isAbout } from '../silence/match.ts';
import type { Silence, SilenceStore } from '../silence/silence.ts';

const DAY = 86_400_000;
/** Longer is no silence but a configuration: it would be forgotten. */
const LONGEST = 90 * DAY;
const LISTED_SINCE = 180 * DAY;
const LISTED = 500;
const ID = /^sil-[0-9a-f]{8}$/;
const TEXT = 240;
const NAME = 80;

const usage = (message: string, remedy: string): ClaywatchError =>
  new ClaywatchError('usage.invalid', message, remedy);

/** What somebody wants silenced. */
export interface SilenceAsked {
  readonly kind: Silence['kind'];
  /** Epoch ms. */
  readonly from: number;
  readonly to: number;
  readonly reason: string;
  readonly by: string;
  readonly match: {
    readonly causes?: readonly Cause[] | undefined;
    readonly subject?: string | undefined;
    readonly feed?: string | undefined;
    readonly atMost?: Severity | undefined;
  };
  /** Said, since it is easily meant by nobody. */
  readonly everything: boolean;
}

const checkSpan = ({ from, to }: Pick<Silence, 'from' | 'to'>, now: number): void => {
  if (to <= from) throw usage('The silence ends before it begins.', 'Look at its beginning and its end.');
  if (to <= now) throw usage('The silence is over already.', 'Look at its end, and at the time zone.');
  if (to - from > LONGEST)
    throw usage(
      'A silence lasts 90 days at most.',
      'For what shall never be told, set its severity or who hears of it in the configuration.',
    );
};

const matchOf = ({ match: asked, everything }: SilenceAsked): Silence['match'] => {
  const { causes, subject, feed, atMost } = asked;
  const match: Silence['match'] = {
    ...(causes && { causes }),
    ...(subject !== undefined && { subject }),
    ...(feed !== undefined && { feed }),
    ...(atMost !== undefined && { atMost }),
  };
  const isEverything = Object.keys(match).length === 0;
  if (isEverything !== everything)
    throw usage(
      isEverything
        ? 'What shall be silenced was not said.'
        : 'Everything, and yet only a part of it was named.',
      'Name a feed, causes, a subject or the most urgent severity; or say everything, alone (--everything).',
    );
  return match;
};

const written = (text: string, what: string, longest: number): string => {
  const line = text.replace(/\p{Cc}+/gu, ' ').trim();
  if (line === '') throw usage(`${what} is empty.`, 'It is what others read when they miss a message.');
  if ([...line].length > longest) throw usage(`${what} is longer than ${longest} characters.`, 'Shorten it.');
  return line;
};

/** The silence that was asked for. Throws `usage.invalid` for what can be none, and for a feed that there is not. */
export const silenceOf = (
  asked: SilenceAsked,
  { feeds }: Pick<Config, 'feeds'>,
  { id, now }: { readonly id: string; readonly now: number },
): Silence => {
  const { kind, from, to, reason, by } = asked;
  checkSpan({ from, to }, now);
  const match = matchOf(asked);
  if (match.feed !== undefined && !Object.hasOwn(feeds, match.feed))
    throw usage('There is no such feed.', 'Name a feed of the configuration.');
  return {
    ...{ id, kind, from, to },
    reason: written(reason, 'The reason', TEXT),
    by: written(by, 'Who silences', NAME),
    ...{ createdAt: now, endedAt: null, match },
  };
};

/** An id of four random bytes in hexadecimal. */
export const silenceId = (hex: string): string => `sil-${hex}`;

/** Stores it under an id that is free: four bytes collide once in a blue moon, and a second choice settles it. */
export const addSilence = async (
  store: Pick<SilenceStore, 'create'>,
  make: (id: string) => Silence,
  randomHex: () => string,
): Promise<Silence> => {
  for (;;) {
    const made = make(silenceId(randomHex()));
    if ((await store.create(made)) === 'written') return made;
  }
};

/** Whether this very silence is stored: of a repetition, it was. */
const isStored = async (
  store: Pick<SilenceStore, 'list'>,
  { id, by, createdAt }: Silence,
): Promise<boolean> =>
  (await store.list({ since: createdAt, limit: LISTED })).some(
    (one) => one.id === id && one.by === by && one.createdAt === createdAt,
  );

/** Stores a silence whose id was chosen before. `taken`: another one has the id. */
export const putSilence = async (
  store: Pick<SilenceStore, 'create' | 'list'>,
  silence: Silence,
): Promise<'written' | 'taken'> =>
  (await store.create(silence)) === 'written' || (await isStored(store, silence)) ? 'written' : 'taken';

/** Open incidents that a silence is about. */
export const coveredBy = (
  silence: Silence,
  active: readonly Incident[],
  config: Pick<Config, 'feeds' | 'probes'>,
): readonly Incident[] =>
  active.filter(
    (incident) => isOpen(incident) && isAbout(silence, { ...incident, feed: feedOf(incident, config) }),
  );

/** Ends a silence, or calls it off. May be repeated with the same time. Throws `silence.not-found`. */
export const endSilence = async (
  store: Pick<SilenceStore, 'end' | 'list'>,
  id: string,
  at: number,
): Promise<void> => {
  if (ID.test(id)) {
    if ((await store.end(id, at)) === 'ended') return;
    const all = await store.list({ since: at - LISTED_SINCE, limit: LISTED });
    if (all.some((one) => one.id === id && one.endedAt === at)) return;
  }
  throw new ClaywatchError(
    'silence.not-found',
    'There is no such silence that could be ended: it is over, or was never made.',
    '`claywatch silence list` names those in force and to come.',
  );
};
