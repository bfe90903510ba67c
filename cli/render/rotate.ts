import { isoInstant } from '../../shared/clock.ts';
import { duration } from '../../shared/notify/time.ts';
import { observeChange, observeRotation } from '../../shared/observe/rotation.ts';
import type { RotationPlan, SecretStanding, StandingState } from '../../shared/rotate/plan.ts';
import type { StoreSource } from '../store.ts';
import { hang, joined, jsonText, type Page, plain } from './text.ts';
import { sourceText } from './usage.ts';

/** With why Secrets Manager could not be asked; null: it was. */
export type ListedSecret = SecretStanding & { readonly why: string | null };

export interface ListedPlace {
  readonly source: StoreSource;
  readonly installation: string;
  readonly isLocal: boolean;
  readonly now: number;
}

const MAKERS: Readonly<Record<SecretStanding['made'], string>> = {
  generated: 'Claywatch makes the new value',
  supplied: 'the new value has to be supplied',
  both: 'Claywatch makes some of its members, others have to be supplied',
};

const WORDS: Readonly<Record<StandingState, string>> = {
  failed: 'failed',
  waits: 'waits for people',
  pending: 'a new value is pending',
  changing: 'changing',
  rotated: 'rotated',
  never: 'not rotated yet',
};

const LISTED_KEYS = 3;

const useText = ({ keys, made, everyDays }: ListedSecret): string => {
  const more = keys.length - LISTED_KEYS;
  const named = `${keys.slice(0, LISTED_KEYS).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
  const when = everyDays === 0 ? 'when asked for' : `every ${everyDays} days`;
  return `${named}; ${MAKERS[made]}, ${when}.`;
};

const stateText = ({ rotation, state }: ListedSecret, now: number): string | null => {
  if (!rotation) return null;
  if (state === 'failed' || state === 'waits') return observeRotation(rotation, now).summary;
  return state === 'changing' ? (observeChange(rotation, now)?.summary ?? null) : null;
};

const labelTexts = ({ labels, why, secret }: ListedSecret, installation: string): readonly string[] => {
  if (labels === null) return [`Secrets Manager could not be asked: ${why ?? ''}`];
  const { pending, alsoValid, isSupplied, rotatedBy } = labels;
  return [
    ...(pending === null ? [] : [`Pending: version ${pending}.`]),
    ...(alsoValid === null ? [] : [`Valid beside the current one: version ${alsoValid}.`]),
    ...(isSupplied ? [`A supplied value waits: claywatch rotate ${secret}`] : []),
    ...(rotatedBy === `${installation}-rotate`
      ? []
      : [
          `Secrets Manager ${rotatedBy === null ? 'knows no function that rotates it' : `rotates it with ${rotatedBy}`}; docs/rotation.md, "Once for each secret".`,
        ]),
  ];
};

const secretLines = (one: ListedSecret, { installation, now }: ListedPlace, page: Page): string[] => {
  const { style, width } = page;
  const { secret, state, rotatedAt } = one;
  const colour = { failed: style.red, waits: style.red, pending: style.yellow, changing: style.yellow };
  const said = stateText(one, now);
  const paint = state in colour ? colour[state as keyof typeof colour] : style.dim;
  const last =
    rotatedAt === null || state === 'never'
      ? ''
      : `, last ${duration(Math.max(0, now - rotatedAt))} ago (${isoInstant(rotatedAt)})`;
  return [
    '',
    style.bold(plain(secret)),
    ...hang('  ', `${WORDS[state]}${last}`, width).map(paint),
    ...(said === null ? [] : hang('  ', said, width)),
    ...labelTexts(one, installation).flatMap((text) => hang('  ! ', text, width).map(style.yellow)),
    ...hang('  ', useText(one), width).map(style.dim),
  ];
};

const none = (isLocal: boolean): string =>
  isLocal
    ? 'The local runtime rotates nothing: it reads secrets from its environment. Change them there and start it again.'
    : 'The configuration names no secret of Secrets Manager, so there is nothing to rotate.';

/** Those that need somebody first. */
const ORDER: readonly StandingState[] = ['failed', 'waits', 'pending', 'changing', 'rotated', 'never'];
const ordered = (listed: readonly ListedSecret[]): readonly ListedSecret[] =>
  listed.toSorted((a, b) => ORDER.indexOf(a.state) - ORDER.indexOf(b.state));

export const renderRotations = (listed: readonly ListedSecret[], place: ListedPlace, page: Page): string =>
  joined([
    ...hang('', `From ${sourceText(place.source)}.`, page.width),
    ...(listed.length === 0 ? ['', ...hang('', none(place.isLocal), page.width)] : []),
    ...ordered(listed).flatMap((one) => secretLines(one, place, page)),
  ]);

export const renderRotationsJson = (listed: readonly ListedSecret[], { source, now }: ListedPlace): string =>
  jsonText({
    version: 1,
    source,
    secrets: ordered(listed).map(({ rotatedAt, rotation, why, ...one }) => ({
      ...one,
      rotatedAt: rotatedAt === null ? null : isoInstant(rotatedAt),
      detail: stateText({ ...one, rotatedAt, rotation, why }, now),
      waiting:
        rotation && 'waiting' in rotation.result
          ? rotation.result.waiting
          : (rotation?.change?.waiting ?? []),
      ...(rotation?.change?.until !== undefined && { until: isoInstant(rotation.change.until) }),
      ...(why !== null && { notAsked: why }),
    })),
  });

/** begun: the steps follow · again: one was under way, and is taken up again. */
export type RotateOutcome = 'begun' | 'again' | 'dry-run' | 'declined';

const PLANS: Readonly<Record<RotationPlan['kind'], string>> = {
  again: 'A rotation is under way: Secrets Manager takes it up again, with the same value.',
  supplied: 'The supplied value is tried, and put into force if it works.',
  generated: 'Claywatch makes a new value and puts it into force.',
  nothing: 'Nothing was supplied, so the value stays as it is; a failure on record is then over.',
};

const overlapText = ({ overlap }: RotationPlan, overlapDays: number): string | null => {
  switch (overlap) {
    case 'traffic':
      return `The old one is valid beside it until everybody was seen with the new one, for ${overlapDays} days at first. Give the new value to every sender and HTTP API column.`;
    case 'time':
      return 'The old one is accepted as long as links made with it are valid.';
    case 'next':
      return 'Messages are signed with both until the next rotation. Give the new key to the receiver.';
    default:
      return null;
  }
};

/** What comes of it. */
export const rotateLines = (
  secret: string,
  plan: RotationPlan,
  { source, overlapDays }: { readonly source: StoreSource; readonly overlapDays: number },
  { style, width }: Page,
): string[] => {
  const overlap = overlapText(plan, overlapDays);
  return [
    style.bold(secret),
    ...hang('  ', `In ${sourceText(source)}.`, width),
    ...(plan.keys.length === 0 ? [] : hang('  for: ', plan.keys.join(', '), width)),
    ...hang('  ', PLANS[plan.kind], width),
    ...(overlap === null ? [] : hang('  ! ', overlap, width).map(style.yellow)),
  ];
};

export const rotateOutcome = (outcome: RotateOutcome, { width }: Page): string[] => {
  const text = {
    begun: 'Begun. The steps follow within a minute; `claywatch rotate` shows how it stands.',
    again: 'One was under way and is taken up again; `claywatch rotate` shows how it stands.',
    'dry-run': 'Nothing was changed (--dry-run).',
    declined: 'Nothing was changed.',
  }[outcome];
  return hang('', text, width);
};

export const rotateJson = (
  secret: string,
  plan: RotationPlan,
  outcome: RotateOutcome,
  source: StoreSource,
): string => {
  const { kind, ...planned } = plan;
  return jsonText({ version: 1, secret, outcome, source, plan: kind, ...planned });
};
