import { systemClock } from '../shared/clock.ts';
import { ClaywatchError } from '../shared/errors.ts';
import type { RowsLedger } from '../shared/rows/ledger.ts';
import { planRecount, type RecountPlan } from '../shared/usage/recount.ts';
import type { RecountFlags } from './commands/webhook.ts';
import { confirmed } from './confirm.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import { webhookNamed } from './names.ts';
import { type RecountOutcome, recountLines, recountOutcome, renderRecountJson } from './render/recount.ts';
import { joined } from './render/text.ts';
import { withStore } from './store.ts';
import { isInteractive, styleOf, type Terminal, widthOf } from './terminal.ts';

const isAsked = ({ yes, dryRun }: RecountFlags): boolean => !yes && !dryRun;

const checkThatSomebodyCanBeAsked = (flags: RecountFlags, terminal: Terminal): void => {
  if (!isAsked(flags) || (isInteractive(terminal) && !flags.json)) return;
  throw new ClaywatchError(
    'usage.invalid',
    'Nobody can be asked here whether the count shall be set.',
    'Add --yes to set it without being asked, or --dry-run to see what would change.',
  );
};

/** Sets the count, and looks whether it is there: the ledger keeps a later one. */
const set = async (rows: RowsLedger, { feed, webhook, to: count }: RecountPlan): Promise<void> => {
  const at = systemClock.now();
  await rows.rebase(feed, webhook, { count, at, why: 'operator' });
  const after = await rows.snapshot(feed);
  const kept = after?.webhooks.find((each) => each.webhook === webhook)?.rebase;
  if (!kept || kept.at <= at) return;
  throw new ClaywatchError(
    'usage.invalid',
    'The count was not set: a later one is there already.',
    'Look at the clock of this machine, and at `claywatch usage`.',
  );
};

/** `claywatch webhook recount`. Throws ClaywatchError; nothing was changed then. */
export const recount = (target: string, flags: RecountFlags, terminal: Terminal): Promise<ExitCode> =>
  withStore(flags, terminal, async ({ config, source, rows }) => {
    const { feed, webhook } = webhookNamed(config, target);
    checkThatSomebodyCanBeAsked(flags, terminal);
    const plan = planRecount(feed, webhook, await rows.snapshot(feed), flags.count);
    const page = { style: styleOf(terminal), width: widthOf(terminal) };
    const say = (text: string) => (flags.json ? undefined : terminal.stdout.write(text));

    say(joined(recountLines(plan, source, systemClock.now(), page)));
    const agreed = !isAsked(flags) || (await confirmed('Set the count?', terminal));
    const outcome: RecountOutcome = flags.dryRun ? 'dry-run' : agreed ? 'set' : 'declined';
    if (outcome === 'set') await set(rows, plan);
    say(joined([recountOutcome(outcome)]));
    if (flags.json) terminal.stdout.write(renderRecountJson(plan, outcome, source));
    return EXIT.healthy;
  });
