import { createDynamoIncidentStore } from '../shared/aws/dynamodb/incident-store.ts';
import { createDynamoPacer } from '../shared/aws/dynamodb/relay/pacer.ts';
import { systemClock } from '../shared/clock.ts';
import { relayedFeeds } from '../shared/config/relayed.ts';
import type { QueueDepth } from '../shared/relay/queue.ts';
import { readRelayStatus } from '../shared/relay/status-read.ts';
import type { StatusFlags } from './commands/status.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import { relayedFeedNamed } from './relay-feed.ts';
import { renderStatus, renderStatusJson } from './render/status.ts';
import type { RowsAtRest } from './rows-at-rest.ts';
import { withStore } from './store.ts';
import { styleOf, type Terminal, widthOf } from './terminal.ts';

/** Queues that cannot be found are queues that do not answer: the rest of the status is worth seeing then, too. */
const depthOf =
  (atRest: RowsAtRest) =>
  async (feed: string): Promise<QueueDepth> => {
    const queue = await atRest.countingQueue();
    return queue.depth(feed);
  };

/** `claywatch status`. Throws ClaywatchError for a store that cannot be read and for a feed that there is not. */
export const status = (
  typed: string | undefined,
  flags: StatusFlags,
  terminal: Terminal,
): Promise<ExitCode> =>
  withStore(flags, terminal, async ({ config, source, rows, controls, atRest, table }) => {
    const feeds = typed === undefined ? relayedFeeds(config) : [relayedFeedNamed(config, typed).feed];
    const report = await readRelayStatus(
      {
        controls,
        rows,
        queue: { depth: depthOf(atRest) },
        pacer: createDynamoPacer({ ...table, rules: config.relay, clock: systemClock }),
        incidents: createDynamoIncidentStore(table),
      },
      config,
      feeds,
      systemClock.now(),
    );
    terminal.stdout.write(
      flags.json
        ? renderStatusJson(report, source)
        : renderStatus(report, source, { style: styleOf(terminal), width: widthOf(terminal) }),
    );
    return report.mode === 'normal' ? EXIT.healthy : EXIT.problem;
  });
