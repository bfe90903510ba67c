import type { Cause } from '../cause.ts';
import { ClaywatchError } from '../errors.ts';
import type {
  ControlChange,
  ControlStore,
  FeedControl,
  Hold,
  RotationReason,
  WebhookStanding,
} from './control.ts';

/*
 * What can happen to a feed's control state, each as a pure function from one state to the next. A change that is made
 * already gives back the very same object, so that nothing is written: callers may repeat every change as often as
 * they like. None touches `version`; `changeControl` counts it.
 */

/** Changes that are kept for people. */
const HISTORY = 50;
const LONGEST = 300;

/** Who did it, and when. */
export interface Doing {
  readonly at: number;
  /** `claywatch`, or the name that an operator gave. */
  readonly by: string;
}

export type HoldName =
  | { readonly kind: 'operator' }
  | { readonly kind: 'breaker' }
  | { readonly kind: 'cause'; readonly cause: Cause; readonly subject: string };

/** One hold of a key at a time: one of operators, one of the breaker, one of each incident. */
export const holdKey = (hold: Pick<Hold, 'kind' | 'cause' | 'subject'>): string =>
  hold.kind === 'cause' ? `cause#${hold.cause}#${hold.subject}` : hold.kind;

/** Rows flow if and only if nothing holds them. */
export const isHeld = ({ holds }: FeedControl): boolean => holds.length > 0;

export const holdOf = (control: FeedControl, name: HoldName | Hold): Hold | undefined =>
  control.holds.find((hold) => holdKey(hold) === holdKey(name));

/** What is held of a webhook; one that nothing is known of is unproven. */
export const standingOf = (control: FeedControl, webhook: string): WebhookStanding =>
  Object.hasOwn(control.webhooks, webhook) ? (control.webhooks[webhook]?.standing ?? 'unproven') : 'unproven';

const short = (text: string): string => (text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : text);

/** The state with one more line of history. */
export const noted = (control: FeedControl, change: ControlChange): FeedControl => ({
  ...control,
  history: [{ ...change, text: short(change.text) }, ...control.history].slice(0, HISTORY),
});

const isSameBreaker = (one: Hold, other: Hold): boolean =>
  one.answer === other.answer &&
  one.tryAt === other.tryAt &&
  one.trials === other.trials &&
  one.why === other.why;

/**
 * Stops the feed. A hold that is there already stays as it is, with whoever set it first; only the breaker's is
 * brought up to date, because each failed trial moves the next.
 */
export const addHold = (control: FeedControl, hold: Hold): FeedControl => {
  const key = holdKey(hold);
  const known = control.holds.find((each) => holdKey(each) === key);
  const kept: Hold = { ...hold, why: short(hold.why) };
  if (known) {
    if (known.kind !== 'breaker' || isSameBreaker(known, kept)) return control;
    const next = { ...kept, since: known.since };
    return { ...control, holds: control.holds.map((each) => (each === known ? next : each)) };
  }
  return noted(
    { ...control, holds: [...control.holds, kept], trickle: null },
    { at: hold.since, kind: 'hold', text: hold.why, by: hold.by },
  );
};

/** A webhook that refused us counts as new again: somebody or something said to go on, and its next row tells. */
const RETRIED: ReadonlySet<WebhookStanding> = new Set(['gone', 'unauthorized']);

const retryActive = (control: FeedControl, at: number): FeedControl =>
  control.active !== null && RETRIED.has(standingOf(control, control.active))
    ? {
        ...control,
        webhooks: { ...control.webhooks, [control.active]: { standing: 'unproven', since: at } },
      }
    : control;

/**
 * Takes one hold away and no other. When it was the last, rows flow again: the first `trickleRows` of them at the pace
 * of the trickle; 0 is full pace at once.
 */
export const releaseHold = (
  control: FeedControl,
  name: HoldName | Hold,
  { at, by, why, trickleRows }: Doing & { readonly why: string; readonly trickleRows: number },
): FeedControl => {
  const known = holdOf(control, name);
  if (!known) return control;
  const holds = control.holds.filter((each) => each !== known);
  const released = noted({ ...control, holds }, { at, kind: 'release', text: why, by });
  return holds.length > 0 ? released : startTrickle(retryActive(released, at), { at, rows: trickleRows });
};

/** The next so many accepted rows go at the pace of the trickle. It begins anew if one is under way. */
export const startTrickle = (
  control: FeedControl,
  { at, rows }: { readonly at: number; readonly rows: number },
): FeedControl => {
  if (rows <= 0) return control.trickle === null ? control : { ...control, trickle: null };
  const { trickle } = control;
  return trickle?.since === at && trickle.rowsLeft === rows
    ? control
    : { ...control, trickle: { since: at, rowsLeft: rows } };
};

export const fullPace = (control: FeedControl, { at, by }: Doing): FeedControl =>
  control.trickle === null
    ? control
    : noted(
        { ...control, trickle: null },
        { at, kind: 'full-pace', text: 'Rows go at full pace again.', by },
      );

/** Clay accepted so many rows since; when all of the trickle are, full pace follows. */
export const trickleAccepted = (control: FeedControl, rows: number, doing: Doing): FeedControl => {
  const { trickle } = control;
  if (!trickle || rows <= 0) return control;
  const rowsLeft = trickle.rowsLeft - rows;
  return rowsLeft <= 0 ? fullPace(control, doing) : { ...control, trickle: { ...trickle, rowsLeft } };
};

const STANDING_WORDS: Readonly<Record<WebhookStanding, string>> = {
  unproven: 'counts as new: its next row tells',
  working: 'works',
  full: 'is full',
  'table-full': 'feeds a table that is full',
  gone: 'is not there any more',
  unauthorized: 'refuses our token',
};

/** Says what is held of a webhook. */
export const markStanding = (
  control: FeedControl,
  webhook: string,
  standing: WebhookStanding,
  { at, by }: Doing,
): FeedControl =>
  standingOf(control, webhook) === standing
    ? control
    : noted(
        { ...control, webhooks: { ...control.webhooks, [webhook]: { standing, since: at } } },
        { at, kind: 'standing', text: `${webhook} ${STANDING_WORDS[standing]}.`, by },
      );

/** Standings that an accepted row refutes. A full webhook stays full: a row that was under way may still get in. */
const REFUTED: ReadonlySet<WebhookStanding> = new Set(['unproven', 'gone', 'unauthorized']);

/** Clay accepted a row of this webhook: it works. */
export const verify = (control: FeedControl, webhook: string, { at, by }: Doing): FeedControl => {
  if (!REFUTED.has(standingOf(control, webhook))) return control;
  const webhooks = { ...control.webhooks, [webhook]: { standing: 'working', since: at } as const };
  const { rotation } = control;
  return noted(
    {
      ...control,
      webhooks,
      ...(rotation && control.active === webhook && { rotation: { ...rotation, verified: true } }),
    },
    { at, kind: 'verify', text: `${webhook} accepted a row.`, by },
  );
};

const ROTATION_WORDS: Readonly<Record<RotationReason, string>> = {
  first: 'it is the first of the pool',
  'rotate-share': 'the one before has reached its share of the limit',
  'lead-time': 'what was left of the one before would not have lasted',
  limit: 'the one before is full',
  'table-full': 'the table of the one before is full',
  removed: 'the one before is not configured any more',
  unusable: 'the one before was new and took no row',
  operator: 'an operator chose it',
};

/**
 * Sends rows to another webhook. Only from the one that is active: of two that rotate at once, one does, and the
 * other finds it done.
 */
export const rotate = (
  control: FeedControl,
  {
    from,
    to,
    why,
    at,
    by,
  }: Doing & { readonly from: string | null; readonly to: string; readonly why: RotationReason },
): FeedControl =>
  control.active !== from || from === to
    ? control
    : noted(
        {
          ...control,
          active: to,
          rotation: { at, from, why, by, verified: standingOf(control, to) === 'working' },
        },
        { at, kind: 'rotate', text: `Rows go to ${to}: ${ROTATION_WORDS[why]}.`, by },
      );

const ATTEMPTS = 12;

/**
 * Loads, changes and saves, as often as others are faster; nothing is written when the change is made already. Throws
 * `relay.contended` when others are faster every time.
 */
export const changeControl = async (
  store: Pick<ControlStore, 'load' | 'save'>,
  feed: string,
  change: (control: FeedControl) => FeedControl,
): Promise<{ readonly control: FeedControl; readonly changed: boolean }> => {
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    const before = await store.load(feed);
    const after = change(before);
    if (after === before) return { control: before, changed: false };
    const control = { ...after, version: before.version + 1 };
    if ((await store.save(control)) === 'written') return { control, changed: true };
  }
  throw new ClaywatchError(
    'relay.contended',
    `The state of the feed ${feed} was changed by others ${ATTEMPTS} times in a row.`,
    'Try again; look for more than one installation on the same table.',
  );
};
