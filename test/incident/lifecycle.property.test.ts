import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { act, type IncidentCommand } from '../../shared/incident/act.ts';
import { decide, type IncidentFact, type IncidentKey } from '../../shared/incident/decide.ts';
import { duePending, markDelivered, markFailed } from '../../shared/incident/deliveries.ts';
import {
  type Actor,
  type Incident,
  isOpen,
  isPage,
  type PendingNotification,
} from '../../shared/incident/incident.ts';
import { passTime } from '../../shared/incident/pass-time.ts';
import { assertSuccessor, type IncidentStore, isActive } from '../../shared/incident/store.ts';
import { isTold } from '../../shared/incident/tick.ts';
import { SEVERITIES, type Severity } from '../../shared/severity.ts';
import { DAY, HOUR, MINUTE, NOON, OUTAGE, policy, recovered, verdict, WEBHOOK } from './fixtures.ts';

const CREDITS: IncidentKey = { cause: 'credits.exhausted', subject: 'workspace' };
const KEYS = [WEBHOOK, OUTAGE, CREDITS] as const;
const PEOPLE: readonly Actor[] = [
  { name: 'Anna', via: 'cli' },
  { name: 'Ben', via: 'slack' },
];

type Command = Exclude<IncidentCommand, { kind: 'merge' }> | { kind: 'merge'; into: number };
type Step =
  | { readonly do: 'fact'; readonly key: number; readonly fact: (key: IncidentKey) => IncidentFact }
  | { readonly do: 'act'; readonly key: number; readonly who: number; readonly command: Command }
  | { readonly do: 'tick' }
  | { readonly do: 'take'; readonly key: number; readonly by: number; readonly how: 'ok' | 'failed' | 'lost' }
  | { readonly do: 'land'; readonly by: number }
  | { readonly do: 'wait'; readonly ms: number };

const anyKey = fc.nat(KEYS.length - 1);
const anySeverity = fc.constantFrom(...SEVERITIES);
const anyFact = fc.oneof(
  {
    weight: 5,
    arbitrary: anySeverity.map(
      (severity) =>
        (key: IncidentKey): IncidentFact => ({
          kind: 'verdict',
          verdict: verdict({ ...key, severity }),
          detectedAt: NOON,
        }),
    ),
  },
  {
    weight: 3,
    arbitrary: fc.constant((): IncidentFact => ({ kind: 'cleared', evidence: [recovered] })),
  },
  {
    weight: 1,
    arbitrary: fc.constant(
      (key: IncidentKey): IncidentFact => ({
        kind: 'hidden',
        verdict: verdict({ ...key, hiddenBy: OUTAGE }),
        detectedAt: NOON,
      }),
    ),
  },
  { weight: 1, arbitrary: fc.constant((): IncidentFact => ({ kind: 'upstream-over' })) },
);
const anyCommand: fc.Arbitrary<Command> = fc.oneof(
  { weight: 4, arbitrary: fc.constant<Command>({ kind: 'acknowledge' }) },
  fc.constantFrom<Command>(
    { kind: 'unacknowledge' },
    { kind: 'mitigate' },
    { kind: 'resolve', force: true },
    { kind: 'resolve', force: false },
    { kind: 'review' },
    { kind: 'note', text: 'called Clay' },
    { kind: 'update', text: 'still looking', audience: 'stakeholders' },
    { kind: 'assign', to: 'Ben' },
    { kind: 'unmerge' },
  ),
  anySeverity.map((severity): Command => ({ kind: 'set-severity', severity })),
  anyKey.map((into): Command => ({ kind: 'merge', into })),
);

const stepsWith = (waits: readonly number[]): fc.Arbitrary<Step> =>
  fc.oneof(
    {
      weight: 5,
      arbitrary: fc.record({ key: anyKey, fact: anyFact }).map((it): Step => ({ do: 'fact', ...it })),
    },
    {
      weight: 4,
      arbitrary: fc
        .record({ key: anyKey, who: fc.nat(1), command: anyCommand })
        .map((it): Step => ({ do: 'act', ...it })),
    },
    { weight: 5, arbitrary: fc.constant<Step>({ do: 'tick' }) },
    {
      weight: 5,
      arbitrary: fc
        .record({ key: anyKey, by: fc.nat(1), how: fc.constantFrom('ok', 'ok', 'ok', 'failed', 'lost') })
        .map((it): Step => ({ do: 'take', ...it }) as Step),
    },
    { weight: 5, arbitrary: fc.nat(1).map((by): Step => ({ do: 'land', by })) },
    { weight: 5, arbitrary: fc.constantFrom(...waits).map((ms): Step => ({ do: 'wait', ms })) },
  );

const FORWARD = [1, MINUTE, 10 * MINUTE, 20 * MINUTE, HOUR, 61 * MINUTE, 5 * HOUR, 3 * DAY];
const JUMPS = [1, MINUTE, 20 * MINUTE, HOUR, DAY, -1, -MINUTE, -DAY, 400 * DAY, -400 * DAY, -400 * DAY];

interface Flight {
  readonly key: IncidentKey;
  readonly pending: PendingNotification;
  readonly how: 'ok' | 'failed' | 'lost';
}
interface Heard {
  readonly at: number;
  readonly incidentId: string;
  readonly pending: PendingNotification;
}

const textOf = ({ cause, subject }: IncidentKey) => `${cause} ${subject}`;

/** When the first step is due at the latest: whatever the severity, from the deadline or from the page. */
const longestFrom = ({ respondBy, paged }: Incident): number => Math.max(respondBy, paged?.at ?? 0) + 5 * DAY;

/** What is held of every key, what people have read, and every rule that holds between one moment and the next. */
const createWorld = () => {
  let now = NOON;
  const current = new Map<string, Incident>();
  const ids = new Map<string, string>();
  const heard: Heard[] = [];
  const flights = new Map<number, Flight>();

  const checkVanished = (before: Incident, after: Incident, by: string) => {
    const known = new Set([...after.pending, ...after.deliveries].map(({ id }) => id));
    for (const gone of before.pending.filter(({ id }) => !known.has(id))) {
      const isPutOff = gone.attempts === 0 && gone.dueAt > now;
      const mayGo =
        (isPage(gone) && ['acknowledge', 'mitigate', 'resolve'].includes(by)) ||
        (gone.transition === 'update-due' && by === 'update') ||
        (isPutOff && ['resolved', 'severity-lowered'].includes(gone.transition));
      expect(mayGo, `${gone.transition} vanished by ${by}`).toBe(true);
    }
  };

  const checkPages = (before: Incident | null, after: Incident) => {
    const fresh = after.pending.filter(({ id }) => id.startsWith(`${after.id}:${after.version}:`));
    if (after.status === 'acknowledged' || after.status === 'mitigated')
      expect(after.pending.filter(isPage)).toEqual([]);
    const becameNobodys = after.status === 'triggered' && before?.status !== 'triggered';
    const isUnheard = before !== null && before.id === after.id && !isOpen(before) && fresh.length === 0;
    if (becameNobodys && !isUnheard) expect(fresh.some(isPage)).toBe(true);
    // What nobody heard of moves no deadline.
    if (isUnheard && isOpen(after)) {
      expect(after.acknowledgement).toEqual(before.acknowledgement);
      expect(after.escalation).toEqual(before.escalation);
      expect(after.respondBy).toBeLessThanOrEqual(before.respondBy);
      expect(after.nextUpdateAt).toBeLessThanOrEqual(before.nextUpdateAt);
    }
  };

  const put = (before: Incident | null, after: Incident, by: string) => {
    assertSuccessor(after, before);
    expect(after.updatedAt).toBeGreaterThanOrEqual(after.openedAt);
    if (before && before.id !== after.id) expect(isOpen(before) || before.pending.length > 0).toBe(false);
    if (before && before.id === after.id) {
      expect(after.updatedAt).toBeGreaterThanOrEqual(before.updatedAt);
      checkVanished(before, after, by);
    }
    const owner = ids.get(after.id);
    expect(owner === undefined || owner === textOf(after)).toBe(true);
    if (before?.id !== after.id) expect(owner).toBeUndefined();
    ids.set(after.id, textOf(after));
    checkPages(before, after);
    current.set(textOf(after), after);
  };

  const store: IncidentStore = {
    current: async (cause, subject) => current.get(textOf({ cause, subject })) ?? null,
    byId: async (id) => [...current.values()].find((one) => one.id === id) ?? null,
    write: async (next, expected) => {
      const held = current.get(textOf(next)) ?? null;
      if (held !== expected) return 'conflict';
      put(held, next, 'tick');
      return 'written';
    },
    active: async () => [...current.values()].filter(isActive),
    list: async () => [...current.values()],
  };

  const tick = async () => {
    const { failures } = await passTime({ store, policy, clock: { now: () => now } });
    expect(failures).toEqual([]);
    // Whatever is due has been asked for, and a second look finds nothing that is not.
    for (const incident of current.values()) {
      if (!isOpen(incident) || !isTold(incident) || incident.pending.some(isPage)) continue;
      if (incident.status === 'triggered' && incident.escalation?.nextAt !== null)
        expect(incident.escalation?.nextAt ?? longestFrom(incident)).toBeGreaterThan(now);
      if (incident.status === 'acknowledged') expect(incident.acknowledgement?.staleAt).toBeGreaterThan(now);
    }
  };

  const take = (key: IncidentKey, by: number, how: Flight['how']) => {
    const incident = current.get(textOf(key));
    if (!incident || flights.has(by)) return;
    const [pending] = duePending(incident, now);
    if (!pending) return;
    if (isPage(pending)) expect(['acknowledged', 'mitigated']).not.toContain(incident.status);
    expect(isOpen(incident) && !isTold(incident)).toBe(false);
    if (how !== 'failed') heard.push({ at: now, incidentId: incident.id, pending });
    flights.set(by, { key, pending, how });
  };

  const land = (by: number) => {
    const flight = flights.get(by);
    flights.delete(by);
    const before = flight && current.get(textOf(flight.key));
    if (!flight || !before || flight.how === 'lost') return;
    const { id } = flight.pending;
    const after =
      flight.how === 'ok'
        ? markDelivered(before, id, 'receipt', now)
        : markFailed(before, id, new Error('down'), now);
    if (after !== before) put(before, after, flight.how);
  };

  const factSeen = (index: number, of: (key: IncidentKey) => IncidentFact) => {
    const key = KEYS[index] ?? WEBHOOK;
    const before = current.get(textOf(key)) ?? null;
    const fact = of(key);
    if (fact.kind === 'hidden' && key === OUTAGE) return;
    const after = decide(before, key, fact, policy, now);
    expect(decide(after, key, fact, policy, now)).toBe(after);
    if (after && after !== before) put(before, after, fact.kind);
  };

  const at = (index: number) => current.get(textOf(KEYS[index] ?? WEBHOOK));

  const acted = (index: number, who: number, command: Command) => {
    const before = at(index);
    const into = command.kind === 'merge' ? at(command.into) : undefined;
    if (!before || (command.kind === 'merge' && !into)) return;
    const asked = (into ? { kind: 'merge', into } : command) as IncidentCommand;
    const outcome = act(before, asked, PEOPLE[who] as Actor, { policy, now });
    if (outcome.kind === 'done') put(before, outcome.incident, command.kind);
  };

  const step = async (one: Step) => {
    switch (one.do) {
      case 'fact':
        return factSeen(one.key, one.fact);
      case 'act':
        return acted(one.key, one.who, one.command);
      case 'tick':
        return tick();
      case 'take':
        return take(KEYS[one.key] ?? WEBHOOK, one.by, one.how);
      case 'land':
        return land(one.by);
      case 'wait':
        now = Math.max(0, now + one.ms);
    }
  };

  const sendAll = () => {
    for (const by of flights.keys()) land(by);
    for (const key of KEYS)
      for (let guard = 0; guard < 100; guard += 1) {
        take(key, 0, 'ok');
        if (!flights.has(0)) break;
        land(0);
      }
  };

  return {
    step,
    heard,
    current: () => [...current.values()],
    run: async (minutes: number, every = 1) => {
      for (let minute = 0; minute < minutes; minute += every) {
        now += every * MINUTE;
        await tick();
        sendAll();
      }
    },
    fact: (key: IncidentKey, fact: IncidentFact) =>
      step({ do: 'fact', key: KEYS.indexOf(key as (typeof KEYS)[number]), fact: () => fact }),
    acknowledge: (key: IncidentKey) =>
      step({
        do: 'act',
        key: KEYS.indexOf(key as (typeof KEYS)[number]),
        who: 0,
        command: { kind: 'acknowledge' },
      }),
    now: () => now,
  };
};

type World = ReturnType<typeof createWorld>;

const lastHeard = ({ heard }: World, id: string) =>
  heard.findLast(({ incidentId, pending }) => incidentId === id && pending.transition !== 'updated');
const pagesOf = ({ heard }: World, id: string) =>
  heard.filter(({ incidentId, pending }) => incidentId === id && isPage(pending));

/** Whatever happened before: from now on everything works, and nobody does anything. */
const checkAfterwards = async (world: World) => {
  for (const key of KEYS) await world.fact(key, { kind: 'upstream-over' });
  // What was owed has reached people; from here on only deadlines page.
  await world.run(2);
  const nobodys = world.current().filter((one) => one.status === 'triggered');
  const before = new Map(nobodys.map(({ id }) => [id, pagesOf(world, id).length]));
  // Four days take in any weekend; a P4 is due on the evening of the next business day.
  await world.run(4 * 24 * 60 + 60, 10);
  const silencers = world.current().filter((one) => isOpen(one) && !one.mergedInto);
  for (const { id, cause, subject, escalation } of nobodys) {
    const now = world.current().find((one) => one.cause === cause && one.subject === subject);
    const isPartOf = now?.mergedInto && silencers.some((one) => one.id === now.mergedInto?.id);
    // Paged anew, or all steps were taken before.
    if (!isPartOf && escalation?.nextAt !== null)
      expect(pagesOf(world, id).length, `${cause} was forgotten`).toBeGreaterThan(before.get(id) ?? 0);
  }
  for (const one of world.current()) {
    const last = lastHeard(world, one.id);
    if (!isOpen(one) || isTold(one)) expect(one.pending).toEqual([]);
    if (isOpen(one) && isTold(one)) {
      expect(last?.pending.transition).not.toBe('resolved');
      expect(last?.pending.severity).toBe(one.severity);
    }
  }
  for (const key of KEYS) await world.fact(key, { kind: 'cleared', evidence: [recovered] });
  await world.run(3 * 60, 10);
  for (const one of world.current()) {
    expect(isOpen(one)).toBe(false);
    expect(one.pending).toEqual([]);
    if (pagesOf(world, one.id).length > 0)
      expect(lastHeard(world, one.id)?.pending.transition).toBe('resolved');
  }
};

describe('any history of facts, people, deadlines, deliveries and clocks', () => {
  it('keeps every rule, and afterwards nobody is forgotten and every recovery is heard of', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(stepsWith(FORWARD), { maxLength: 70 }), async (steps) => {
        const world = createWorld();
        for (const step of steps) await world.step(step);
        await checkAfterwards(world);
      }),
      { numRuns: 120 },
    );
  });

  it('does so with clocks that jump by a year and back', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(stepsWith(JUMPS), { maxLength: 50 }), async (steps) => {
        const world = createWorld();
        for (const step of steps) await world.step(step);
        await checkAfterwards(world);
      }),
      { numRuns: 120 },
    );
  });
});

const told = (severity: Severity): IncidentFact => ({
  kind: 'verdict',
  verdict: verdict({ severity }),
  detectedAt: NOON,
});

describe('one incident, minute by minute', () => {
  const ALLOWED: Readonly<Record<Severity, number>> = { P1: 15, P2: 60, P3: 240, P4: 5 * 1_440 };

  it('is never past its deadline for longer than a run without an escalation, however its severity moves', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.integer({ min: 1, max: 120 }), anySeverity), { minLength: 1, maxLength: 12 }),
        async (moves) => {
          const world = createWorld();
          await world.fact(WEBHOOK, told('P3'));
          for (const [minutes, severity] of moves) {
            await world.run(minutes);
            await world.fact(WEBHOOK, told(severity));
          }
          await world.run(ALLOWED.P4 + 60, 5);
          const [incident] = world.current();
          const pages = pagesOf(world, incident?.id ?? '');
          expect(incident?.escalation).toEqual({ taken: 8, nextAt: null });
          // Between a page and the one after it lies at most what the severity of the first allows, and the runs; but
          // for the last step, after which nobody is left to ask.
          let steps = 0;
          for (const [index, { at, pending }] of pages.slice(0, -1).entries()) {
            steps = pending.transition === 'escalated' ? steps + 1 : 0;
            if (steps === 8) continue;
            const next = pages[index + 1]?.at ?? Number.POSITIVE_INFINITY;
            expect((next - at) / MINUTE).toBeLessThanOrEqual(ALLOWED[pending.severity] + 10);
          }
        },
      ),
      { numRuns: 25 },
    );
  });

  it('is asked for an update at most once per interval, and not at a weekend when it is a P4', async () => {
    const INTERVAL: Readonly<Record<Severity, number>> = { P1: 30, P2: 60, P3: 240, P4: 1_440 };
    await fc.assert(
      fc.asyncProperty(anySeverity, fc.nat(7 * 1_440), async (severity, start) => {
        const world = createWorld();
        await world.step({ do: 'wait', ms: start * MINUTE });
        await world.fact(WEBHOOK, told(severity));
        await world.run(severity === 'P4' ? 10 * 1_440 : 8 * INTERVAL[severity], severity === 'P4' ? 10 : 1);
        const due = world.heard.filter(({ pending }) => pending.transition === 'update-due');
        expect(due.length).toBeGreaterThan(4);
        for (const [index, { at }] of due.entries()) {
          const before = due[index - 1]?.at ?? NOON + start * MINUTE;
          expect((at - before) / MINUTE).toBeGreaterThanOrEqual(INTERVAL[severity]);
          if (severity === 'P4') expect([0, 6]).not.toContain(new Date(at).getUTCDay());
        }
      }),
      { numRuns: 15 },
    );
  });

  it('pages nobody from the acknowledgement until it is stale', async () => {
    await fc.assert(
      fc.asyncProperty(anySeverity, fc.integer({ min: 1, max: 14 }), async (severity, after) => {
        const world = createWorld();
        await world.fact(WEBHOOK, told(severity));
        await world.run(after);
        await world.acknowledge(WEBHOOK);
        const id = world.current()[0]?.id ?? '';
        const before = pagesOf(world, id).length;
        const { staleAt = 0 } = world.current()[0]?.acknowledgement ?? {};
        await world.run((staleAt - world.now()) / MINUTE - 1, 1);
        expect(pagesOf(world, id)).toHaveLength(before);
        await world.run(2);
        expect(pagesOf(world, id)).toHaveLength(before + 1);
        expect(lastHeard(world, id)?.pending.transition).toBe('acknowledgement-stale');
      }),
      { numRuns: 12 },
    );
  });
});
