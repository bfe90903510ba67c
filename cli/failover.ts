import { systemClock } from '../shared/clock.ts';
import { ClaywatchError } from '../shared/errors.ts';
import type { ControlStore } from '../shared/relay/control.ts';
import { changeControl } from '../shared/relay/control-change.ts';
import { failoverCounts } from '../shared/relay/failover.ts';
import { enactFailover, type FailoverPlan, planFailover } from '../shared/relay/failover-plan.ts';
import type { FailoverFlags } from './commands/failover.ts';
import { confirmed } from './confirm.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import { webhookNamed } from './names.ts';
import { checkThatSomebodyCanBeAsked, operatorOf, type RelayedFeed, relayedFeedNamed } from './relay-feed.ts';
import {
  type FailoverOutcome,
  failoverLines,
  failoverOutcome,
  renderFailoverJson,
} from './render/failover.ts';
import { joined } from './render/text.ts';
import { withStore } from './store.ts';
import { styleOf, type Terminal, widthOf } from './terminal.ts';

type Rotation = Extract<FailoverPlan, { kind: 'rotate' }>;

const refusal = (feed: string, plan: FailoverPlan): ClaywatchError | null => {
  if (plan.kind === 'none')
    return new ClaywatchError(
      'relay.refused',
      `No other webhook of ${feed} takes rows: each is full, gone or refuses the token.`,
      'Make a webhook in Clay and add it to the configuration; `claywatch usage` shows what is left of each.',
    );
  if (plan.kind !== 'refused') return null;
  const isTable = plan.obstacle === 'table-full';
  return new ClaywatchError(
    'relay.refused',
    `By the counts ${isTable ? 'the table of ' : ''}${feed}/${plan.to} is full.`,
    isTable
      ? 'A full table takes rows and loses them: use a webhook on another table, or correct `startCount` of the table.'
      : `Use another one, or correct the count: claywatch webhook recount ${feed}/${plan.to} --count N`,
  );
};

const enact = async (
  controls: ControlStore,
  { feed, settings }: RelayedFeed,
  plan: Rotation,
  by: string,
): Promise<void> => {
  const doing = { at: systemClock.now(), by };
  const { control, changed } = await changeControl(controls, feed, (latest) =>
    enactFailover(settings, latest, plan, doing),
  );
  if (changed) return;
  throw new ClaywatchError(
    'relay.contended',
    `Nothing was changed: rows of ${feed} go to ${control.active ?? 'no webhook'} meanwhile.`,
    'Look at `claywatch status`, and try again.',
  );
};

const outcomeOf = async (
  { kind }: FailoverPlan,
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
    const { feed, settings } = relayed;
    if (flags.to !== undefined) webhookNamed(config, `${feed}/${flags.to}`);
    checkThatSomebodyCanBeAsked(flags, 'rows shall go to another webhook', terminal);
    const [control, snapshot] = await Promise.all([controls.load(feed), rows.snapshot(feed)]);
    const plan = planFailover(settings, control, failoverCounts(settings, snapshot), flags.to);
    const refused = refusal(feed, plan);
    if (refused) throw refused;
    const page = { style: styleOf(terminal), width: widthOf(terminal) };
    const say = (text: string) => (flags.json ? undefined : terminal.stdout.write(text));

    say(joined(failoverLines(feed, plan, source, page)));
    const outcome = await outcomeOf(plan, flags, terminal);
    if (plan.kind === 'rotate' && outcome === 'rotated')
      await enact(controls, relayed, plan, operatorOf(flags, terminal));
    say(joined([failoverOutcome(outcome)]));
    if (flags.json) terminal.stdout.write(renderFailoverJson(feed, plan, outcome, source));
    return EXIT.healthy;
  });
