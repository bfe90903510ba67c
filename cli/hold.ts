import { systemClock } from '../shared/clock.ts';
import { redactText } from '../shared/config/redact.ts';
import type { Hold } from '../shared/relay/control.ts';
import { addHold, changeControl } from '../shared/relay/control-change.ts';
import type { HoldFlags } from './commands/hold.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import { operatorOf, relayedFeedNamed } from './relay-feed.ts';
import { type HoldChange, renderHold, renderHoldJson } from './render/hold.ts';
import { plain } from './render/text.ts';
import { withStore } from './store.ts';
import { styleOf, type Terminal, widthOf } from './terminal.ts';

const NO_REASON = 'No reason was given.';

/** `claywatch hold`. Throws ClaywatchError; nothing was changed then. */
export const hold = (typed: string, flags: HoldFlags, terminal: Terminal): Promise<ExitCode> =>
  withStore(flags, terminal, async ({ config, source, controls }) => {
    const { feed } = relayedFeedNamed(config, typed);
    const wanted: Hold = {
      kind: 'operator',
      since: systemClock.now(),
      why: redactText(plain(flags.reason ?? '')) || NO_REASON,
      by: operatorOf(flags, terminal),
    };
    const before = await controls.load(feed);
    const planned = addHold(before, wanted);
    const { control, changed } = flags.dryRun
      ? { control: planned, changed: planned !== before }
      : await changeControl(controls, feed, (latest) => addHold(latest, wanted));
    const change: HoldChange = {
      feed,
      outcome: changed ? (flags.dryRun ? 'dry-run' : 'held') : 'already-held',
      holds: control.holds,
    };
    terminal.stdout.write(
      flags.json
        ? renderHoldJson(change, source)
        : renderHold(change, source, { style: styleOf(terminal), width: widthOf(terminal) }),
    );
    return EXIT.healthy;
  });
