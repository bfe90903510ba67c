import { systemClock } from '../shared/clock.ts';
import { failOver, type PossibleFailover, plannedFailover } from '../shared/operate/failover.ts';
import type { FailoverFlags } from './commands/failover.ts';
import { confirmed } from './confirm.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import { webhookNamed } from './names.ts';
import { checkThatSomebodyCanBeAsked, operatorOf, relayedFeedNamed } from './relay-feed.ts';
import {
  type FailoverOutcome,
  failoverLines,
  failoverOutcome,
  renderFailoverJson,
} from './render/failover.ts';
import { joined } from './render/text.ts';
import { withStore } from './store.ts';
import { styleOf, type Terminal, widthOf } from './terminal.ts';

const outcomeOf = async (
  { kind }: PossibleFailover,
  { yes, dryRun }: FailoverFlags,
  terminal: Terminal,
): Promise<FailoverOutcome> => {
  if (kind !== 'rotate') return 'already';
  if (dryRun) return 'dry-run';
  return yes || (await confirmed('Send rows there?', terminal)) ? 'rotated' : 'declined';
};

/** `claywatch failover`. Throws ClaywatchError; nothing was changed then. */
export const failover = (typed: string, flags: FailoverFlags, terminal: Terminal): Promise<ExitCode> =>
  withStore(flags, terminal, async ({ config, source, rows, controls }) => {
    const relayed = relayedFeedNamed(config, typed);
    const { feed } = relayed;
    if (flags.to !== undefined) webhookNamed(config, `${feed}/${flags.to}`);
    checkThatSomebodyCanBeAsked(flags, 'rows shall go to another webhook', terminal);
    const plan = await plannedFailover(relayed, { controls, rows }, flags.to);
    const page = { style: styleOf(terminal), width: widthOf(terminal) };
    const say = (text: string) => (flags.json ? undefined : terminal.stdout.write(text));

    say(joined(failoverLines(feed, plan, source, page)));
    const outcome = await outcomeOf(plan, flags, terminal);
    if (plan.kind === 'rotate' && outcome === 'rotated')
      await failOver(relayed, plan, { at: systemClock.now(), by: operatorOf(flags, terminal) }, { controls });
    say(joined([failoverOutcome(outcome)]));
    if (flags.json) terminal.stdout.write(renderFailoverJson(feed, plan, outcome, source));
    return EXIT.healthy;
  });
