import { systemClock } from '../shared/clock.ts';
import { holdFeed } from '../shared/operate/hold.ts';
import type { HoldFlags } from './commands/hold.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import { operatorOf, relayedFeedNamed } from './relay-feed.ts';
import { renderHold, renderHoldJson } from './render/hold.ts';
import { plain } from './render/text.ts';
import { withStore } from './store.ts';
import { styleOf, type Terminal, widthOf } from './terminal.ts';

/** `claywatch hold`. Throws ClaywatchError; nothing was changed then. */
export const hold = (typed: string, flags: HoldFlags, terminal: Terminal): Promise<ExitCode> =>
  withStore(flags, terminal, async ({ config, source, controls }) => {
    const { feed } = relayedFeedNamed(config, typed);
    const change = await holdFeed(controls, feed, {
      at: systemClock.now(),
      by: operatorOf(flags, terminal),
      reason: plain(flags.reason ?? ''),
      dryRun: flags.dryRun === true,
    });
    terminal.stdout.write(
      flags.json
        ? renderHoldJson(change, source)
        : renderHold(change, source, { style: styleOf(terminal), width: widthOf(terminal) }),
    );
    return EXIT.healthy;
  });
