import type { AnswerWindow, RelayTally } from '../../../relay/control.ts';
import { keptWindows, NO_WEBHOOK_TALLY } from '../../../relay/control-tally.ts';
import type { Item } from '../document.ts';

type WebhookTally = RelayTally['webhooks'][string];

/** What attributes and sort keys are called; ids of webhooks hold no `#`. */
export const NAMES = {
  counters: 'tally',
  windowPrefix: 'tally#',
  lastAccepted: 'accepted#',
  lastFailure: 'failure#',
  streak: 'streak#',
  count: (webhook: string, answer: string) => `${webhook}#${answer}`,
} as const;

const numberOf = (item: Item | undefined, name: string): number | null =>
  item?.[name]?.N === undefined ? null : Number(item[name].N);

/** Of somebody's garbage nothing is made: it is what people look at, not what rows depend on. */
const failureOf = (text: string | undefined): WebhookTally['lastFailure'] => {
  if (text === undefined) return null;
  try {
    return JSON.parse(text) as WebhookTally['lastFailure'];
  } catch {
    return null;
  }
};

const windowStart = (item: Item): number => Number(item.sk?.S?.slice(NAMES.windowPrefix.length));

/** One webhook's part of a window; null when it had none. */
const windowOf = (item: Item, webhook: string): AnswerWindow | null => {
  const prefix = NAMES.count(webhook, '');
  const counts = Object.entries(item).flatMap(([name, value]) =>
    name.startsWith(prefix) && value.N !== undefined
      ? [[name.slice(prefix.length), Number(value.N)] as const]
      : [],
  );
  return counts.length === 0 ? null : { start: windowStart(item), counts: Object.fromEntries(counts) };
};

const webhooksIn = (counters: Item | undefined, windows: readonly Item[]): ReadonlySet<string> => {
  const fromCounters = Object.keys(counters ?? {}).flatMap((name) => name.split('#')[1] ?? []);
  const fromWindows = windows.flatMap((item) =>
    Object.keys(item).flatMap((name) => (name.includes('#') ? (name.split('#')[0] ?? []) : [])),
  );
  return new Set([...fromCounters, ...fromWindows]);
};

/** A tally from its items. */
export const tallyFrom = (feed: string, counters: Item | undefined, windows: readonly Item[]): RelayTally => {
  const newest = Math.max(...windows.map(windowStart));
  const webhookTally = (webhook: string): WebhookTally => ({
    windows: keptWindows(
      windows.flatMap((item) => windowOf(item, webhook) ?? []),
      newest,
    ),
    lastAcceptedAt: numberOf(counters, NAMES.lastAccepted + webhook),
    lastFailure: failureOf(counters?.[NAMES.lastFailure + webhook]?.S),
    streak: numberOf(counters, NAMES.streak + webhook) ?? NO_WEBHOOK_TALLY.streak,
  });
  return {
    feed,
    webhooks: Object.fromEntries(
      [...webhooksIn(counters, windows)].map((webhook) => [webhook, webhookTally(webhook)]),
    ),
    lookedAt: numberOf(counters, 'lookedAt'),
    emptyAt: numberOf(counters, 'emptyAt'),
    oldestTakenAt: numberOf(counters, 'oldestTakenAt'),
  };
};
