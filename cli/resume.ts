import { systemClock } from '../shared/clock.ts';
import type { FeedControl, Hold } from '../shared/relay/control.ts';
import { changeControl, holdOf, releaseHold } from '../shared/relay/control-change.ts';
import type { ResumeFlags } from './commands/resume.ts';
import { confirmed } from './confirm.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import { checkThatSomebodyCanBeAsked, operatorOf, relayedFeedNamed } from './relay-feed.ts';
import { type ResumeOutcome, renderResumeJson, resumeLines, resumeOutcome } from './render/hold.ts';
import { joined } from './render/text.ts';
import { withStore } from './store.ts';
import { styleOf, type Terminal, widthOf } from './terminal.ts';

const isReleased = (hold: Hold, { all = false }: ResumeFlags): boolean => all || hold.kind === 'operator';

/** `claywatch resume`. Throws ClaywatchError; nothing was changed then. */
export const resume = (typed: string, flags: ResumeFlags, terminal: Terminal): Promise<ExitCode> =>
  withStore(flags, terminal, async ({ config, source, controls }) => {
    const { feed } = relayedFeedNamed(config, typed);
    if (flags.all) checkThatSomebodyCanBeAsked(flags, 'every hold shall be released', terminal);
    const seen = await controls.load(feed);
    const released = seen.holds.filter((hold) => isReleased(hold, flags));
    const kept = seen.holds.filter((hold) => !released.includes(hold));
    const change = { feed, released, kept, trickleRows: config.relay.trickle.rows };
    const say = (text: string) => (flags.json ? undefined : terminal.stdout.write(text));
    const page = { style: styleOf(terminal), width: widthOf(terminal) };
    say(joined(resumeLines(change, source, page)));

    const isAsked = flags.all && released.length > 0 && !flags.yes && !flags.dryRun;
    const agreed = !isAsked || (await confirmed('Release every hold?', terminal));
    const release = (control: FeedControl): FeedControl =>
      // Those that were shown and no others: one that was set meanwhile has not been agreed to.
      released.reduce(
        (next, hold) =>
          holdOf(next, hold)?.since === hold.since
            ? releaseHold(next, hold, {
                at: systemClock.now(),
                by: operatorOf(flags, terminal),
                why: 'An operator released it.',
                trickleRows: config.relay.trickle.rows,
              })
            : next,
        control,
      );
    const outcome: ResumeOutcome =
      released.length === 0
        ? 'nothing-released'
        : flags.dryRun
          ? 'dry-run'
          : agreed
            ? 'released'
            : 'declined';
    const after = outcome === 'released' ? (await changeControl(controls, feed, release)).control : seen;
    say(joined(resumeOutcome(outcome, after.holds, page)));
    if (flags.json) terminal.stdout.write(renderResumeJson(change, outcome, source));
    return EXIT.healthy;
  });
