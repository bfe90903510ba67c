import { describe, expect, it } from 'vitest';
import { configSchema } from '../../shared/config/schema.ts';
import { act, type IncidentCommand } from '../../shared/incident/act.ts';
import { decide, type IncidentFact } from '../../shared/incident/decide.ts';
import { duePending, markDelivered } from '../../shared/incident/deliveries.ts';
import {
  type Actor,
  INCIDENT_STATUSES,
  type Incident,
  isOpen,
  isPage,
} from '../../shared/incident/incident.ts';
import { settleMerge } from '../../shared/incident/merge.ts';
import { incidentPolicy } from '../../shared/incident/policy.ts';
import { assertSuccessor } from '../../shared/incident/store.ts';
import { isTold, tick } from '../../shared/incident/tick.ts';
import type { Severity } from '../../shared/severity.ts';
import {
  DAY,
  HOUR,
  MINUTE,
  NOON,
  OUTAGE,
  opened,
  recovered,
  resolved,
  verdict,
  WEBHOOK,
} from './fixtures.ts';

/*
 * Every state that an incident can be in, as far as what may happen next depends on it, and every step that leads from
 * one to another: facts, people, the clock, deliveries. Found breadth first; two severities stand for all four.
 */

// One round of two steps: more of the same would only repeat.
const policy = incidentPolicy(configSchema.parse({ incidents: { escalation: { repeat: 0 } } }));
const ANNA: Actor = { name: 'Anna', via: 'cli' };
const BEN: Actor = { name: 'Ben', via: 'slack' };
const TARGET = opened(OUTAGE);

interface Moment {
  readonly incident: Incident | null;
  readonly now: number;
}
type Move = (from: Moment) => Moment | null;

const fact =
  (of: (now: number) => IncidentFact): Move =>
  ({ incident, now }) => ({ incident: decide(incident, WEBHOOK, of(now), policy, now), now });
const seen = (severity: Severity) =>
  fact(() => ({ kind: 'verdict', verdict: verdict({ severity }), detectedAt: NOON }));
const command =
  (what: IncidentCommand, by = ANNA): Move =>
  ({ incident, now }) => {
    const outcome = incident && act(incident, what, by, { policy, now });
    return outcome?.kind === 'done' ? { incident: outcome.incident, now } : null;
  };
const after =
  (ms: number): Move =>
  ({ incident, now }) => ({ incident: incident && tick(incident, policy, now + ms), now: now + ms });
const send: Move = ({ incident, now }) => {
  const [pending] = incident ? duePending(incident, now) : [];
  return incident && pending ? { incident: markDelivered(incident, pending.id, 'receipt', now), now } : null;
};

const MOVES: Readonly<Record<string, Move>> = {
  'seen P1': seen('P1'),
  'seen P3': seen('P3'),
  hidden: fact(() => ({ kind: 'hidden', verdict: verdict({ hiddenBy: OUTAGE }), detectedAt: NOON })),
  'upstream over': fact(() => ({ kind: 'upstream-over' })),
  cleared: fact(() => ({ kind: 'cleared', evidence: [recovered] })),
  acknowledge: command({ kind: 'acknowledge' }),
  'give back': command({ kind: 'unacknowledge' }),
  mitigate: command({ kind: 'mitigate' }),
  'close by hand': command({ kind: 'resolve', force: true }),
  review: command({ kind: 'review' }),
  update: command({ kind: 'update', text: 'still looking', audience: 'stakeholders' }),
  'set P1': command({ kind: 'set-severity', severity: 'P1' }, BEN),
  'set P3': command({ kind: 'set-severity', severity: 'P3' }, BEN),
  merge: command({ kind: 'merge', into: TARGET }),
  unmerge: command({ kind: 'unmerge' }),
  'target over': ({ incident, now }) =>
    incident && { incident: settleMerge(incident, resolved(TARGET, now), now), now },
  'a minute later': after(MINUTE),
  'an hour later': after(61 * MINUTE),
  'three days later': after(3 * DAY),
  sent: send,
};

/** Longer queues say nothing new. */
const MOST_PENDING = 2;

/** Far enough to tell apart what a deadline would do next. */
const until = (deadline: number | null | undefined, now: number): string => {
  if (deadline === null || deadline === undefined) return 'none';
  if (deadline <= now) return 'past';
  return deadline <= now + 61 * MINUTE ? 'soon' : 'later';
};

const stateOf = ({ incident, now }: Moment): string => {
  if (!incident) return 'none';
  const { status, severity, acknowledgement, escalation, closedBy, flap, hiddenBy, mergedInto } = incident;
  const isStreak = flap !== undefined && now - flap.lastTurnAt <= policy.reopenWithinMs;
  return JSON.stringify([
    status,
    severity,
    acknowledgement?.severity ?? null,
    until(acknowledgement?.staleAt, now),
    isOpen(incident) ? until(incident.respondBy, now) : null,
    escalation ? [escalation.taken, until(escalation.nextAt, now)] : null,
    isOpen(incident) ? until(incident.nextUpdateAt, now) : null,
    until(closedBy?.until, now),
    incident.resolvedAt === undefined ? null : now - incident.resolvedAt > policy.reopenWithinMs,
    isStreak ? Math.min(flap.relapses, policy.quietAfterRelapses) : 0,
    hiddenBy !== undefined,
    mergedInto !== undefined,
    incident.severitySet !== undefined,
    incident.paged !== undefined,
    incident.deliveries.findLast(({ transition }) => transition !== 'updated')?.transition === 'resolved',
    incident.deliveries.length > 0,
    incident.pending.map(({ transition, severity: at, urgency, dueAt }) => [
      transition,
      at,
      urgency,
      dueAt > now,
    ]),
  ]);
};

interface Node {
  readonly moment: Moment;
  readonly from: string | null;
  readonly by: string;
}

const isOwned = ({ status }: Incident) => status === 'acknowledged' || status === 'mitigated';

/** What holds of every step, whatever it was. */
const checkStep = (name: string, { incident: before }: Moment, { incident: next }: Moment) => {
  if (!next || next === before) return;
  assertSuccessor(next, before);
  if (isOwned(next) && next.pending.some(isPage))
    throw new Error(`${name}: a page is owed although it is taken`);
  const owes = next.pending.some(({ id }) => id.startsWith(`${next.id}:${next.version}:`));
  const isNobodysAgain = next.status === 'triggered' && before !== null && isOwned(before);
  if (isNobodysAgain && !owes) throw new Error(`${name}: nobody has it, and nobody is told`);
  if (before && isOpen(before) && !isOpen(next) && !['cleared', 'close by hand'].includes(name))
    throw new Error(`${name}: closed`);
};

const explore = () => {
  const nodes = new Map<string, Node>();
  const edges = new Map<string, Set<string>>();
  const start: Moment = { incident: null, now: NOON };
  nodes.set(stateOf(start), { moment: start, from: null, by: '' });
  const queue = [stateOf(start)];
  for (let state = queue.shift(); state !== undefined; state = queue.shift()) {
    const node = nodes.get(state);
    if (!node) throw new Error('lost');
    const out = new Set<string>();
    edges.set(state, out);
    for (const [name, move] of Object.entries(MOVES)) {
      const to = move(node.moment);
      if (!to || (to.incident?.pending.length ?? 0) > MOST_PENDING) continue;
      checkStep(name, node.moment, to);
      const next = stateOf(to);
      out.add(next);
      if (nodes.has(next)) continue;
      nodes.set(next, { moment: to, from: state, by: name });
      queue.push(next);
    }
  }
  return { nodes, edges };
};

/** Every state from which one of `goals` can be reached. */
const reaching = (edges: ReadonlyMap<string, ReadonlySet<string>>, goals: readonly string[]) => {
  const into = new Map<string, string[]>();
  for (const [from, out] of edges) for (const to of out) into.set(to, [...(into.get(to) ?? []), from]);
  const found = new Set(goals);
  const queue = [...goals];
  for (let state = queue.pop(); state !== undefined; state = queue.pop())
    for (const from of into.get(state) ?? [])
      if (!found.has(from)) {
        found.add(from);
        queue.push(from);
      }
  return found;
};

/** How one comes to a state, for whoever must mend it. */
const pathTo = (nodes: ReadonlyMap<string, Node>, state: string): readonly string[] => {
  const node = nodes.get(state);
  return !node || node.from === null ? [] : [...pathTo(nodes, node.from), node.by];
};

describe('every state of an incident', () => {
  const { nodes, edges } = explore();
  const where = (holds: (incident: Incident, moment: Moment) => boolean): readonly string[] =>
    [...nodes].flatMap(([state, { moment }]) =>
      moment.incident && holds(moment.incident, moment) ? [state] : [],
    );
  const missing = (states: readonly string[], found: ReadonlySet<string>) =>
    states.filter((state) => !found.has(state)).map((state) => pathTo(nodes, state));

  it('was found, of every status some', () => {
    expect(nodes.size).toBeGreaterThan(1_000);
    for (const status of INCIDENT_STATUSES)
      expect(where((incident) => incident.status === status).length, status).toBeGreaterThan(0);
  });

  it('leads to resolved, to reviewed, and from there to triggered again: none is stuck', () => {
    const all = where(() => true);
    for (const status of ['resolved', 'reviewed', 'triggered', 'acknowledged', 'mitigated'] as const) {
      const goals = where((incident) => incident.status === status);
      expect(missing(all, reaching(edges, goals)), status).toEqual([]);
    }
  });

  it('owes nothing for ever: from each one it can be reached that everything was delivered', () => {
    const done = where(({ pending }) => pending.length === 0);
    expect(
      missing(
        where(() => true),
        reaching(edges, done),
      ),
    ).toEqual([]);
  });

  it('pages by itself, as long as nobody has it, until every step was taken', () => {
    const abandoned = where(
      (incident) =>
        incident.status === 'triggered' && isTold(incident) && incident.escalation?.nextAt !== null,
    );
    expect(abandoned.length).toBeGreaterThan(50);
    for (const state of abandoned) {
      let { incident, now } = nodes.get(state)?.moment ?? { incident: null, now: 0 };
      let pages = 0;
      for (let hour = 0; incident && hour < 12 && pages === 0; hour += 1) {
        incident = tick(incident, policy, now);
        for (const pending of duePending(incident, now)) {
          pages += isPage(pending) ? 1 : 0;
          incident = markDelivered(incident, pending.id, 'receipt', now);
        }
        now += HOUR;
      }
      expect(pages, pathTo(nodes, state).join(', ')).toBeGreaterThan(0);
    }
  });

  it('pages nobody while somebody has it, until that is stale', () => {
    const taken = where((incident) => isOwned(incident) && isTold(incident));
    expect(taken.length).toBeGreaterThan(50);
    for (const state of taken) {
      const { incident, now } = nodes.get(state)?.moment ?? { incident: null, now: 0 };
      if (!incident) continue;
      const stale =
        incident.status === 'mitigated' ? Number.POSITIVE_INFINITY : incident.acknowledgement?.staleAt;
      for (const later of [now, now + MINUTE, now + HOUR, now + DAY].filter((time) => time < (stale ?? 0)))
        expect(duePending(tick(incident, policy, later), later).filter(isPage)).toEqual([]);
    }
  });

  it('that is over and was told of, says so', () => {
    for (const state of where((incident) => !isOpen(incident))) {
      const incident = nodes.get(state)?.moment.incident;
      const last = [...(incident?.deliveries ?? []), ...(incident?.pending ?? [])].findLast(
        ({ transition }) => transition !== 'updated',
      );
      if (last) expect(last.transition, pathTo(nodes, state).join(', ')).toBe('resolved');
    }
  });
});
