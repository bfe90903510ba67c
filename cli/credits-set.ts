import { systemClock } from '../shared/clock.ts';
import { recordBalance } from '../shared/credits/record.ts';
import { type CreditState, lastSample, type MeterName } from '../shared/credits/state.ts';
import type { BalanceSample, CreditStore } from '../shared/credits/store.ts';
import { ClaywatchError } from '../shared/errors.ts';
import type { CreditsSetFlags } from './commands/credits.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import { renderCreditsChange, renderCreditsChangeJson } from './render/credits-set.ts';
import { withStore } from './store.ts';
import { styleOf, type Terminal, widthOf } from './terminal.ts';

/** What a reading changes of one meter; `from` is null when it is the first. */
export interface MeterChange {
  readonly from: number | null;
  readonly fromAt: number | null;
  readonly to: number;
}

export interface CreditsChange {
  readonly outcome: 'set' | 'dry-run';
  readonly at: number;
  readonly credits: MeterChange;
  readonly actions: MeterChange | null;
  /** Whether the balance is read from Clay's API too. */
  readonly isReadByKey: boolean;
}

const changeOf = (before: CreditState, meter: MeterName, to: number): MeterChange => {
  const last = lastSample(before[meter]);
  return { from: last?.left ?? null, fromAt: last?.at ?? null, to };
};

/** A reading that did not become the last one: another one, from its future, is there already. */
const record = async (sample: BalanceSample, store: CreditStore): Promise<void> => {
  const after = await recordBalance(sample, { store });
  if (after.last?.at === sample.at) return;
  throw new ClaywatchError(
    'usage.invalid',
    'The reading was not taken: a later one is there already.',
    'Look at the clock of this machine, and try again.',
  );
};

/** `claywatch credits set`. Throws ClaywatchError; nothing was changed then. */
export const creditsSet = (flags: CreditsSetFlags, terminal: Terminal): Promise<ExitCode> =>
  withStore(flags, terminal, async ({ config, source, credits: store }) => {
    const before = await store.load();
    const at = systemClock.now();
    const { credits, actions = null } = flags;
    if (!flags.dryRun)
      await record({ at, credits, actions, source: flags.pushed ? 'pushed' : 'operator' }, store);
    const change: CreditsChange = {
      outcome: flags.dryRun ? 'dry-run' : 'set',
      at,
      credits: changeOf(before, 'credits', credits),
      actions: actions === null ? null : changeOf(before, 'actions', actions),
      isReadByKey: config.clay.apiKey !== undefined,
    };
    terminal.stdout.write(
      flags.json
        ? renderCreditsChangeJson(change, source)
        : renderCreditsChange(change, source, { style: styleOf(terminal), width: widthOf(terminal) }),
    );
    return EXIT.healthy;
  });
