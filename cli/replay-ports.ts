import { createDynamoPacer } from '../shared/aws/dynamodb/relay/pacer.ts';
import { createDynamoReplayJobs } from '../shared/aws/dynamodb/relay/replay-jobs.ts';
import { createDynamoRowsLedger } from '../shared/aws/dynamodb/rows/ledger.ts';
import { systemClock } from '../shared/clock.ts';
import type { PlanPorts, RunPorts } from '../shared/replay/ports.ts';
import { secureRandom } from '../shared/rows/row-id.ts';
import type { OpenStore } from './store.ts';

/** What a replay is planned from and works on. Throws `rows-key.invalid`, `relay.not-configured` and `secret.*`. */
export const openReplay = async ({
  config,
  table,
  controls,
  credits,
  atRest,
}: OpenStore): Promise<PlanPorts & RunPorts> => {
  const clock = systemClock;
  const ledger = createDynamoRowsLedger({
    ...table,
    clock,
    retainDays: config.rows.retainDays,
    matureAfterMinutes: config.rows.lost.afterMinutes,
  });
  const [queue, outbox, deadLetters] = await Promise.all([
    atRest.queue(),
    atRest.outbox(),
    atRest.deadLetters(),
  ]);
  return {
    clock,
    rows: ledger,
    sends: ledger,
    outbox,
    deadLetters,
    queue,
    controls,
    credits,
    pacer: createDynamoPacer({ ...table, clock, rules: config.relay }),
    jobs: createDynamoReplayJobs(table),
    random: secureRandom,
  };
};
