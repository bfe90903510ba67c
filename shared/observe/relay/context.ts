import type { FeedConfig } from '../../config/schema.ts';
import type { SendAnswer } from '../../relay/answer.ts';
import type { FeedControl, RelayTally } from '../../relay/control.ts';
import type { Standbys, WebhookChoice } from '../../relay/failover.ts';
import type { QueueDepth } from '../../relay/queue.ts';
import type { FeedSnapshot } from '../../rows/snapshot.ts';
import type { FindingOf, Surface } from '../findings.ts';
import { type Fact, type Observation, observation } from '../observation.ts';
import { relayProbe } from './probes.ts';

/** What is known of the relay of one feed, at one time. */
export interface RelaySeen {
  readonly feed: string;
  readonly control: FeedControl;
  readonly tally: RelayTally;
  /** Null when the queue does not say. */
  readonly depth: QueueDepth | null;
}

export interface RelayContext extends RelaySeen {
  readonly settings: FeedConfig;
  /** Where the next row goes, by what was counted. */
  readonly choice: WebhookChoice;
  readonly standbys: Standbys;
  /** What was counted; null before the first row. */
  readonly snapshot: FeedSnapshot | null;
  /** Epoch ms. */
  readonly now: number;
  /** How often anybody looks, minutes. */
  readonly everyMinutes: number;
}

export const MINUTE = 60_000;
const WINDOW = 5 * MINUTE;

/** What rows of the last so many minutes say is said of now. */
export const LATELY_MINUTES = 10;
/** From a run to the next, with what schedules jitter. */
export const sinceLastRun = ({ everyMinutes }: Pick<RelayContext, 'everyMinutes'>): number =>
  everyMinutes * MINUTE + 15_000;

export type WebhookTally = RelayTally['webhooks'][string];
export type Answers = Readonly<Partial<Record<SendAnswer, number>>>;

const NO_ANSWERS: WebhookTally = { windows: [], lastAcceptedAt: null, lastFailure: null, streak: 0 };

export const tallyOf = (tally: RelayTally, webhook: string): WebhookTally =>
  Object.hasOwn(tally.webhooks, webhook) ? (tally.webhooks[webhook] ?? NO_ANSWERS) : NO_ANSWERS;

/** Answers of the windows that reach into the last `minutes`; one from the future of a clock that was ahead is none. */
export const answersIn = (
  { windows }: Pick<WebhookTally, 'windows'>,
  minutes: number,
  now: number,
): Answers => {
  const sum: Partial<Record<SendAnswer, number>> = {};
  for (const { start, counts } of windows) {
    if (start > now || start + WINDOW <= now - minutes * MINUTE) continue;
    for (const [answer, count] of Object.entries(counts) as [SendAnswer, number][])
      sum[answer] = (sum[answer] ?? 0) + count;
  }
  return sum;
};

export const totalOf = (answers: Answers): number =>
  Object.values(answers).reduce((total, count) => total + count, 0);

interface Said<S extends Surface> {
  readonly surface: S;
  /** What the probe is called below `relay:<feed>`; left out: the feed itself. */
  readonly probe?: string;
  readonly subject: string;
  readonly finding: FindingOf<S>;
  readonly summary: string;
  readonly facts?: Readonly<Record<string, Fact>>;
  readonly attempts?: number;
  /** When what is said was so, epoch ms; left out: now. */
  readonly at?: number;
}

export const seenInRelay = <S extends Surface>(
  { feed, now }: Pick<RelayContext, 'feed' | 'now'>,
  said: Said<S>,
): Observation => {
  const { probe, ...rest } = said;
  return observation({ at: now, ...rest, probe: relayProbe(feed, probe), durationMs: 0 });
};
