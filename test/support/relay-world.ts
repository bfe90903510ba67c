import { createRandom } from '../../local/clay/core/random.ts';
import type { Clock } from '../../shared/clock.ts';
import type { Config } from '../../shared/config/schema.ts';
import type { SecretReader } from '../../shared/config/secret-reference.ts';
import type { HttpClient } from '../../shared/http/port.ts';
import type { ControlStore } from '../../shared/relay/control.ts';
import { createForwarder } from '../../shared/relay/forward/forwarder.ts';
import type { DeadLetterStore } from '../../shared/relay/keeping.ts';
import type { Pacer } from '../../shared/relay/pacer.ts';
import type { QueuedRow } from '../../shared/relay/queue.ts';
import type { SendsLedger } from '../../shared/relay/sends.ts';
import type { RowsLedger } from '../../shared/rows/ledger.ts';
import { createPlaces, rowIdAt } from '../../shared/rows/row-id.ts';
import { createMemoryControlStore } from './memory-control-store.ts';
import { createMemoryDeadLetters } from './memory-dead-letters.ts';
import { createMemoryOutbox } from './memory-outbox.ts';
import { createMemoryPacer } from './memory-pacer.ts';
import { createMemoryRowQueue, type MemoryRowQueue } from './memory-row-queue.ts';

const MINUTE = 60_000;
/** As the deployed function does: a little longer than the schedule, so that the next one has begun. */
const WORK_MS = 62_000;
const GRACE_MS = 20_000;

/** The relay of a world: queue and stores in memory, and a forwarder that begins every minute. */
export interface RelayWorld {
  readonly controlStore: ControlStore;
  readonly queue: MemoryRowQueue;
  readonly deadLetters: DeadLetterStore;
  readonly pacer: Pacer;
  /** What a sender's rows become once they are durable; the ids are theirs. */
  take(feed: string, rows: readonly object[]): Promise<readonly string[]>;
  /** The ids of all rows that were taken, in order. */
  readonly taken: readonly string[];
  /** No forwarder begins any more: the schedule of it has failed. */
  stop(): void;
  start(): void;
  /** Another configuration is deployed: the next forwarder has it. */
  reconfigure(config: Config): void;
  readonly faults: readonly string[];
}

export const createRelayWorld = (world: {
  readonly clock: Clock;
  readonly config: Config;
  readonly ledger: RowsLedger & SendsLedger;
  readonly http: HttpClient;
  readonly secrets: SecretReader;
  readonly seed: number;
}): RelayWorld => {
  const { clock, ledger } = world;
  const queue = createMemoryRowQueue({ clock });
  const controlStore = createMemoryControlStore();
  const deadLetters = createMemoryDeadLetters({ clock });
  const pacer = createMemoryPacer({ clock, rules: world.config.relay });
  const random = createRandom(world.seed + 2_000);
  const takePlaces = createPlaces({ clock, random });
  const faults: string[] = [];
  let isStopped = false;
  const taken: string[] = [];

  const forwarderOf = (config: Config) =>
    createForwarder({
      config,
      clock,
      queue,
      sends: ledger,
      rows: ledger,
      pacer,
      control: controlStore,
      outbox: createMemoryOutbox({ clock }),
      deadLetters,
      http: world.http,
      secrets: world.secrets,
      undeliverable: { queue, read: async () => null },
      random,
      onFault: (error, doing) => {
        faults.push(`${doing}: ${String(error)}`);
      },
    });
  let forward = forwarderOf(world.config);
  /** Half a minute after the watch, as schedules that nobody aligns. */
  const schedule = async (): Promise<never> => {
    await clock.sleep(MINUTE / 2);
    for (;;) {
      if (!isStopped) void forward({ workMs: WORK_MS, graceMs: GRACE_MS });
      await clock.sleep(MINUTE);
    }
  };
  void schedule();

  return {
    controlStore,
    queue,
    deadLetters,
    pacer,
    faults,
    taken,
    stop: () => {
      isStopped = true;
    },
    reconfigure: (config) => {
      forward = forwarderOf(config);
    },
    start: () => {
      isStopped = false;
    },
    take: async (feed, rows) => {
      const queued: readonly QueuedRow[] = takePlaces(rows.length).map((place, index) => {
        const id = rowIdAt(place);
        return {
          feed,
          id,
          json: JSON.stringify({ ...rows[index], _claywatch_row_id: id }),
          takenAt: clock.now(),
          after: 0,
          tries: 0,
          origin: 'sender',
        };
      });
      taken.push(...queued.map(({ id }) => id));
      await queue.send(feed, queued);
      return queued.map(({ id }) => id);
    },
  };
};
