import { isoInstant } from '../clock.ts';
import type { Config } from '../config/schema.ts';
import type { FeedControl, Hold, RelayTally } from './control.ts';
import type { WebhookChoice } from './failover.ts';
import type { Pacer } from './pacer.ts';

/** What of the configuration the status follows from. */
export type StatusConfig = Pick<Config, 'feeds' | 'relay' | 'remediation'>;

export type PaceNow = Awaited<ReturnType<Pacer['state']>>;

const MINUTE = 60_000;
/** Rows that wait longer than this are late, seconds. */
const LATE_SECONDS = 300;
/** A forwarder looks at least once a minute. */
const UNATTENDED_MS = 3 * MINUTE;

/** What the reasons of a feed follow from. */
export interface FeedView {
  readonly control: FeedControl;
  readonly tally: RelayTally;
  readonly choice: WebhookChoice;
  readonly waiting: number | null;
  readonly delaySeconds: number | null;
  readonly pace: PaceNow;
  readonly config: StatusConfig;
  readonly now: number;
}

const rows = (count: number): string => (count === 1 ? '1 row' : `${count.toLocaleString('en-GB')} rows`);
const minutes = (ms: number): string => `${Math.max(1, Math.round(ms / MINUTE))} min`;
const sentence = (text: string): string => (/[.!?…]$/.test(text) ? text : `${text}.`);

/** One hold in a sentence. */
export const holdText = (hold: Hold): string => {
  const since = `since ${isoInstant(hold.since)}`;
  switch (hold.kind) {
    case 'operator':
      return sentence(`An operator holds it ${since}: ${hold.why}`);
    case 'cause':
      return sentence(`Held because of ${hold.cause} (${hold.subject}) ${since}: ${hold.why}`);
    case 'breaker':
      return sentence(
        `Sending stopped by itself ${since}: ${sentence(hold.why)}${
          hold.tryAt === undefined ? '' : ` One row is tried at ${isoInstant(hold.tryAt)}`
        }`,
      );
  }
};

const NONE: Readonly<Record<Extract<WebhookChoice, { kind: 'none' }>['why'], string>> = {
  'no-webhooks': 'No webhook is configured, so there is nowhere to send rows to.',
  'all-full': 'Every webhook is full; add a standby that was made in Clay to the configuration.',
  'table-full': 'The Clay table is full; a webhook on another table is needed.',
  gone: 'The webhook is not there any more.',
  unauthorized: 'The webhook refuses our token.',
  'none-usable': 'No webhook of the pool can be used: each is full, gone or refuses our token.',
  proposed: 'The active webhook is full, and failover is only proposed: an operator decides.',
};

const untilSent = ({ waiting, delaySeconds }: FeedView): string[] =>
  waiting !== null && delaySeconds !== null && delaySeconds > LATE_SECONDS
    ? [
        `${rows(waiting)} wait; at the pace of now the last of them is sent in about ${minutes(delaySeconds * 1_000)}.`,
      ]
    : [];

const unattended = ({ tally, waiting, now }: FeedView): string[] => {
  if (waiting === 0 || waiting === null) return [];
  if (tally.lookedAt === null) return ['Rows wait, and no forwarder has looked at them yet.'];
  const ago = now - tally.lookedAt;
  return ago > UNATTENDED_MS ? [`Rows wait, and no forwarder has looked at them for ${minutes(ago)}.`] : [];
};

const failing = ({ control, tally }: FeedView): string[] => {
  const seen =
    control.active !== null && Object.hasOwn(tally.webhooks, control.active)
      ? tally.webhooks[control.active]
      : undefined;
  if (!seen || seen.streak === 0) return [];
  const last = seen.lastFailure ? ` (${seen.lastFailure.answer})` : '';
  return [
    seen.streak === 1
      ? `The last row of ${control.active} failed${last}.`
      : `The last ${rows(seen.streak)} of ${control.active} failed${last}.`,
  ];
};

const slowly = ({ control, pace, config }: FeedView): string[] => [
  ...(control.trickle
    ? [
        `Sending starts again slowly: the next ${rows(control.trickle.rowsLeft)} at ${config.relay.trickle.rowsPerSecond} per second.`,
      ]
    : []),
  ...(pace.slowedSince === null
    ? []
    : [
        `Clay said that rows came too fast at ${isoInstant(pace.slowedSince)}; the pace is lower until it recovers.`,
      ]),
];

const unknownDepth = ({ waiting }: FeedView): string[] =>
  waiting === null ? ['How many rows wait is not known: the queue did not answer.'] : [];

/** Why rows wait, and why they go later than they could; the weightiest first. */
export const reasonsOf = (
  view: FeedView,
): { readonly holding: readonly string[]; readonly degraded: readonly string[] } => {
  const { control, choice } = view;
  const isHeld = control.holds.length > 0;
  const holding = [...control.holds.map(holdText), ...(choice.kind === 'none' ? [NONE[choice.why]] : [])];
  return {
    holding,
    degraded: [
      ...unknownDepth(view),
      ...(isHeld ? [] : [...unattended(view), ...failing(view)]),
      ...slowly(view),
      ...untilSent(view),
    ],
  };
};
