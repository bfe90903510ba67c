import type { Incident } from '../../shared/incident/incident.ts';
import { START, type World } from '../support/world.ts';
import type { Drill, RelayAnswer } from './drill.ts';

const MINUTE = 60_000;
const FEED = 'leads';
/** Steps take place this long after a minute's run was due. */
const AFTER_RUN_MS = 15_000;
/** Rows that came so lately may still wait. */
const LATELY_MS = 2 * MINUTE;

/** What became of the rows of a drill. */
export interface RelayOutcome {
  readonly taken: number;
  readonly atClay: number;
  /** Copies beyond the first. */
  readonly duplicates: number;
  readonly waiting: number;
  readonly setAside: number;
  readonly lost: number;
}

const secondsFrom = (from: number, at: number): number => Math.round((at - from) / 1_000);

const timing = (
  drill: Drill,
  { heldWithinSeconds, flowsWithinSeconds }: RelayAnswer,
  control: Awaited<ReturnType<NonNullable<World['relay']>['controlStore']['load']>>,
): string[] => {
  const begin = START + (drill.steps[0]?.minute ?? 0) * MINUTE + AFTER_RUN_MS;
  const end = START + (drill.steps.at(-1)?.minute ?? 0) * MINUTE + AFTER_RUN_MS;
  const holds = control.history.filter(({ kind, at }) => kind === 'hold' && at >= begin);
  const first = holds.at(-1);
  const problems: string[] = [];
  if (heldWithinSeconds === null && first)
    problems.push(`held, although nothing asked for it: ${first.text}`);
  if (typeof heldWithinSeconds === 'number') {
    const after = first && secondsFrom(begin, first.at);
    if (after === undefined) problems.push('rows were never held');
    else if (after > heldWithinSeconds)
      problems.push(`rows held after ${after} s, later than ${heldWithinSeconds} s`);
  }
  if (flowsWithinSeconds !== undefined) {
    const last = control.history.find(({ kind }) => kind === 'release');
    const after = last && secondsFrom(end, last.at);
    if (control.holds.length > 0)
      problems.push(`still held: ${control.holds.map(({ why }) => why).join(' ')}`);
    else if (after === undefined) problems.push('nothing was ever let go');
    else if (after > flowsWithinSeconds)
      problems.push(`rows let go after ${after} s, later than ${flowsWithinSeconds} s`);
  }
  return problems;
};

const judge = (answer: RelayAnswer, outcome: RelayOutcome, late: number, active: string | null): string[] => [
  ...(outcome.lost > 0 ? [`${outcome.lost} rows lost`] : []),
  ...(outcome.taken === 0 ? ['no rows were taken'] : []),
  ...(outcome.duplicates > (answer.duplicates ?? 0) ? [`${outcome.duplicates} rows twice at Clay`] : []),
  ...(answer.waits || late === 0 ? [] : [`${late} rows still wait`]),
  ...(answer.waits && late === 0 ? ['no row waits, although some should'] : []),
  ...(answer.active !== undefined && active !== answer.active
    ? [`rows go to ${active}, not ${answer.active}`]
    : []),
];

/** Holds what became of the rows against what should have. */
export const judgeRelay = async (
  drill: Drill,
  world: World,
  incidents: readonly Incident[],
): Promise<{ readonly outcome: RelayOutcome; readonly problems: readonly string[] } | null> => {
  const { relay: answer } = drill;
  if (!answer || !world.relay) return null;
  const { relay, clay, clock } = world;
  const atClay = clay.accepted().map(({ rowId }) => rowId);
  const here = new Set(atClay);
  const queued = relay.queue.rows(FEED);
  const waiting = queued.filter(({ id }) => !here.has(id));
  const { letters } = await relay.deadLetters.list(FEED, { limit: 10_000 });
  const known = new Set([
    ...here,
    ...waiting.map(({ id }) => id),
    ...letters.flatMap(({ row }) => row?.id ?? []),
  ]);
  const outcome: RelayOutcome = {
    taken: relay.taken.length,
    atClay: here.size,
    duplicates: atClay.length - here.size,
    waiting: waiting.length,
    setAside: letters.length,
    lost: relay.taken.filter((id) => !known.has(id)).length,
  };
  const late = waiting.filter(({ takenAt }) => takenAt < clock.now() - LATELY_MS).length;
  const control = await relay.controlStore.load(FEED);
  const over = clay
    .state()
    .webhooks.filter(({ accepted, limit }) => limit !== null && accepted > limit)
    .map(({ id }) => `${id} is over its limit`);
  const said = incidents.flatMap(({ timeline }) =>
    timeline.filter(({ kind }) => kind === 'action' || kind === 'proposed').map(({ text }) => text),
  );
  const unsaid = (answer.did ?? []).filter((words) => !said.some((text) => words.test(text)));
  return {
    outcome,
    problems: [
      ...judge(answer, outcome, late, control.active),
      ...over,
      ...timing(drill, answer, control),
      ...unsaid.map((words) => `no timeline says ${words}, but: ${said.join(' | ') || 'nothing'}`),
      ...relay.faults
        .filter((fault) => !answer.faults?.test(fault))
        .map((fault) => `the forwarder met a fault: ${fault}`),
    ].map((problem) => `relay: ${problem}`),
  };
};
