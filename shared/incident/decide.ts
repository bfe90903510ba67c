import type { Cause } from '../cause.ts';
import type { Evidence, Verdict } from '../diagnose/verdict.ts';
import { compareSeverity } from '../severity.ts';
import { nextFlap, owe, type Turn } from './belief.ts';
import { bound, clip, LIMITS } from './bounds.ts';
import { nextUpdateAt, respondBy } from './deadlines.ts';
import { findingsOf, mergeEvidence, newestAt, novelEvidence, sayTheSame } from './evidence.ts';
import { incidentId } from './id.ts';
import { type Incident, isOpen, type TimelineEntry, type Transition } from './incident.ts';
import type { IncidentPolicy } from './policy.ts';

/** What the diagnosis says of one cause and subject. */
export type IncidentFact =
  | {
      /** In force, and nothing explains it. */
      readonly kind: 'verdict';
      readonly verdict: Verdict;
      /** First seen failing, epoch ms. */
      readonly detectedAt: number;
      /** Verdicts in force that this one explains: noted on its timeline. */
      readonly effects?: readonly Verdict[];
    }
  | {
      /** In force, and explained by `verdict.hiddenBy`: opens nothing, and holds back what an open one owes. */
      readonly kind: 'hidden';
      readonly verdict: Verdict;
      readonly detectedAt: number;
    }
  | {
      /** Positively seen not to hold. The only thing that resolves. */
      readonly kind: 'cleared';
      readonly evidence: readonly Evidence[];
    }
  /** What explained it is over, and nothing new is known of the incident itself. */
  | { readonly kind: 'upstream-over' };

export interface IncidentKey {
  readonly cause: Cause;
  readonly subject: string;
}

/** `now` is the clock's; `at` is the incident's time, which never goes back. */
interface Moment {
  readonly now: number;
  readonly at: number;
  readonly policy: IncidentPolicy;
}

type VerdictFact = Extract<IncidentFact, { kind: 'verdict' }>;

const minutes = (ms: number): string => `${Math.max(0, Math.round(ms / 60_000))} min`;
const named = ({ cause, subject }: IncidentKey): string => `${cause} (${subject})`;
const note = (at: number, kind: TimelineEntry['kind'], text: string): TimelineEntry => ({
  at,
  kind,
  text: clip(text),
});

/** The next version, with its times. */
const advance = (current: Incident, at: number, entries: readonly TimelineEntry[]): Incident => ({
  ...current,
  updatedAt: at,
  version: current.version + 1,
  timeline: [...current.timeline, ...entries],
});

/** Like `advance`, for a turn that people may have to hear of. */
const turn = (
  current: Incident,
  change: Partial<Incident>,
  how: Turn,
  entries: readonly TimelineEntry[],
  { at, now, policy }: Moment,
): Incident => {
  const { flap: before, ...rest } = advance(current, at, entries);
  const flap = nextFlap(before, how, at, policy);
  return owe({ ...rest, ...(flap && { flap }), ...change }, at, now, policy);
};

const open = (key: IncidentKey, fact: VerdictFact, { at, now, policy }: Moment): Incident => {
  const { severity } = fact.verdict;
  const findings = findingsOf(fact.verdict);
  const incident: Incident = {
    id: incidentId(key.cause, key.subject, at),
    cause: key.cause,
    subject: key.subject,
    status: 'triggered',
    severity,
    peakSeverity: severity,
    detectedAt: Math.min(Math.max(0, fact.detectedAt), at),
    openedAt: at,
    updatedAt: at,
    respondBy: respondBy(severity, at, policy.deadlines),
    nextUpdateAt: nextUpdateAt(severity, at, policy.deadlines),
    reopenings: 0,
    ...findings,
    timeline: [note(at, 'triggered', `Opened as ${severity}: ${findings.summary}`)],
    pending: [],
    deliveries: [],
    version: 1,
  };
  return owe(incident, at, now, policy);
};

const reopen = (resolved: Incident, fact: VerdictFact, moment: Moment): Incident => {
  const { at, policy } = moment;
  const { resolvedAt: _, ...current } = resolved;
  const { severity } = fact.verdict;
  const findings = findingsOf(fact.verdict, current.evidence);
  const reopenings = current.reopenings + 1;
  return turn(
    current,
    {
      ...findings,
      status: 'triggered',
      severity,
      peakSeverity: compareSeverity(severity, current.peakSeverity) < 0 ? severity : current.peakSeverity,
      reopenings,
      respondBy: respondBy(severity, at, policy.deadlines),
      nextUpdateAt: nextUpdateAt(severity, at, policy.deadlines),
    },
    'relapse',
    [note(at, 'reopened', `Opened again (${reopenings}) as ${severity}: ${findings.summary}`)],
    moment,
  );
};

const changeSeverity = (
  current: Incident,
  change: Partial<Incident>,
  { verdict }: VerdictFact,
  entries: readonly TimelineEntry[],
  moment: Moment,
): Incident => {
  const { at, policy } = moment;
  const { severity } = verdict;
  const raised = compareSeverity(severity, current.severity) < 0;
  const newPeak = compareSeverity(severity, current.peakSeverity) < 0;
  const deadline = respondBy(severity, at, policy.deadlines);
  const how: Turn = newPeak ? 'worse' : 'relapse';
  return turn(
    current,
    {
      ...change,
      severity,
      ...(newPeak && { peakSeverity: severity }),
      ...(raised && { respondBy: Math.min(current.respondBy, deadline) }),
      nextUpdateAt: nextUpdateAt(severity, at, policy.deadlines),
    },
    raised ? how : 'better',
    [
      ...entries,
      raised
        ? note(at, 'severity-raised', `Raised from ${current.severity} to ${severity}: ${verdict.summary}`)
        : note(at, 'severity-lowered', `Lowered from ${current.severity} to ${severity}: ${verdict.summary}`),
    ],
    moment,
  );
};

const newEffects = (current: Incident, effects: readonly Verdict[] = []): readonly IncidentKey[] => {
  const known = new Set((current.effects ?? []).map(named));
  return effects
    .filter((effect) => !known.has(named(effect)) && known.add(named(effect)))
    .slice(0, LIMITS.effects - (current.effects?.length ?? 0))
    .map(({ cause, subject }) => ({ cause, subject }));
};

const withEffects = (current: Incident, fact: VerdictFact, at: number): Incident => {
  const effects = newEffects(current, fact.effects);
  if (effects.length === 0) return current;
  return {
    ...current,
    effects: [...(current.effects ?? []), ...effects],
    timeline: [
      ...current.timeline,
      ...effects.map((effect) =>
        note(at, 'effect-hidden', `Explains ${named(effect)}, which is not told on its own`),
      ),
    ],
  };
};

/** Whether an open incident's findings are worth a write although nothing turned. */
const isRefreshDue = (current: Incident, fact: VerdictFact, { at, policy }: Moment): boolean => {
  if (sayTheSame(current, findingsOf(fact.verdict, current.evidence))) return false;
  return at - newestAt(current.evidence, current.updatedAt) >= policy.refreshEveryMs;
};

const update = (current: Incident, fact: VerdictFact, moment: Moment): Incident => {
  const { at } = moment;
  const { verdict } = fact;
  const novel = novelEvidence(current.evidence, verdict.evidence);
  const turned = verdict.severity !== current.severity;
  const unhidden = current.hiddenBy !== undefined;
  const unchanged = !turned && !unhidden && novel.length === 0 && !isRefreshDue(current, fact, moment);
  if (unchanged && newEffects(current, fact.effects).length === 0) return current;

  const { hiddenBy, ...visible } = current;
  const entries = [
    ...(hiddenBy ? [note(at, 'unhidden', `No longer explained by ${named(hiddenBy)}`)] : []),
    ...novel.map((evidence) => note(at, 'evidence', evidence.summary)),
  ];
  const findings = findingsOf(verdict, current.evidence);
  return turned
    ? changeSeverity(visible, findings, fact, entries, moment)
    : { ...advance(visible, at, entries), ...findings };
};

const onVerdict = (
  current: Incident | null,
  key: IncidentKey,
  fact: VerdictFact,
  moment: Moment,
): Incident | null => {
  const { at, policy } = moment;
  if (current && isOpen(current)) {
    const next = update(current, fact, moment);
    return next === current ? current : withEffects(next, fact, at);
  }
  if (fact.verdict.tentative) return current;
  // One that still owes a message is opened again however late: were it replaced, nobody would send the message.
  const isOver =
    current &&
    at - (current.resolvedAt ?? current.updatedAt) > policy.reopenWithinMs &&
    current.pending.length === 0;
  const next = current && !isOver ? reopen(current, fact, moment) : open(key, fact, moment);
  return withEffects(next, fact, at);
};

const onHidden = (
  current: Incident | null,
  { verdict }: { verdict: Verdict },
  at: number,
): Incident | null => {
  const { hiddenBy } = verdict;
  if (!current || !isOpen(current) || !hiddenBy) return current;
  if (current.hiddenBy && named(current.hiddenBy) === named(hiddenBy)) return current;
  const entry = note(at, 'hidden-by-upstream', `Explained by ${named(hiddenBy)}; nothing is sent meanwhile`);
  return { ...advance(current, at, current.hiddenBy ? [] : [entry]), hiddenBy };
};

const onUpstreamOver = (current: Incident | null, at: number): Incident | null => {
  if (!current?.hiddenBy) return current;
  const { hiddenBy, ...visible } = current;
  return advance(visible, at, [note(at, 'unhidden', `${named(hiddenBy)}, which explained it, is over`)]);
};

const onCleared = (
  current: Incident | null,
  { evidence }: { evidence: readonly Evidence[] },
  moment: Moment,
): Incident | null => {
  if (!current || !isOpen(current)) return current;
  const { at } = moment;
  const { hiddenBy: _, ...visible } = current;
  const proof = evidence[0]?.summary ?? 'seen working';
  return turn(
    visible,
    { status: 'resolved', resolvedAt: at, evidence: mergeEvidence(current.evidence, evidence) },
    'better',
    [note(at, 'resolved', `Resolved after ${minutes(at - current.openedAt)}: ${proof}`)],
    moment,
  );
};

/**
 * The incident after a fact; pure. The same reference when nothing is worth a write (only times differ, a repeated
 * hiding, a clearing of what is not open); null when there is none and none is opened.
 *
 * 1. A verdict opens; within the reopening window of a resolved one, or while that still owes a message, it opens
 *    that one again. On an open one it updates severity and findings. A tentative verdict opens nothing.
 * 2. A hidden fact never opens and never notifies. It holds back what an open incident owes; a held message is sent
 *    once the incident is visible again or resolved. Its severity is not looked at until then.
 * 3. Only `cleared` resolves.
 *
 * Times of the incident never go back, whatever the clock does; `dueAt` is the clock's own time, so that a clock that
 * was ahead for a while does not delay messages.
 */
export const decide = (
  current: Incident | null,
  key: IncidentKey,
  fact: IncidentFact,
  policy: IncidentPolicy,
  now: number,
): Incident | null => {
  const at = Math.max(now, current?.updatedAt ?? 0);
  const moment: Moment = { at, now, policy };
  const next = (() => {
    switch (fact.kind) {
      case 'verdict':
        return onVerdict(current, key, fact, moment);
      case 'hidden':
        return onHidden(current, fact, at);
      case 'cleared':
        return onCleared(current, fact, moment);
      case 'upstream-over':
        return onUpstreamOver(current, at);
    }
  })();
  return next === current || next === null ? next : bound(next);
};

/** What a change was, for whoever reports on a run. */
export type ChangeKind = Transition | 'updated' | 'hidden' | 'none';

/** Names the step between two states of one cause and subject; messages may differ while flapping (belief.ts). */
export const changeOf = (before: Incident | null, after: Incident): ChangeKind => {
  if (before === after) return 'none';
  if (!before || before.id !== after.id) return 'triggered';
  if (isOpen(before) !== isOpen(after)) return isOpen(after) ? 'reopened' : 'resolved';
  const difference = compareSeverity(after.severity, before.severity);
  if (difference !== 0) return difference < 0 ? 'severity-raised' : 'severity-lowered';
  return after.hiddenBy && !before.hiddenBy ? 'hidden' : 'updated';
};
