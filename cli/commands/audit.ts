import { systemClock } from '../../shared/clock.ts';
import { moment } from '../moment.ts';
import { wholeNumber } from '../number.ts';
import type { StoreFlags } from '../store.ts';
import type { Register } from './index.ts';
import { addStoreOptions, STORE_EXIT_CODES, STORE_HELP } from './store-options.ts';

export interface AuditFlags extends StoreFlags {
  readonly limit: number;
  readonly before?: number;
  readonly json?: boolean;
}

const MOST = 200;

const AFTER_HELP = `
Holds and resumes, failovers, replays, silences, drills, rotations, and what was
done to incidents: by people, and by Claywatch itself. The name is what somebody
gave, and proves nothing. Of a feed the last 50 changes are kept, of a replay
its beginning, for 90 days.
${STORE_HELP}
Examples:
  $ claywatch audit
  $ claywatch audit --limit 20 --before 2026-11-03T12:00Z
  $ claywatch audit --json | jq '.entries[] | select(.by != "claywatch")'
${STORE_EXIT_CODES}`;

export const registerAudit: Register = (program, terminal, exit) => {
  const command = program
    .command('audit')
    .summary('who did what, and when')
    .description('Shows who changed what, newest first.')
    .option('--limit <n>', 'about so many', wholeNumber(MOST), 50)
    .option('--before <time>', 'what happened before then: 6h, 3d, or an instant', moment(systemClock.now));
  addStoreOptions(command)
    .option('--json', 'print one JSON document and nothing else')
    .addHelpText('after', AFTER_HELP)
    .allowExcessArguments(false)
    .action(async (flags: AuditFlags) => {
      const { audit } = await import('../audit.ts');
      exit(await audit(flags, terminal));
    });
};
