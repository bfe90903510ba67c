import { systemClock } from '../shared/clock.ts';
import { planResume, resumeFeed } from '../shared/operate/hold.ts';
import type { ResumeFlags } from './commands/resume.ts';
import { confirmed } from './confirm.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import { checkThatSomebodyCanBeAsked, operatorOf, relayedFeedNamed } from './relay-feed.ts';
import { type ResumeOutcome, renderResumeJson, resumeLines, resumeOutcome } from './render/hold.ts';
import { joined } from './render/text.ts';
import { withStore } from './store.ts';
import { styleOf, type Terminal, widthOf } from './terminal.ts';

/** `claywatch resume`. Throws ClaywatchError; nothing was changed then. */
export const resume = (typed: string, flags: ResumeFlags, terminal: Terminal): Promise<ExitCode> =>
  withStore(flags, terminal, async ({ config, source, controls }) => {
    const { feed } = relayedFeedNamed(config, typed);
    if (flags.all) checkThatSomebodyCanBeAsked(flags, 'every hold shall be released', terminal);
    const seen = await controls.load(feed);
    const { released, kept } = planResume(seen, flags.all === true);
    const change = { feed, released, kept, trickleRows: config.relay.trickle.rows };
    const say = (text: string) => (flags.json ? undefined : terminal.stdout.write(text));
    const page = { style: styleOf(terminal), width: widthOf(terminal) };
    say(joined(resumeLines(change, source, page)));

    const isAsked = flags.all && released.length > 0 && !flags.yes && !flags.dryRun;
    const agreed = !isAsked || (await confirmed('Release every hold?', terminal));
    const outcome: ResumeOutcome =
      released.length === 0
        ? 'nothing-released'
        : flags.dryRun
          ? 'dry-run'
          : agreed
            ? 'released'
            : 'declined';
    const after =
      outcome === 'released'
        ? await resumeFeed(
            controls,
            feed,
            { released },
            {
              at: systemClock.now(),
              by: operatorOf(flags, terminal),
              trickleRows: config.relay.trickle.rows,
            },
          )
        : seen;
    say(joined(resumeOutcome(outcome, after.holds, page)));
    if (flags.json) terminal.stdout.write(renderResumeJson(change, outcome, source));
    return EXIT.healthy;
  });
