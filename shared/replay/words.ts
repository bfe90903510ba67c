import type { ReplayCaution, ReplayPlan, ReplayReason } from './plan.ts';

const FORMAT = new Intl.NumberFormat('en-GB');
const rows = (count: number): string => (count === 1 ? '1 row' : `${FORMAT.format(count)} rows`);

/** Why a plan is refused or split, as a sentence or two. */
export const reasonWords = (
  reason: ReplayReason,
  { leftOut, rows: planned }: Pick<ReplayPlan, 'leftOut' | 'rows'>,
): string => {
  switch (reason.code) {
    case 'no-room':
      return 'No webhook of the feed takes another row. Make one in Clay and add it to the configuration.';
    case 'room':
      return `The webhooks and tables of the feed still take ${rows(planned)}; what is left out stays where it is: ${rows(leftOut)}.`;
    case 'credits':
    case 'actions':
      return reason.fits > 0
        ? `The ${reason.code} that are left pay for ${rows(reason.fits)}: top up, or send fewer.`
        : `No ${reason.code} are left for it.`;
    case 'not-held':
      return 'Nothing holds the feed: its rows are on their way.';
    case 'held-for-cause':
      return 'An incident holds the feed. Its rows go by themselves once it is resolved as seen.';
  }
};

const COUNTED: Readonly<Record<Extract<ReplayCaution, { rows: number }>['code'], (text: string) => string>> =
  {
    young: (text) => `Left alone, since they may still come back: ${text}, accepted lately.`,
    'not-kept': (text) => `Never came back, and no longer kept, so they cannot be sent again: ${text}.`,
    expiring: (text) => `The copies expire within a day: ${text}.`,
    uncertain: (text) => `May be there twice already, for an answer was never seen: ${text}.`,
    again: (text) => `Sent again before, and did not come back then either: ${text}.`,
    unusable: (text) => `Cannot be read, and stay among the dead letters: ${text}.`,
    'fault-of-row': (text) => `Refused for their own fault, and will be again unless Clay changed: ${text}.`,
    'beyond-limit': (text) => `Left for another time, as was asked for: ${text}.`,
  };

/** What a person should hear before it begins, as a sentence or two. */
export const cautionWords = (caution: ReplayCaution): string => {
  switch (caution.code) {
    case 'credits-unknown':
    case 'actions-unknown': {
      const meter = caution.code === 'credits-unknown' ? 'credits' : 'actions';
      return caution.why === 'balance'
        ? `Nobody knows how many ${meter} are left: the balance was never read.`
        : `Nobody knows how many ${meter} it takes: callbacks do not say what rows cost.`;
    }
    case 'credits-stale':
      return 'The balance was read long ago.';
    case 'counts-stale':
      return 'The rows were counted long ago: the watch has not run lately.';
    case 'counts-missing':
      return 'No row of this feed was counted yet: the room is what the configuration says, and rows are looked for in the last day, unless a time is said.';
    case 'sent-again':
      return 'Clay took these rows already: each becomes one more row there, unless the table removes duplicates, and costs again.';
    case 'held':
      return `The feed is on hold, so they would only wait: ${caution.holds.map(({ why }) => why).join(' ')}`;
    default:
      return COUNTED[caution.code](rows(caution.rows));
  }
};
