import type { FaultName } from '../../local/clay/faults/catalogue.ts';
import type { Incident, Transition } from '../../shared/incident/incident.ts';
import { isSilent } from '../../shared/observe/findings.ts';
import type { Severity } from '../../shared/severity.ts';
import {
  createWorld,
  type Delivered,
  RELAY_CLAY,
  RELAY_CONFIG,
  ROWS_CLAY,
  ROWS_CONFIG,
  START,
  type World,
} from '../support/world.ts';
import type { Drill, ExpectedIncident, Step } from './drill.ts';
import { judgeRelay, type RelayOutcome } from './relay-answer.ts';
import { REMINDERS, reminderProblems, type Told } from './reminders.ts';

const MINUTE = 60_000;
/** Steps take place this long after a minute's run was due. */
const AFTER_RUN_MS = 15_000;

/** What came of one incident. */
export interface DrillIncident {
  readonly cause: string;
  readonly subject: string;
  readonly severity: Severity;
  readonly notifiedAfterSeconds: number | null;
  /** Until the first message of its most urgent severity. */
  readonly urgentAfterSeconds: number | null;
  readonly summary: string;
  readonly resolvedAfterSeconds: number | null;
  readonly messages: readonly Transition[];
  /** Those that remind people of an incident that nobody took, as they should be. */
  readonly reminderProblems: readonly string[];
  /** Who was paged by name. */
  readonly paged: readonly string[];
  readonly sms: number;
}

export interface DrillResult {
  readonly name: string;
  readonly title: string;
  readonly passed: boolean;
  /** Each one sentence; empty when passed. */
  readonly problems: readonly string[];
  readonly simulatedMinutes: number;
  readonly incidents: readonly DrillIncident[];
  readonly falseAlarms: readonly string[];
  /** What became of the rows; null where none were relayed. */
  readonly relay: RelayOutcome | null;
  /** Failures that passed by themselves, within their run or with the next, and opened nothing. */
  readonly riddenOut: number;
}

const many = <T>(value: T | readonly T[]): readonly T[] => (Array.isArray(value) ? value : [value as T]);
const keyOf = ({ cause, subject }: { cause: string; subject: string }) => `${cause} ${subject}`;

const take = async (world: World, step: Step): Promise<void> => {
  if (step.off === 'all') world.clay.faults.clear();
  else for (const name of many(step.off ?? [])) world.clay.faults.off(name as FaultName);
  for (const name of many(step.on ?? [])) world.clay.faults.on(name as FaultName, step.params as never);
  await step.act?.run(world);
};

const startOf = ({ startsAt = START }: Drill): number => startsAt;

/** The moment at which the fault behind an expectation began, and the one at which it ended. */
const spanOf = (drill: Drill, { beginsAt, endsAt }: ExpectedIncident): { begin: number; end: number } => {
  const at = (minute: number) => startOf(drill) + minute * MINUTE + AFTER_RUN_MS;
  return {
    begin: at(beginsAt ?? drill.steps[0]?.minute ?? 0),
    end: at(endsAt ?? drill.steps.at(-1)?.minute ?? 0),
  };
};

const seconds = (ms: number) => Math.round(ms / 1_000);

const toldOf = ({ at, notification: { attributes } }: Delivered): Told => ({
  at,
  transition: attributes.transition as Transition,
  severity: attributes.severity as Severity,
});

const outcomeOf = (drill: Drill, incident: Incident, world: World): DrillIncident => {
  const { delivered, paged } = world;
  const expected = drill.expect.find((one) => keyOf(one) === keyOf(incident));
  const { begin, end } = expected ? spanOf(drill, expected) : { begin: startOf(drill), end: startOf(drill) };
  const isAboutIt = ({ notification }: Pick<Delivered, 'notification'>) =>
    [notification.id, ...(notification.covers ?? [])].some((id) => id.startsWith(`${incident.id}:`));
  const messages = delivered.filter(isAboutIt);
  const first = messages[0];
  const urgent = messages.find(
    ({ notification }) => notification.attributes.severity === incident.peakSeverity,
  );
  return {
    cause: incident.cause,
    subject: incident.subject,
    severity: incident.peakSeverity,
    notifiedAfterSeconds: first ? seconds(first.at - begin) : null,
    urgentAfterSeconds: urgent ? seconds(urgent.at - begin) : null,
    summary: incident.summary,
    resolvedAfterSeconds: incident.resolvedAt === undefined ? null : seconds(incident.resolvedAt - end),
    messages: messages.map(({ notification }) => notification.attributes.transition as Transition),
    reminderProblems: reminderProblems(messages.map(toldOf), world.clock.now()),
    paged: paged.filter(isAboutIt).map(({ person }) => person),
    sms: messages.filter(({ to }) => to.includes('sms')).length,
  };
};

const within = (label: string, actual: number | null, limit: number | null): string[] => {
  if (limit === null) return actual === null ? [] : [`${label} after ${actual} s, but should not be`];
  if (actual === null) return [`never ${label}`];
  if (actual < 0) return [`${label} ${-actual} s too early`];
  return actual <= limit ? [] : [`${label} after ${actual} s, later than ${limit} s`];
};

const compareMessages = ({ messages, all }: ExpectedIncident, actual: DrillIncident): readonly string[] => {
  const course = all ? actual.messages : actual.messages.filter((transition) => !REMINDERS.has(transition));
  const right = all ?? messages;
  return [
    ...(course.join() === right.join()
      ? []
      : [`sent ${course.join(', ') || 'nothing'}, not ${right.join(', ') || 'nothing'}`]),
    ...(all ? [] : actual.reminderProblems),
  ];
};

const compare = (expected: ExpectedIncident, found: readonly DrillIncident[]): string[] => {
  const matches = found.filter((one) => keyOf(one) === keyOf(expected));
  const [actual] = matches;
  if (!actual) return [`${keyOf(expected)} was not opened`];
  return [
    ...(matches.length > 1 ? [`opened ${matches.length} times`] : []),
    ...(actual.severity === expected.severity
      ? []
      : [`severity ${actual.severity}, not ${expected.severity}`]),
    ...within('notified', actual.notifiedAfterSeconds, expected.notifiedWithinSeconds),
    ...(expected.urgentWithinSeconds === undefined
      ? []
      : within('most urgent', actual.urgentAfterSeconds, expected.urgentWithinSeconds)),
    ...(expected.says === undefined || expected.says.test(actual.summary)
      ? []
      : [`says "${actual.summary}"`]),
    ...within('resolved', actual.resolvedAfterSeconds, expected.resolvedWithinSeconds),
    ...compareMessages(expected, actual),
    ...(expected.paged === undefined || expected.paged.join() === actual.paged.join()
      ? []
      : [`paged ${actual.paged.join(', ') || 'nobody'}, not ${expected.paged.join(', ')}`]),
    ...(expected.severity === 'P1' && expected.notifiedWithinSeconds !== null && actual.sms === 0
      ? ['no SMS for a P1']
      : []),
  ].map((problem) => `${keyOf(expected)}: ${problem}`);
};

const failuresSeen = (world: World): number =>
  world.reports
    .flatMap(({ observations }) => observations)
    .filter((seen) => (seen.outcome !== 'ok' && !isSilent(seen)) || 'firstFailure' in seen.facts).length;

/** Plays a drill to its end in virtual time, and holds what came of it against what should have. */
export const runDrill = async (drill: Drill): Promise<DrillResult> => {
  const [config, workspace] = drill.relay ? [RELAY_CONFIG, RELAY_CLAY] : [ROWS_CONFIG, ROWS_CLAY];
  const world = createWorld({
    ...(drill.traffic ? { config, traffic: drill.traffic } : {}),
    ...(drill.config ? { config: drill.config } : {}),
    ...(drill.traffic || drill.clay ? { clay: { ...(drill.traffic ? workspace : {}), ...drill.clay } } : {}),
    ...(drill.relay ? { relay: true } : {}),
    ...(drill.rotating ? { columns: drill.rotating } : {}),
    ...(drill.seed === undefined ? {} : { seed: drill.seed }),
    startsAt: startOf(drill),
  });
  for (let minute = 0; minute < drill.minutes; minute += 1) {
    if (world.slot() <= startOf(drill) + minute * MINUTE) await world.tick();
    await world.clock.advance(
      Math.max(0, startOf(drill) + minute * MINUTE + AFTER_RUN_MS - world.clock.now()),
    );
    for (const step of drill.steps.filter((one) => one.minute === minute)) await take(world, step);
  }
  const found = await world.incidents();
  const relay = await judgeRelay(drill, world, found);
  const incidents = found.map((incident) => outcomeOf(drill, incident, world));
  const expected = new Set(drill.expect.map(keyOf));
  const falseAlarms = incidents.filter((one) => !expected.has(keyOf(one))).map(keyOf);
  const problems = [
    ...drill.expect.flatMap((one) => compare(one, incidents)),
    ...falseAlarms.map((key) => `false alarm: ${key}`),
    ...(relay?.problems ?? []),
    ...[...new Set(world.rotating?.refused)].map((column) => `${column} was refused`),
  ];
  return {
    name: drill.name,
    title: drill.title,
    passed: problems.length === 0,
    problems,
    simulatedMinutes: drill.minutes,
    incidents,
    falseAlarms,
    relay: relay?.outcome ?? null,
    riddenOut: incidents.length > 0 ? 0 : failuresSeen(world),
  };
};
