import { createHash } from 'node:crypto';
import { createSenders } from '../../functions/http/senders.ts';
import { type RelayDependencies, relay } from '../../functions/relay/handler.ts';
import { createSecretReader } from '../../shared/aws/secrets/reader.ts';
import { parseConfig } from '../../shared/config/parse.ts';
import type { ConfigInput } from '../../shared/config/schema.ts';
import { feedIntake } from '../../shared/relay/intake/feed-intake.ts';
import { createPlaces } from '../../shared/rows/row-id.ts';
import { type EventParts, httpEvent } from '../functions/http-event.ts';
import { createMemoryIdempotencyStore } from './memory-idempotency.ts';
import { createMemoryRowQueue } from './memory-row-queue.ts';
import { createMemorySeenStore } from './memory-seen.ts';
import { createVirtualClock } from './virtual-clock.ts';

export const SECRET = 'fake-sender-secret';
export const START = Date.UTC(2026, 10, 21, 17, 24);
const HOUR_MS = 3_600_000;

type FeedRelay = NonNullable<NonNullable<ConfigInput['feeds']>[string]['relay']>;

/** The relay as it is deployed, with queue and stores in memory. */
export const createIntake = (
  leads: FeedRelay = {},
  relaySettings: NonNullable<ConfigInput['relay']> = {},
  change: (dependencies: RelayDependencies) => Partial<RelayDependencies> = () => ({}),
) => {
  const config = parseConfig(
    { feeds: { leads: { relay: { secret: 'env:SENDER', ...leads } }, closed: {} }, relay: relaySettings },
    'test',
  );
  const clock = createVirtualClock(START);
  const queue = createMemoryRowQueue({ clock });
  const faults: unknown[] = [];
  const onFault = (error: unknown): void => {
    faults.push(error);
  };
  const counts = { woken: 0 };
  const secrets = createSecretReader({ env: { SENDER: SECRET }, clock });
  const eachFeed = <T>(pick: (feed: (typeof config.feeds)[string], name: string) => T) =>
    Object.fromEntries(Object.entries(config.feeds).map(([name, feed]) => [name, pick(feed, name)]));
  const digest = (text: string) => createHash('sha256').update(text).digest('hex');
  const dependencies: RelayDependencies = {
    feeds: eachFeed((feed, name) =>
      feedIntake(feed, config.relay, (entity) => digest(`${name} ${entity}`).slice(0, 24)),
    ),
    senders: createSenders({ feeds: eachFeed((feed) => feed.relay), secrets, clock, onFault }),
    maxBytes: config.relay.maxRequestBytes,
    queue,
    idempotency: createMemoryIdempotencyStore({ clock, keepMs: config.relay.idempotencyHours * HOUR_MS }),
    seen: createMemorySeenStore(),
    waker: {
      wake: async () => {
        counts.woken += 1;
      },
    },
    takePlaces: createPlaces({ clock }),
    digest,
    clock,
    onFault,
  };
  const used = { ...dependencies, ...change(dependencies) };
  const send = async (body: string | undefined, parts: Partial<EventParts> = {}) => {
    const { headers, ...others } = parts;
    const event = httpEvent({
      path: '/v1/rows',
      feed: 'leads',
      headers: { 'x-claywatch-secret': SECRET, ...headers },
      ...(body === undefined ? {} : { body }),
      ...others,
    });
    const answer = await clock.run(relay(used, event));
    return { status: answer.statusCode, headers: answer.headers, body: JSON.parse(answer.body) };
  };
  return {
    clock,
    queue,
    faults,
    counts,
    dependencies: used,
    send,
    post: (body: unknown, parts?: Partial<EventParts>) => send(JSON.stringify(body), parts),
  };
};
