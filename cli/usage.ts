import { systemClock } from '../shared/clock.ts';
import { readUsage } from '../shared/usage/usage.ts';
import type { UsageFlags } from './commands/usage.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import { feedNamed } from './names.ts';
import { renderUsage } from './render/usage.ts';
import { renderUsageJson } from './render/usage-json.ts';
import { withStore } from './store.ts';
import { styleOf, type Terminal, widthOf } from './terminal.ts';
import { VERSION } from './version.ts';

/** `claywatch usage`. Throws ClaywatchError for a store that cannot be read and for a feed that there is not. */
export const usage = (feed: string | undefined, flags: UsageFlags, terminal: Terminal): Promise<ExitCode> =>
  withStore(flags, terminal, async ({ config, source, rows, credits }) => {
    const only = feed === undefined ? undefined : feedNamed(config, feed);
    const report = await readUsage(config, { rows, credits }, systemClock.now(), only);
    terminal.stdout.write(
      flags.json
        ? renderUsageJson(report, source, { version: VERSION })
        : renderUsage(report, source, { style: styleOf(terminal), width: widthOf(terminal) }),
    );
    return EXIT.healthy;
  });
