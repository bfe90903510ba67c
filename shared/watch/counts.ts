import type { Clock } from '../clock.ts';
import type { Config } from '../config/schema.ts';
import { recordBalance } from '../credits/record.ts';
import type { CreditStore } from '../credits/store.ts';
import { CREDIT_PROBES, observeCredits, observeRunOut, sampleOf } from '../observe/credits.ts';
import type { ProbeHealth } from '../observe/health.ts';
import type { Observation } from '../observe/observation.ts';
import type { Probe } from '../observe/probe.ts';
import { relayProbesOf } from '../observe/relay/observe-relay.ts';
import {
  countsRows,
  observeRows,
  providerProbes,
  rowsProbe,
  rowsProbesOf,
} from '../observe/rows/observe-rows.ts';
import type { FeedControl } from '../relay/control.ts';
import { bandOf } from '../rows/capacity.ts';
import type { RowsLedger } from '../rows/ledger.ts';
import type { FeedSnapshot } from '../rows/snapshot.ts';

/** What was counted in this run, by feed. */
export type Snapshots = Map<string, FeedSnapshot>;

/** Brings the counts of a feed up to date, once a run however many ask. */
export const createFold = (
  ledger: Pick<RowsLedger, 'fold'>,
  clock: Pick<Clock, 'now'>,
  snapshots: Snapshots,
): ((feed: string) => Promise<FeedSnapshot>) => {
  const folding = new Map<string, Promise<FeedSnapshot>>();
  const fold = async (feed: string): Promise<FeedSnapshot> => {
    const snapshot = await ledger.fold(feed, clock.now());
    snapshots.set(feed, snapshot);
    return snapshot;
  };
  return (feed) => {
    const known = folding.get(feed) ?? fold(feed);
    folding.set(feed, known);
    return known;
  };
};

/** Judges the counts of every feed, each feed by itself: one that fails is a gap of its own. */
export const createRowsProbes = (
  config: Config,
  clock: Pick<Clock, 'now'>,
  fold: (feed: string) => Promise<FeedSnapshot>,
  controlOf: (feed: string) => Promise<FeedControl | null>,
): readonly Probe[] =>
  Object.entries(config.feeds)
    .filter(([, settings]) => countsRows(settings))
    .map(([feed]) => ({
      id: rowsProbe(feed),
      surface: 'rows-ledger',
      subject: feed,
      everyMinutes: config.schedule.everyMinutes,
      title: `Rows of ${feed}`,
      run: async () => {
        const [snapshot, control] = await Promise.all([fold(feed), controlOf(feed)]);
        return observeRows(snapshot, feed, config, clock.now(), control);
      },
    }));

/** A forecast is some thousand draws, and the history that it rests on has one sample for every five minutes. */
const FORECAST_EVERY_MINUTES = 15;

interface CreditsContext {
  readonly config: Config;
  readonly store: CreditStore;
  readonly clock: Pick<Clock, 'now'>;
  readonly snapshots: Snapshots;
  /** What the other probes of this run saw: the balance among it. */
  readonly seen: readonly Observation[];
  readonly health: Readonly<Record<string, ProbeHealth>>;
  readonly isDue: (probe: Pick<Probe, 'id' | 'everyMinutes'>) => boolean;
}

/** Keeps the balance that was read, and judges its history. */
export const createCreditsProbe = ({
  config,
  store,
  clock,
  snapshots,
  seen,
  health,
  isDue,
}: CreditsContext): Probe => ({
  id: CREDIT_PROBES.history,
  surface: 'credit-history',
  subject: 'workspace',
  everyMinutes: config.schedule.everyMinutes,
  title: 'Credit history',
  run: async () => {
    const sample = sampleOf(seen);
    const now = clock.now();
    const state = sample ? await recordBalance(sample, { store, now }) : await store.load();
    const runOuts = (['credits', 'actions'] as const).flatMap((meter) => {
      const id = CREDIT_PROBES[meter];
      if (!isDue({ id, everyMinutes: FORECAST_EVERY_MINUTES })) return [];
      const held = health[id]?.outcome === 'failing' ? health[id].evidence.finding : undefined;
      return observeRunOut(meter, state[meter], config.burn, now, held) ?? [];
    });
    return [...observeCredits(state, [...snapshots.values()], config.burn, now), ...runOuts];
  },
});

/** A feed from which so many rows came back in a day names all of its providers. */
const NAMES_ALL_PROVIDERS = 100;

/**
 * Whether counts still speak of what was held: everything that the configuration names, and providers until no row of a
 * whole day names them any more.
 */
export const countsWatch = (config: Config, observations: readonly Observation[]) => {
  const fixed = new Set<string>([
    ...rowsProbesOf(config),
    ...relayProbesOf(config),
    ...Object.values(CREDIT_PROBES),
  ]);
  const seen = new Set(observations.map(({ probe }) => probe));
  const named = Object.entries(config.feeds)
    .filter(([, { callbacks }]) => callbacks.secret !== undefined)
    .map(([feed]) => {
      const ledger = observations.find(({ probe }) => probe === rowsProbe(feed));
      const calledBack = ledger?.facts.calledBack;
      return {
        prefix: providerProbes(feed),
        namesAll: typeof calledBack === 'number' && calledBack >= NAMES_ALL_PROVIDERS,
      };
    });
  return (probe: string): boolean =>
    fixed.has(probe) ||
    named.some(({ prefix, namesAll }) => probe.startsWith(prefix) && (seen.has(probe) || !namesAll));
};

/** Whether it is rows that name what this probe is about, and not the configuration. */
export const namedByRows = (probe: string): boolean => /^rows:[^/]+\/provider\//.test(probe);

/** Clay's own 403 says how many rows a webhook has taken: its limit. What was counted before gives way to it. */
export const rebaseOnLimit = async (
  config: Config,
  ledger: Pick<RowsLedger, 'rebase'>,
  snapshots: Snapshots,
  observations: readonly Observation[],
  now: number,
): Promise<void> => {
  for (const [feed, snapshot] of snapshots)
    for (const { id, limit, startCount, unlimited } of config.feeds[feed]?.webhooks ?? []) {
      const refused = observations.some(
        ({ probe, finding }) => probe === `webhook:${feed}/${id}` && finding === 'limit-reached',
      );
      const { low } = bandOf(
        snapshot.webhooks.find(({ webhook }) => webhook === id),
        startCount,
      );
      if (refused && !unlimited && low < limit)
        await ledger.rebase(feed, id, { count: limit, at: now, why: 'limit-answer' });
    }
};

/**
 * The feed that a probe of a CRM or a provider belongs to. Without one it may be any, as long as it is the only probe of
 * its kind.
 */
export const feedOfProbe = ({ probes }: Config): Readonly<Record<string, string | null>> => {
  const kinds = Object.entries(probes).filter(([, { kind }]) => kind !== 'service');
  return Object.fromEntries(
    kinds.flatMap(([name, { feed, kind }]) => {
      const isOnly = kinds.every(([other, probe]) => other === name || probe.kind !== kind);
      return feed === undefined && !isOnly ? [] : [[name, feed ?? null] as const];
    }),
  );
};
