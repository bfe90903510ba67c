import type { FaultView } from '../faults/switchboard.ts';
import type { ProviderOptions, TableOptions } from './options.ts';
import { between, type Random } from './random.ts';

/** What `Clay.getCellStatus()` says, as far as the simulation goes; the real set is open [C, clay-facts]. */
export type CellStatus =
  | 'SUCCESS'
  | 'SUCCESS_NO_DATA'
  | 'RATE_LIMITED'
  | 'ERROR'
  | 'ERROR_MISSING_INPUT'
  | 'ERROR_RUN_CONDITION_NOT_MET';

/** How one row fared with the providers of its table. */
export interface Enrichment {
  readonly status: CellStatus;
  readonly error: string | null;
  /** The provider that knew, or the last one asked. */
  readonly provider: string | null;
  /** Names of the fields that were filled; never their values. */
  readonly fields: readonly string[];
  readonly credits: number;
  readonly actions: number;
  readonly durationMs: number;
}

const concerns = (fault: { provider: string } | undefined, provider: string): boolean =>
  fault !== undefined && (fault.provider === 'all' || fault.provider === provider);

const ask = (provider: ProviderOptions, faults: FaultView, random: Random): Enrichment => {
  const factor = faults.get('enrichment-slow')?.factor ?? 1;
  const asked = {
    provider: provider.name,
    fields: [],
    credits: 0,
    actions: 1,
    durationMs: between(random, provider.minSeconds, provider.maxSeconds) * 1_000 * factor,
  };
  const draw = random();
  if (concerns(faults.get('provider-down'), provider.name)) {
    return { ...asked, status: 'ERROR', error: 'The provider is not available' };
  }
  if (concerns(faults.get('provider-rate-limited'), provider.name)) {
    return { ...asked, status: 'RATE_LIMITED', error: 'Clay received a 429 error from the API' };
  }
  if (provider.failureRate !== undefined && random() < provider.failureRate) {
    return { ...asked, status: 'ERROR', error: 'The provider did not answer' };
  }
  const low = faults.get('low-hit-rate');
  const hitRate = low && concerns(low, provider.name) ? low.hitRate : provider.hitRate;
  if (draw < hitRate) {
    return { ...asked, status: 'SUCCESS', error: null, fields: provider.fills, credits: provider.credits };
  }
  return {
    ...asked,
    status: 'SUCCESS_NO_DATA',
    error: null,
    credits: provider.chargesMiss ? provider.credits : 0,
  };
};

const notRun = (status: CellStatus, error: string | null): Enrichment => ({
  status,
  error,
  provider: null,
  fields: [],
  credits: 0,
  actions: 0,
  durationMs: 1_000,
});

/** A row that no provider is asked about: it lacks something, or a run condition skips it. */
const turnedAway = (skipRate: number, faults: FaultView, random: Random): Enrichment | undefined => {
  const poor = faults.get('poor-input')?.share;
  if (poor !== undefined && random() < poor) return notRun('ERROR_MISSING_INPUT', 'Some inputs missing');
  return skipRate > 0 && random() < skipRate ? notRun('ERROR_RUN_CONDITION_NOT_MET', null) : undefined;
};

/** A waterfall: one provider after another until one knows. A failure outweighs a miss. */
export const enrich = (
  { providers, skipRate = 0 }: Pick<TableOptions, 'providers' | 'skipRate'>,
  faults: FaultView,
  random: Random,
): Enrichment => {
  const turned = turnedAway(skipRate, faults, random);
  if (turned) return turned;
  let sum: Enrichment = {
    status: 'SUCCESS_NO_DATA',
    error: null,
    provider: null,
    fields: [],
    credits: 0,
    actions: 0,
    durationMs: 0,
  };
  for (const provider of providers) {
    const answer = ask(provider, faults, random);
    const failedBefore = sum.error !== null && answer.error === null && answer.status !== 'SUCCESS';
    sum = {
      ...(failedBefore ? sum : answer),
      credits: sum.credits + answer.credits,
      actions: sum.actions + answer.actions,
      durationMs: sum.durationMs + answer.durationMs,
    };
    if (answer.status === 'SUCCESS') break;
  }
  return sum;
};
