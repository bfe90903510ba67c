import { isoInstant } from '../../shared/clock.ts';
import type { Config } from '../../shared/config/schema.ts';
import { ClaywatchError } from '../../shared/errors.ts';
import { drillEndsAt } from '../../shared/incident/drill.ts';
import type { Incident } from '../../shared/incident/incident.ts';
import type { IncidentStore } from '../../shared/incident/store.ts';
import {
  type DrillAsked,
  type DrillPlan,
  endDrill,
  planDrill,
  runningDrill,
  startDrill,
} from '../../shared/operate/drill.ts';
import { failOver, plannedFailover, type Rotation } from '../../shared/operate/failover.ts';
import { holdFeed, planResume, type ResumePlan, resumeFeed } from '../../shared/operate/hold.ts';
import type {
  DrillEndResponse,
  DrillResponse,
  FailoverResponse,
  HoldResponse,
  ReplayPlanResponse,
  ReplayResponse,
  ResumeResponse,
  SilenceEndResponse,
  SilenceResponse,
} from '../../shared/operate/operate-shape.ts';
import { failoverView, holdView, replayPlanView } from '../../shared/operate/operate-view.ts';
import { relayedFeed } from '../../shared/operate/relayed-feed.ts';
import {
  coveredBy,
  endSilence,
  putSilence,
  type SilenceAsked,
  silenceId,
  silenceOf,
} from '../../shared/operate/silence.ts';
import type { ReplayStarter } from '../../shared/replay/carry-on.ts';
import type { ReplayJob } from '../../shared/replay/job.ts';
import { planReplay, type ReplayPlan } from '../../shared/replay/plan.ts';
import type { PlanPorts, RunPorts } from '../../shared/replay/ports.ts';
import { replayRequest } from '../../shared/replay/request.ts';
import { jobOf, noteResumed, resumable, storeReplay } from '../../shared/replay/run.ts';
import { reasonWords } from '../../shared/replay/words.ts';
import { replayOf } from '../../shared/report/replays.ts';
import { silencesOf } from '../../shared/report/silences.ts';
import type { Silence, SilenceStore } from '../../shared/silence/silence.ts';
import type { Body, Operation } from './request.ts';

/** What a replay is planned from, and begun with. */
export type ReplayPorts = PlanPorts & Pick<RunPorts, 'jobs'> & { readonly starter: ReplayStarter };

export interface OperationPorts {
  readonly config: Config;
  readonly clock: RunPorts['clock'];
  readonly controls: RunPorts['controls'];
  readonly rows: PlanPorts['rows'];
  readonly incidents: IncidentStore;
  readonly silences: SilenceStore;
  /** Made at the first need: it takes the key that seals rows. */
  readonly replays: () => Promise<ReplayPorts>;
  /** 53 random bits, 0 to below 1. */
  readonly random: () => number;
}

/** Who asks for what. */
export interface Asked<O extends Operation> {
  readonly body: Body<O>;
  /** What the path names; empty where it names none. */
  readonly name: string;
  /** As histories keep it. */
  readonly by: string;
}

type Answer = Readonly<Record<string, unknown>>;

/**
 * An operation in two steps. `prepare` looks, and refuses by throwing: it gives what is about to be done, named so that
 * it can be repeated, or the answer where there is nothing to do. `enact` does it; it may be repeated.
 */
export interface Deed<Intent> {
  prepare(): Promise<{ readonly intent: Intent } | { readonly answer: Answer }>;
  enact(intent: Intent): Promise<Answer>;
}

type Perform<O extends Operation, Intent> = (ports: OperationPorts, asked: Asked<O>) => Deed<Intent>;

const millis = (instant: string | undefined): number | undefined =>
  instant === undefined ? undefined : Date.parse(instant);
const hex = (random: () => number): string =>
  Array.from({ length: 8 }, () => Math.floor(random() * 16).toString(16)).join('');

const hold: Perform<'hold', { readonly at: number }> = (ports, { body, name, by }) => {
  const { config, clock, controls } = ports;
  const { feed } = relayedFeed(config, name);
  const answerOf = async (at: number): Promise<Answer> => {
    const { reason, dry_run: dryRun } = body;
    const done = await holdFeed(controls, feed, { at, by, reason, dryRun });
    const { outcome, holds } = done;
    return { at: isoInstant(clock.now()), feed, outcome, holds: holds.map(holdView) } satisfies HoldResponse;
  };
  return {
    prepare: async () =>
      body.dry_run ? { answer: await answerOf(clock.now()) } : { intent: { at: clock.now() } },
    enact: ({ at }) => answerOf(at),
  };
};

const resume: Perform<'resume', { readonly at: number; readonly released: ResumePlan['released'] }> = (
  { config, clock, controls },
  { body, name, by },
) => {
  const { feed } = relayedFeed(config, name);
  const { rows: trickleRows } = config.relay.trickle;
  const answerOf = (
    outcome: ResumeResponse['outcome'],
    released: ResumePlan['released'],
    holds: ResumePlan['kept'],
  ): Answer =>
    ({
      ...{ at: isoInstant(clock.now()), feed, outcome },
      released: released.map(holdView),
      holds: holds.map(holdView),
      trickle_rows: trickleRows,
    }) satisfies ResumeResponse;
  return {
    prepare: async () => {
      const seen = await controls.load(feed);
      const { released } = planResume(seen, body.all);
      if (released.length === 0) return { answer: answerOf('nothing-released', [], seen.holds) };
      if (body.dry_run) return { answer: answerOf('dry-run', released, seen.holds) };
      return { intent: { at: clock.now(), released } };
    },
    enact: async ({ at, released }) => {
      const after = await resumeFeed(controls, feed, { released }, { at, by, trickleRows });
      return answerOf('released', released, after.holds);
    },
  };
};

const failover: Perform<'failover', { readonly at: number; readonly plan: Rotation }> = (
  { config, clock, controls, rows },
  { body, name, by },
) => {
  const relayed = relayedFeed(config, name);
  const { feed } = relayed;
  const answerOf = (outcome: FailoverResponse['outcome'], plan: Parameters<typeof failoverView>[0]): Answer =>
    ({ at: isoInstant(clock.now()), feed, outcome, ...failoverView(plan) }) satisfies FailoverResponse;
  return {
    prepare: async () => {
      const plan = await plannedFailover(relayed, { controls, rows }, body.to);
      if (plan.kind === 'already') return { answer: answerOf('already', plan) };
      return body.dry_run ? { answer: answerOf('dry-run', plan) } : { intent: { at: clock.now(), plan } };
    },
    enact: async ({ at, plan }) => {
      await failOver(relayed, plan, { at, by }, { controls });
      return answerOf('rotated', plan);
    },
  };
};

const planFor = async (
  { config, clock, replays }: OperationPorts,
  { body, name }: Asked<'replayPlan' | 'replay'>,
): Promise<ReplayPlan> => {
  const { feed } = relayedFeed(config, name);
  const { source, since, until, limit, fault } = body;
  const [from, to] = [millis(since), millis(until)];
  if (from !== undefined && to !== undefined && from >= to)
    throw new ClaywatchError('usage.invalid', '`since` is not before `until`.', 'Look at both times.');
  const request = replayRequest(config, { feed, source, since: from, until: to, limit, fault }, clock.now());
  return planReplay(config, request, await replays());
};

const replayPlan: Perform<'replayPlan', never> = (ports, asked) => ({
  prepare: async () => {
    const plan = replayPlanView(await planFor(ports, asked));
    return {
      answer: { at: isoInstant(ports.clock.now()), plan } satisfies ReplayPlanResponse,
    };
  },
  enact: () => Promise.reject(new RangeError('a plan changes nothing')),
});

/** Only what was seen is begun. */
const refuseReplay = (plan: ReplayPlan, confirm: number): void => {
  const refuse = (why: string, remedy: string) => {
    throw new ClaywatchError('relay.refused', why, remedy);
  };
  if (plan.verdict === 'nothing') refuse('There is nothing to send again.', 'Look at another source.');
  if (plan.verdict === 'refuse')
    refuse(plan.reasons.map((reason) => reasonWords(reason, plan)).join(' '), 'Look at the plan.');
  if (plan.rows !== confirm)
    refuse(
      `The plan has changed: it is ${plan.rows} rows now, and ${confirm} were confirmed.`,
      'Look at the plan once more, and confirm that.',
    );
};

const replayAnswer = (ports: OperationPorts, outcome: ReplayResponse['outcome'], job: ReplayJob): Answer =>
  ({ at: isoInstant(ports.clock.now()), outcome, replay: replayOf(job) }) satisfies ReplayResponse;

/** The version under which a new job is stored. */
const FIRST = 1;

const replay: Perform<'replay', { readonly job: ReplayJob }> = (ports, asked) => ({
  prepare: async () => {
    const plan = await planFor(ports, asked);
    refuseReplay(plan, asked.body.confirm);
    return { intent: { job: jobOf(plan, asked.by, ports) } };
  },
  enact: async ({ job }) => {
    const { jobs, starter } = await ports.replays();
    const stored = await storeReplay(job, { ...ports, jobs });
    // Should it be under way already, whoever hears of it once more leaves it alone.
    await starter.start({ job: job.id, after: FIRST });
    return replayAnswer(ports, 'started', stored);
  },
});

const replayResume: Perform<'replayResume', { readonly at: number; readonly job: ReplayJob }> = (
  ports,
  { name, by },
) => ({
  prepare: async () => {
    const { jobs } = await ports.replays();
    return { intent: { at: ports.clock.now(), job: await resumable(name, { ...ports, jobs }) } };
  },
  enact: async ({ at, job }) => {
    const { jobs, starter } = await ports.replays();
    await noteResumed(job, { at, by }, ports);
    await starter.start({ job: job.id, after: job.version });
    return replayAnswer(ports, 'resumed', (await jobs.load(job.id)) ?? job);
  },
});

const silence: Perform<'silence', { readonly silence: Silence }> = (
  { config, clock, incidents, silences, random },
  { body, by },
) => {
  const make = (): Silence => {
    const now = clock.now();
    const { kind, reason, from, to, match } = body;
    const { everything, at_most: atMost, ...rest } = match;
    const asked: SilenceAsked = {
      ...{ kind, reason, by, everything },
      from: millis(from) ?? now,
      to: Date.parse(to),
      match: { ...rest, atMost },
    };
    return silenceOf(asked, config, { id: silenceId(hex(random)), now });
  };
  const answerOf = async (made: Silence, outcome: SilenceResponse['outcome']): Promise<Answer> => {
    const now = clock.now();
    const [shown] = silencesOf([made], now).silences;
    if (!shown) throw new RangeError('a silence is shown');
    const covered = coveredBy(made, await incidents.active(), config);
    return {
      ...{ at: isoInstant(now), outcome, silence: shown },
      covers: covered.map(({ id }) => id),
    } satisfies SilenceResponse;
  };
  return {
    prepare: async () => {
      const made = make();
      return body.dry_run ? { answer: await answerOf(made, 'dry-run') } : { intent: { silence: made } };
    },
    enact: async ({ silence: made }) => {
      if ((await putSilence(silences, made)) === 'taken') throw new Error('another silence has its id');
      return answerOf(made, 'made');
    },
  };
};

const silenceEnd: Perform<'silenceEnd', { readonly at: number }> = ({ clock, silences }, { name }) => ({
  prepare: async () => ({ intent: { at: clock.now() } }),
  enact: async ({ at }) => {
    await endSilence(silences, name, at);
    return { at: isoInstant(clock.now()), outcome: 'ended', id: name } satisfies SilenceEndResponse;
  },
});

const withheldBy = ({ silence: held }: DrillPlan): readonly string[] =>
  held === null ? [] : [`The silence ${held.id} holds its messages back.`];

const drill: Perform<
  'drill',
  { readonly at: number; readonly plan: Pick<DrillResponse, 'told' | 'cautions'> }
> = (ports, { body, by }) => {
  const { config, clock } = ports;
  const { severity, minutes, force } = body;
  const asked: DrillAsked = { severity, minutes, force, by };
  const answerOf = (plan: Pick<DrillResponse, 'told' | 'cautions'>, drilled: Incident | null): Answer =>
    ({
      at: isoInstant(clock.now()),
      outcome: drilled ? 'started' : 'dry-run',
      ...{ severity, minutes, ...plan },
      incident: drilled?.id ?? null,
      ends_at: drilled && isoInstant(drillEndsAt(drilled)),
    }) satisfies DrillResponse;
  return {
    prepare: async () => {
      const at = clock.now();
      const planned = await planDrill(asked, config, ports, at);
      const plan = { told: [...planned.told], cautions: [...withheldBy(planned)] };
      return body.dry_run ? { answer: answerOf(plan, null) } : { intent: { at, plan } };
    },
    enact: async ({ at, plan }) => answerOf(plan, await startDrill(asked, config, ports, at)),
  };
};

type DrillName = Pick<Incident, 'id' | 'cause' | 'subject'>;

const drillEnd: Perform<'drillEnd', { readonly at: number; readonly drill: DrillName }> = (
  ports,
  { by },
) => ({
  prepare: async () => {
    const { id, cause, subject } = await runningDrill(ports);
    return { intent: { at: ports.clock.now(), drill: { id, cause, subject } } };
  },
  enact: async ({ at, drill: running }) => {
    await endDrill(running, by, ports.config, ports, at);
    return {
      at: isoInstant(ports.clock.now()),
      outcome: 'ended',
      incident: running.id,
    } satisfies DrillEndResponse;
  },
});

/** What each operation does. */
export const OPERATIONS = {
  hold,
  resume,
  failover,
  replayPlan,
  replay,
  replayResume,
  silence,
  silenceEnd,
  drill,
  drillEnd,
} as const;
