import type { Clock } from '../clock.ts';
import { relayedFeeds } from '../config/relayed.ts';
import type { Config } from '../config/schema.ts';
import { sameKey } from '../diagnose/rule.ts';
import type { Diagnosis } from '../diagnose/verdict.ts';
import type { Incident } from '../incident/incident.ts';
import type { IncidentChange } from '../incident/record.ts';
import type { IncidentStore } from '../incident/store.ts';
import type { ProbeHealth } from '../observe/health.ts';
import type { Observation } from '../observe/observation.ts';
import type { Probe } from '../observe/probe.ts';
import {
  observeDeadLetters,
  observePace,
  observeRelay,
  type RelaySeen,
  relayProbe,
} from '../observe/relay/observe-relay.ts';
import type { ControlStore, FeedControl } from '../relay/control.ts';
import type { DeadLetterStore } from '../relay/keeping.ts';
import type { RowQueue } from '../relay/queue.ts';
import { readDepths } from '../relay/status-depths.ts';
import { decideRemediation } from '../remediate/decide.ts';
import { performRemediation, type RemediationReport } from '../remediate/perform.ts';
import type { FeedSnapshot } from '../rows/snapshot.ts';
import type { Snapshots } from './counts.ts';

/** What is reached of the relay. */
export interface RelayPorts {
  readonly controlStore: ControlStore;
  readonly rowQueue: Pick<RowQueue, 'depth'>;
  readonly deadLetters: Pick<DeadLetterStore, 'count'>;
}

/** How long one part of a run waits for another, ms: each has its own way to say that it saw nothing. */
const WAIT_MS = 5_000;
/** Set aside rows are counted by reading a little of each. */
const DEAD_LETTERS_EVERY_MINUTES = 5;

/** What somebody else is reading; null when it fails or takes too long. */
export const ifRead = async <T>(reading: Promise<T>, clock: Clock): Promise<T | null> => {
  const over = new AbortController();
  const late = clock.sleep(WAIT_MS, over.signal).then(
    () => null,
    () => null,
  );
  try {
    return await Promise.race([reading.catch(() => null), late]);
  } finally {
    over.abort();
  }
};

export interface Relays {
  /** What was read in this run, by feed. */
  readonly seen: ReadonlyMap<string, RelaySeen>;
  /** Where rows of the feed go; null when it is not relayed, or not to be read. */
  control(feed: string): Promise<FeedControl | null>;
  readonly probes: readonly Probe[];
  /** What all feeds together say, once the probes have run. */
  pace(now: number): readonly Observation[];
}

export interface RelaysContext {
  readonly config: Config;
  readonly ports: RelayPorts | undefined;
  readonly clock: Clock;
  /** Brings the counts of a feed up to date; several who ask share the answer. */
  readonly fold: (feed: string) => Promise<FeedSnapshot>;
  readonly health: Readonly<Record<string, ProbeHealth>>;
  readonly isDue: (probe: Pick<Probe, 'id' | 'everyMinutes'>) => boolean;
}

/** Looks at the relay of every feed that has one; feeds without one cost nothing. */
export const createRelays = ({ config, ports, clock, fold, health, isDue }: RelaysContext): Relays => {
  const seen = new Map<string, RelaySeen>();
  const readings = new Map<string, Promise<RelaySeen>>();
  const feeds = ports ? relayedFeeds(config) : [];

  const read = async (from: RelayPorts, feed: string): Promise<RelaySeen> => {
    const [control, tally, depths] = await Promise.all([
      from.controlStore.load(feed),
      from.controlStore.tally(feed),
      readDepths(from.rowQueue, [feed]),
    ]);
    const one = { feed, control, tally, depth: depths[feed] ?? null };
    seen.set(feed, one);
    return one;
  };
  const reading = (from: RelayPorts, feed: string): Promise<RelaySeen> => {
    const known = readings.get(feed) ?? read(from, feed);
    readings.set(feed, known);
    return known;
  };

  const relayProbeOf = (from: RelayPorts, feed: string): Probe => ({
    id: relayProbe(feed),
    surface: 'relay',
    subject: `${feed}/relay`,
    everyMinutes: config.schedule.everyMinutes,
    title: `Relay of ${feed}`,
    run: async () => {
      const [one, snapshot] = await Promise.all([reading(from, feed), ifRead(fold(feed), clock)]);
      return observeRelay(one, config, snapshot, clock.now());
    },
  });
  const deadLettersProbeOf = (from: RelayPorts, feed: string): Probe => {
    const id = relayProbe(feed, 'dead-letters');
    return {
      id,
      surface: 'dead-letters',
      subject: `${feed}/dead-letters`,
      everyMinutes: DEAD_LETTERS_EVERY_MINUTES,
      title: `Rows of ${feed} that were set aside`,
      run: async () => {
        const held = health[id];
        const before = held?.last.outcome === 'unknown' ? held.evidence : held?.last;
        return [observeDeadLetters(feed, await from.deadLetters.count(feed), before, clock.now())];
      },
    };
  };

  return {
    seen,
    control: async (feed) => {
      if (!ports || !feeds.includes(feed)) return null;
      return (await ifRead(reading(ports, feed), clock))?.control ?? null;
    },
    probes: ports
      ? feeds.flatMap((feed) => [
          relayProbeOf(ports, feed),
          ...[deadLettersProbeOf(ports, feed)].filter((probe) => isDue(probe)),
        ])
      : [],
    pace: (now) => {
      const pace = observePace([...seen.values()], now, config.schedule.everyMinutes);
      return pace ? [pace] : [];
    },
  };
};

/** Rows that wait for Clay, by feed: as seen when the run looked. */
export const waitingIn = (seen: ReadonlyMap<string, RelaySeen>): Readonly<Record<string, number>> =>
  Object.fromEntries(
    [...seen.values()].flatMap(({ feed, depth }) =>
      depth ? [[feed, depth.waiting + depth.inFlight + depth.delayed] as const] : [],
    ),
  );

/** Where rows go once this run has done what it did; what cannot be read again is as it was seen. */
export const controlsAfter = async (
  seen: ReadonlyMap<string, RelaySeen>,
  ports: RelayPorts | undefined,
  { done }: Pick<RemediationReport, 'done'>,
): Promise<readonly FeedControl[]> => {
  const changed = new Set(done.flatMap(({ feed, steps }) => (steps.length > 0 ? [feed] : [])));
  return Promise.all(
    [...seen.values()].map(({ feed, control }) =>
      ports && changed.has(feed) ? ports.controlStore.load(feed).catch(() => control) : control,
    ),
  );
};

const NOTHING: RemediationReport = { done: [], failures: [] };

/** Incidents that something may be done about: those that concern somebody, and those that hold a feed. */
const incidentsFor = async (
  store: IncidentStore,
  changes: readonly IncidentChange[],
  controls: readonly FeedControl[],
): Promise<readonly Incident[]> => {
  const changed = changes.map(({ incident }) => incident);
  const active = await store.active();
  // What was just written may not be listed yet.
  const known = [...changed, ...active.filter((one) => !changed.some((other) => sameKey(one, other)))];
  const holding = controls.flatMap(({ holds }) =>
    holds.flatMap(({ kind, cause, subject }) =>
      kind === 'cause' && cause !== undefined && subject !== undefined ? [{ cause, subject }] : [],
    ),
  );
  const missing = holding.filter((key) => !known.some((incident) => sameKey(incident, key)));
  const more = await Promise.all(missing.map(({ cause, subject }) => store.current(cause, subject)));
  return [...known, ...more.filter((incident) => incident !== null)];
};

export interface RemediateContext {
  readonly config: Config;
  readonly ports: RelayPorts | undefined;
  readonly incidentStore: IncidentStore;
  readonly clock: Clock;
  readonly seen: ReadonlyMap<string, RelaySeen>;
  readonly snapshots: Snapshots;
  /** As recorded: what is tentative is not in it. */
  readonly diagnosis: Pick<Diagnosis, 'verdicts'>;
  readonly changes: readonly IncidentChange[];
}

/** Does what the incidents ask for, for the feeds whose relay could be read. */
export const remediate = async (context: RemediateContext): Promise<RemediationReport> => {
  const { config, ports, incidentStore, clock, seen, snapshots, diagnosis, changes } = context;
  if (!ports || seen.size === 0) return NOTHING;
  const relays = [...seen.values()];
  const incidents = await incidentsFor(
    incidentStore,
    changes,
    relays.map(({ control }) => control),
  );
  const actions = decideRemediation({
    config,
    incidents,
    verdicts: diagnosis.verdicts,
    feeds: relays.map(({ feed, control, depth }) => ({
      control,
      waiting: depth && depth.waiting + depth.inFlight + depth.delayed,
      snapshot: snapshots.get(feed) ?? null,
    })),
    now: clock.now(),
  });
  return performRemediation(actions, {
    controlStore: ports.controlStore,
    incidentStore,
    clock,
    trickleRows: config.relay.trickle.rows,
  });
};
