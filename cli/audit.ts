import { createDynamoIncidentStore } from '../shared/aws/dynamodb/incident-store.ts';
import { createDynamoProofLedger } from '../shared/aws/dynamodb/notify/proof.ts';
import { createDynamoPacer } from '../shared/aws/dynamodb/relay/pacer.ts';
import { createDynamoReplayJobs } from '../shared/aws/dynamodb/relay/replay-jobs.ts';
import { createDynamoRotationStore } from '../shared/aws/dynamodb/rotation-store.ts';
import { createDynamoSilenceStore } from '../shared/aws/dynamodb/silence-store.ts';
import { createDynamoWatchStore } from '../shared/aws/dynamodb/watch-store.ts';
import { systemClock } from '../shared/clock.ts';
import { createReports } from '../shared/report/read.ts';
import type { AuditFlags } from './commands/audit.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import { renderAudit, renderAuditJson } from './render/audit.ts';
import { withStore } from './store.ts';
import { styleOf, type Terminal, widthOf } from './terminal.ts';

/** `claywatch audit`: the same trail as `GET /v1/audit`. */
export const audit = (flags: AuditFlags, terminal: Terminal): Promise<ExitCode> =>
  withStore(flags, terminal, async ({ config, source, controls, rows, credits, table, atRest }) => {
    const clock = systemClock;
    const ports = {
      incidents: createDynamoIncidentStore(table),
      // Nothing of the trail needs it, so nothing is asked of it.
      queue: { depth: async (feed: string) => (await atRest.countingQueue()).depth(feed) },
      pacer: createDynamoPacer({ ...table, clock, rules: config.relay }),
      watch: createDynamoWatchStore(table),
      silences: createDynamoSilenceStore(table),
      replays: createDynamoReplayJobs(table),
      rotations: createDynamoRotationStore(table),
      proof: createDynamoProofLedger(table),
      ...{ controls, rows, credits },
    };
    const { limit, before } = flags;
    const trail = await createReports(config, ports, clock).audit({
      limit,
      ...(before !== undefined && { before }),
    });
    const page = { style: styleOf(terminal), width: widthOf(terminal) };
    terminal.stdout.write(flags.json ? renderAuditJson(trail, source) : renderAudit(trail, source, page));
    return EXIT.healthy;
  });
