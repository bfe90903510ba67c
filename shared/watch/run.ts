import type { Clock } from '../clock.ts';
import { isoInstant } from '../clock.ts';
import type { Config } from '../config/schema.ts';
import type { SecretReader } from '../config/secret-reference.ts';
import type { CreditStore } from '../credits/store.ts';
import { diagnose } from '../diagnose/diagnose.ts';
import type { Diagnosis } from '../diagnose/verdict.ts';
import type { HttpClient } from '../http/port.ts';
import { believingNone } from '../incident/believing-none.ts';
import { drillsOver, isDrill } from '../incident/drill.ts';
import { type Incident, isOpen } from '../incident/incident.ts';
import { type PassedTime, passTime } from '../incident/pass-time.ts';
import { incidentPolicy } from '../incident/policy.ts';
import { type IncidentChange, recordDiagnosis } from '../incident/record.ts';
import type { IncidentStore } from '../incident/store.ts';
import { type DeliveryDependencies, type DeliveryReport, deliverPending } from '../notify/deliver.ts';
import type { Publisher, RenderNotification } from '../notify/publisher.ts';
import { sampleOf } from '../observe/credits.ts';
import { isUndecided, type ProbeHealth, stepHealth } from '../observe/health.ts';
import { type Observation, observation } from '../observe/observation.ts';
import { observe } from '../observe/observe.ts';
import type { Probe } from '../observe/probe.ts';
import { createProbes } from '../observe/probes/index.ts';
import { sourceProbe } from '../observe/probes/metrics.ts';
import type { RelaySeen } from '../observe/relay/observe-relay.ts';
import { ROTATION } from '../observe/rotation.ts';
import { type Evidence, signalsFromHealth } from '../observe/signals.ts';
import type { EvidenceStore } from '../postmortem/postmortem.ts';
import type { RemediationAction } from '../remediate/action.ts';
import type { RemediationReport } from '../remediate/perform.ts';
import type { RowsLedger } from '../rows/ledger.ts';
import { type FeedSummary, summarize } from '../rows/summary.ts';
import type { Severity } from '../severity.ts';
import { type Acknowledged, acknowledgedSince } from './acknowledged.ts';
import {
  countsWatch,
  createCreditsProbe,
  createFold,
  createRowsProbes,
  feedOfProbe,
  namedByRows,
  rebaseOnLimit,
  type Snapshots,
} from './counts.ts';
import { createMessagesProbe } from './messages.ts';
import { controlsAfter, createRelays, type RelayPorts, remediate, waitingIn } from './relays.ts';
import { remember } from './remember.ts';
import { createRotationProbes, isRotation, type RotationReader } from './rotations.ts';
import type { Ended, WatchState, WatchStore } from './store.ts';
import { createUrlProbes, urlProbesOf } from './urls.ts';
import { normalGapMs, watchedAfter } from './watched.ts';

/** Left out: messages go at once, without links, neither proved nor silenced, thrown together nor sent to single people. */
type WaysToPeople = Pick<DeliveryDependencies, 'proof' | 'silences' | 'pages' | 'throttle' | 'renderFor'>;

export interface WatchDependencies extends WaysToPeople {
  /** Left out: only what the incidents say themselves is kept, and no postmortem is drafted. */
  readonly evidence?: EvidenceStore;
  readonly config: Config;
  readonly clock: Clock;
  readonly http: HttpClient;
  readonly secrets: SecretReader;
  readonly watchStore: WatchStore;
  readonly incidentStore: IncidentStore;
  readonly rowsLedger: Pick<RowsLedger, 'fold' | 'rebase' | 'snapshot'>;
  readonly creditStore: CreditStore;
  readonly publisher: Publisher;
  readonly render: RenderNotification;
  /** Left out where no feed is relayed. */
  readonly relay?: RelayPorts;
  /** How the rotations of secrets ended. Left out where nothing rotates them. */
  readonly rotations?: RotationReader;
}

export interface WatchReport {
  /** The scheduled time of the run, epoch ms. */
  readonly slot: number;
  /**
   * `completed`: all of it was done. `duplicate`: this slot or a later one was done before. `busy`: another run has
   * not finished. `superseded`: another run saved first; incidents and messages were still dealt with.
   */
  readonly result: 'completed' | 'duplicate' | 'busy' | 'superseded';
  readonly observations: readonly Observation[];
  readonly diagnosis: Diagnosis | null;
  readonly changes: readonly IncidentChange[];
  /** What was done about the incidents. */
  readonly actions: readonly RemediationAction[];
  readonly deliveries: DeliveryReport;
  /** The feeds whose rows are counted. */
  readonly feeds: readonly FeedSummary[];
  /** The incidents that somebody first had since the run before, whichever way that was said. */
  readonly acknowledged: readonly Acknowledged[];
  /** How many incidents are open after it; drills are none. */
  readonly open: Readonly<Record<Severity, number>>;
}

const MINUTE = 60_000;
/** Longest look: a hanging probe with its two confirmations takes 13 s by default. */
const OBSERVE_DEADLINE_MS = 22_000;
/** Judging the balance waits for it to be read; what it takes is two calls to the store. */
const CREDITS_DEADLINE_MS = 3_000;
/** How long it is remembered that a cause has ended: as long as it may explain anything. */
const LINGER_MS = 20 * MINUTE;
const MAX_LATELY = 50;
/** A run that has not finished by then has died; its slot may be done again. */
const CLAIM_MS = 30_000;

const NONE_OPEN: Readonly<Record<Severity, number>> = { P1: 0, P2: 0, P3: 0, P4: 0 };

/** Those that were open when the run looked, and what it changed since. */
const openAfter = (
  before: readonly Incident[],
  changes: readonly IncidentChange[],
): Readonly<Record<Severity, number>> => {
  const latest = new Map([...before, ...changes.map(({ incident }) => incident)].map((one) => [one.id, one]));
  const counts = { ...NONE_OPEN };
  for (const incident of latest.values())
    if (isOpen(incident) && !isDrill(incident)) counts[incident.severity] += 1;
  return counts;
};

const idle = (slot: number, result: 'duplicate' | 'busy'): WatchReport => ({
  slot,
  result,
  observations: [],
  diagnosis: null,
  changes: [],
  actions: [],
  deliveries: { delivered: 0, failed: 0, waiting: 0, errors: [] },
  feeds: [],
  acknowledged: [],
  open: NONE_OPEN,
});

/** A canary is a real row (clay-facts): it keeps to its interval even while it fails. */
const isCanary = (probe: Pick<Probe, 'id'>, config: Config): boolean =>
  Object.entries(config.feeds).some(([feed, { webhooks }]) =>
    webhooks.some(({ id, check }) => check === 'canary' && probe.id === `webhook:${feed}/${id}`),
  );

/**
 * Due on every run, or when its own interval has passed. What fails is looked at on every run, so that recovery is
 * seen as soon as it is there; so is a failure, or a recovery, that its threshold has not confirmed yet.
 */
const isDue = (
  probe: Pick<Probe, 'id' | 'everyMinutes'>,
  health: ProbeHealth | undefined,
  now: number,
  config: Config,
): boolean => {
  if (!health || probe.everyMinutes <= config.schedule.everyMinutes || isUndecided(health)) return true;
  if (health.outcome === 'failing' && !isCanary(probe, config)) return true;
  // Schedules jitter: a run a few seconds early must not skip a whole interval.
  return now - health.last.at >= probe.everyMinutes * MINUTE - config.schedule.everyMinutes * (MINUTE / 2);
};

/** "A probe that was due and did not run is itself an observation": so is a run. */
const observeSchedule = (state: WatchState, slot: number, now: number, config: Config): Observation => {
  const gapMs = state.lastSlot === 0 ? 0 : slot - state.lastSlot;
  const missed = gapMs > config.schedule.missedAfterMinutes * MINUTE;
  return observation({
    probe: 'schedule',
    surface: 'schedule',
    subject: 'schedule',
    finding: missed ? 'missed-runs' : 'on-time',
    at: now,
    durationMs: 0,
    summary: missed
      ? `no run between ${isoInstant(state.lastSlot)} and ${isoInstant(slot)}`
      : 'every run that was due took place',
    facts: missed ? { minutesWithoutARun: Math.round(gapMs / MINUTE) } : {},
  });
};

/** A meter that its balance no longer shows (legacy billing) is not watched any more. */
const stillRead = (probe: string, observations: readonly Observation[]): boolean =>
  (probe !== 'clay.credits' && probe !== 'clay.actions') ||
  observations.some((seen) => seen.probe === probe) ||
  !observations.some((seen) => seen.surface === 'clay-balance' && seen.finding === 'readable');

const stepAll = (
  state: WatchState,
  observations: readonly Observation[],
  isWatched: (probe: string) => boolean,
  config: Config,
): Readonly<Record<string, ProbeHealth>> => {
  const next = new Map(
    Object.entries(state.health).filter(([probe]) => isWatched(probe) && stillRead(probe, observations)),
  );
  for (const seen of observations)
    next.set(seen.probe, stepHealth(next.get(seen.probe), seen, config.observe));
  return Object.fromEntries(next);
};

/** Everything that one probe may speak as: the balance probe also reads the two meters, metrics their source. */
const watchedBy = (
  probes: readonly Probe[],
  config: Config,
  observations: readonly Observation[],
): ReadonlySet<string> =>
  new Set([
    'schedule',
    ...probes.flatMap(({ id, surface }) => {
      if (id === 'clay.balance') return [id, 'clay.credits', 'clay.actions'];
      return surface === 'metrics' ? [id, sourceProbe(id)] : [id];
    }),
    ...urlProbesOf(config),
    ...observations.flatMap(({ probe }) => (isRotation(probe) ? [probe] : [])),
  ]);

/** What stands in for something says nothing of whether that is watched, or since when it fails. */
const speaks = ({ kind }: Evidence): boolean => kind !== 'fallback';

/** An incident about something that the configuration no longer names cannot be seen working: say so and close it. */
const noLongerWatched = (
  open: readonly Incident[],
  health: Readonly<Record<string, ProbeHealth>>,
  now: number,
) =>
  open
    .filter(
      (incident) =>
        !isDrill(incident) &&
        incident.evidence.some(speaks) &&
        incident.evidence.filter(speaks).every(({ probe }) => !(probe in health)),
    )
    .map((incident) => ({
      cause: incident.cause,
      subject: incident.subject,
      evidence: [
        {
          probe: 'configuration',
          at: now,
          summary: incident.evidence.some(({ probe }) => namedByRows(probe))
            ? 'No row of the last day names it any more.'
            : 'Nothing in the configuration watches this any more.',
          finding: 'not-watched',
          kind: 'reported' as const,
          facts: {},
        },
      ],
    }));

/** A verdict whose reason has not lasted long enough is shown, and tells nobody yet. */
const settled = (diagnosis: Diagnosis): Diagnosis => ({
  ...diagnosis,
  verdicts: diagnosis.verdicts.filter(({ tentative }) => !tentative),
  hidden: diagnosis.hidden.filter(({ tentative }) => !tentative),
});

/** Throws when something could not be done for some incidents, after everything else was. */
const failWhere = (outcome: PromiseSettledResult<readonly unknown[]>, what: string): void => {
  if (outcome.status === 'rejected') throw outcome.reason;
  if (outcome.value.length > 0)
    throw new AggregateError(outcome.value, `${outcome.value.length} incidents ${what}`);
};

/** What time did; what it could not do, the next run does. */
const changedBy = (passed: PromiseSettledResult<PassedTime>): readonly IncidentChange[] => {
  if (passed.status === 'rejected') throw passed.reason;
  failWhere({ status: 'fulfilled', value: passed.value.failures }, 'could not be looked after');
  return passed.value.changes;
};

type Outcome<T> = PromiseSettledResult<T>;

/** What went wrong so far, for whoever asks later what our own functions did meanwhile. */
const faultsOf = (
  kept: Outcome<unknown>,
  ...others: readonly Outcome<{ readonly failures: readonly unknown[] }>[]
): readonly unknown[] => [
  ...(kept.status === 'rejected' ? [kept.reason] : []),
  ...others.flatMap((one) => (one.status === 'rejected' ? [one.reason] : one.value.failures)),
];

const waysToPeople = ({ renderFor, proof, silences, pages, throttle }: WaysToPeople): WaysToPeople => ({
  ...(renderFor && { renderFor }),
  ...(proof && { proof }),
  ...(silences && { silences }),
  ...(pages && { pages }),
  ...(throttle && { throttle }),
});

interface RunSeen {
  readonly health: Readonly<Record<string, ProbeHealth>>;
  readonly snapshots: Snapshots;
  readonly observations: readonly Observation[];
  readonly relays: ReadonlyMap<string, RelaySeen>;
  readonly lately: readonly Ended[];
  readonly done: readonly RemediationAction[];
  readonly faults: readonly unknown[];
}

/** Keeps what this run saw and did with the incidents, where there is a place for it. */
const rememberRun = async (
  { config, clock, incidentStore, proof, evidence, rowsLedger, creditStore, relay }: WatchDependencies,
  { health, snapshots, observations, relays, lately, done, faults }: RunSeen,
): Promise<readonly unknown[]> =>
  evidence
    ? remember({
        ...{ config, clock, incidentStore, proof, lately, faults },
        stores: { evidence, rows: rowsLedger, credits: creditStore },
        seen: {
          ...{ health, snapshots: [...snapshots.values()], balance: sampleOf(observations) },
          waiting: waitingIn(relays),
          controls: await controlsAfter(relays, relay, { done }),
        },
      })
    : [];

/** What was done; throws when something could not be, after everything else was. The next run decides it again. */
const doneOf = (remedied: PromiseSettledResult<RemediationReport>): readonly RemediationAction[] => {
  if (remedied.status === 'rejected') throw remedied.reason;
  const { done, failures } = remedied.value;
  if (failures.length > 0)
    throw new AggregateError(failures, `${failures.length} actions could not be taken`);
  return done;
};

/**
 * One run of the watch, the spine of the product:
 *
 * 1. claim the slot, so that a repeated or overlapping invocation does no harm;
 * 2. observe: every due probe and the counts of every feed in parallel, whether the schedule itself was kept, then the
 *    balance against its history;
 * 3. step what is held of each probe, and diagnose;
 * 4. record: open, update and resolve incidents, each by one conditional write that holds its messages;
 * 5. save what is held;
 * 6. remediate: hold, fail over and let go the feeds whose rows are relayed, and say so on the incidents;
 * 7. what time does: escalate, hold people to what they promised, end merges that are over;
 * 8. keep what was seen with every incident that changed, and draft the postmortem of those that are over;
 * 9. deliver every message that is owed, those that an earlier crash left included.
 *
 * Safe to kill between any two calls: until step 5 the slot is done again from the same state, and recording the
 * same verdicts again changes nothing; after it, the next run remediates and delivers.
 */
export const createWatch =
  (deps: WatchDependencies) =>
  async (slot: number): Promise<WatchReport> => {
    const { config, clock, watchStore } = deps;
    const incidentStore = believingNone(deps.incidentStore);

    const claim = await watchStore.claim(slot, clock.now(), CLAIM_MS);
    if (claim !== 'claimed') return idle(slot, claim === 'done' ? 'duplicate' : 'busy');

    const state = await watchStore.load();
    const startedAt = clock.now();
    const probes = createProbes(config, { http: deps.http, clock, secrets: deps.secrets, confirm: true });
    const own = createMessagesProbe(config, deps.proof, clock);
    const isProbeDue = (probe: Pick<Probe, 'id' | 'everyMinutes'>) =>
      isDue(probe, state.health[probe.id], startedAt, config);
    const due = probes.filter(isProbeDue);
    const snapshots: Snapshots = new Map();
    const fold = createFold(deps.rowsLedger, clock, snapshots);
    const relays = createRelays({
      config,
      ports: deps.relay,
      clock,
      fold,
      health: state.health,
      isDue: isProbeDue,
    });
    const urls = createUrlProbes(config, deps.secrets, clock, relays.control).filter(isProbeDue);
    const rotations = createRotationProbes(deps.rotations, clock);
    const counts = createRowsProbes(config, clock, fold, relays.control);
    const seen = await observe([...due, ...own, ...urls, ...rotations, ...relays.probes, ...counts], {
      clock,
      deadlineMs: OBSERVE_DEADLINE_MS,
    });
    const credits = createCreditsProbe({
      config,
      store: deps.creditStore,
      clock,
      snapshots,
      seen,
      health: state.health,
      isDue: isProbeDue,
    });
    const observations = [
      observeSchedule(state, slot, startedAt, config),
      ...seen,
      ...relays.pace(clock.now()),
      ...(await observe([credits], { clock, deadlineMs: CREDITS_DEADLINE_MS })),
    ];

    const now = clock.now();
    const watched = watchedBy([...probes, ...own], config, observations);
    const isCounted = countsWatch(config, observations);
    // That they could not be read this time does not mean that there are none any more.
    const areUnread = observations.some(({ probe, finding }) => probe === ROTATION && finding === 'not-run');
    const isWatched = (probe: string) =>
      watched.has(probe) || isCounted(probe) || (areUnread && isRotation(probe));
    const health = stepAll(state, observations, isWatched, config);
    const lately = (state.lately ?? []).filter(({ at }) => at <= now && now - at < LINGER_MS);
    const active = await incidentStore.active();
    const open = active.filter(isOpen);
    const diagnosis = diagnose(
      signalsFromHealth(Object.values(health), now, config.observe.unknownThresholdMinutes * MINUTE),
      {
        now,
        severities: config.severities,
        open,
        lately: lately.map(({ at, ...key }) => ({ ...key, agoMs: now - at })),
        feedOfProbe: feedOfProbe(config),
      },
    );

    const firstSeen = (evidence: readonly Evidence[]): number =>
      Math.min(
        now,
        ...evidence
          .filter(speaks)
          .flatMap(({ probe }) => health[probe]?.firstFailedAt ?? health[probe]?.unknownSince ?? []),
      );
    const inForce = [...diagnosis.verdicts, ...diagnosis.hidden];
    const keep = async () => {
      const changes = await recordDiagnosis(
        {
          ...settled(diagnosis),
          cleared: [...diagnosis.cleared, ...noLongerWatched(open, health, now), ...drillsOver(open, now)],
        },
        {
          detectedAt: ({ cause, subject }) =>
            firstSeen(inForce.find((v) => v.cause === cause && v.subject === subject)?.evidence ?? []),
        },
        { store: incidentStore, policy: incidentPolicy(config), clock },
      );
      const ended = changes
        .filter(({ transition }) => transition === 'resolved')
        .map(({ incident: { cause, subject } }) => ({ cause, subject, at: now }));
      const saved = await watchStore.save({
        lastSlot: slot,
        health,
        lately: [...lately, ...ended].slice(-MAX_LATELY),
        watched: watchedAfter(state.watched, slot, normalGapMs(config)),
        version: state.version + 1,
      });
      return { changes, saved };
    };
    const [kept] = await Promise.allSettled([
      keep(),
      rebaseOnLimit(config, deps.rowsLedger, snapshots, observations, now),
    ]);
    const [remedied] = await Promise.allSettled([
      remediate({
        config,
        ports: deps.relay,
        incidentStore,
        clock,
        seen: relays.seen,
        snapshots,
        diagnosis: settled(diagnosis),
        changes: kept.status === 'fulfilled' ? kept.value.changes : [],
      }),
    ]);
    const [passed] = await Promise.allSettled([
      passTime({ store: incidentStore, policy: incidentPolicy(config), clock }),
    ]);
    const [remembered] = await Promise.allSettled([
      rememberRun(
        { ...deps, incidentStore },
        {
          ...{ health, snapshots, observations, lately },
          relays: relays.seen,
          done: remedied.status === 'fulfilled' ? remedied.value.done : [],
          faults: faultsOf(kept, remedied, passed),
        },
      ),
    ]);
    // One incident that cannot be written must not hold back what is owed for the others.
    const { publisher, render } = deps;
    const deliveries = await deliverPending({
      ...{ store: incidentStore, publisher, render, clock, config },
      ...waysToPeople(deps),
    });
    if (kept.status === 'rejected') throw kept.reason;
    const actions = doneOf(remedied);
    const { saved } = kept.value;
    const changes = [...kept.value.changes, ...changedBy(passed)];
    failWhere(remembered, 'were changed and what was seen was not kept');
    return {
      slot,
      result: saved === 'written' ? 'completed' : 'superseded',
      observations,
      diagnosis,
      changes,
      actions,
      deliveries,
      feeds: [...snapshots].flatMap(([feed, snapshot]) => {
        const settings = config.feeds[feed];
        return settings ? [summarize(snapshot, settings)] : [];
      }),
      acknowledged: acknowledgedSince(active, { from: state.lastSlot, to: slot }),
      open: openAfter(open, changes),
    };
  };
