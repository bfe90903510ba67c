import { describe, expect, it } from 'vitest';
import type { Diagnosis } from '../../shared/diagnose/verdict.ts';
import { recordDiagnosis } from '../../shared/incident/record.ts';
import type { IncidentStore } from '../../shared/incident/store.ts';
import { deliverPending } from '../../shared/notify/deliver.ts';
import type { Publisher } from '../../shared/notify/publisher.ts';
import { createMemoryIncidentStore } from '../support/memory-store.ts';
import { DAY, HOUR, MINUTE, NOON, OUTAGE, policy, recovered, verdict, WEBHOOK } from './fixtures.ts';

class Crash extends Error {}

/** Lets the process die at its n-th call to the outside: before the call is made, or after, with its answer lost. */
const createFaults = (crashAt: number, when: 'before' | 'after') => {
  let calls = 0;
  let isDead = false;
  return {
    calls: () => calls,
    restart: () => {
      isDead = false;
    },
    guard:
      <A extends readonly unknown[], R>(call: (...args: A) => Promise<R>) =>
      async (...args: A): Promise<R> => {
        // Whatever else was under way in the process dies with it.
        if (isDead) throw new Crash();
        calls += 1;
        const isTheOne = calls === crashAt;
        if (isTheOne) isDead = true;
        if (isTheOne && when === 'before') throw new Crash();
        const result = await call(...args);
        if (isDead) throw new Crash();
        return result;
      },
  };
};

const diagnosis = (over: Partial<Pick<Diagnosis, 'verdicts' | 'hidden' | 'cleared'>>): Diagnosis => ({
  conclusion: 'problem',
  primary: null,
  verdicts: [],
  hidden: [],
  cleared: [],
  path: [],
  questions: [],
  ...over,
});
const outage = verdict(OUTAGE);
const gone = (key: typeof WEBHOOK) => ({ ...key, evidence: [recovered] });

/** A day with everything in it: opened, raised, hidden, shown, resolved, opened again, and a new one the day after. */
const SCRIPT: readonly (readonly [number, Diagnosis])[] = [
  [0, diagnosis({ verdicts: [verdict({ severity: 'P3' })] })],
  [MINUTE, diagnosis({ verdicts: [verdict({ severity: 'P1' })] })],
  [2 * MINUTE, diagnosis({ verdicts: [outage], hidden: [verdict({ hiddenBy: OUTAGE })] })],
  [10 * MINUTE, diagnosis({ cleared: [gone(OUTAGE)] })],
  [11 * MINUTE, diagnosis({ cleared: [gone(OUTAGE), gone(WEBHOOK)] })],
  [20 * MINUTE, diagnosis({ verdicts: [verdict()] })],
  [40 * MINUTE, diagnosis({ cleared: [gone(WEBHOOK)] })],
  [2 * DAY, diagnosis({ verdicts: [verdict()] })],
  [2 * DAY + HOUR, diagnosis({ cleared: [gone(WEBHOOK), gone(OUTAGE)] })],
  [2 * DAY + 2 * HOUR, diagnosis({})],
];

const play = async (faults: ReturnType<typeof createFaults>) => {
  const memory = createMemoryIncidentStore();
  const store: IncidentStore = {
    current: faults.guard(memory.current),
    byId: faults.guard(memory.byId),
    write: faults.guard(memory.write),
    active: faults.guard(memory.active),
    list: faults.guard(memory.list),
  };
  const heard: string[] = [];
  const publisher: Publisher = {
    publish: faults.guard(async ({ id }) => {
      heard.push(id);
      return { receipt: `receipt of ${id}` };
    }),
  };
  const render = (incident: { id: string }, pending: { id: string }) => ({
    id: pending.id,
    incidentId: incident.id,
    subject: '',
    emailText: '',
    smsText: '',
    attributes: {},
  });

  for (const [after, seen] of SCRIPT) {
    const clock = { now: () => NOON + after, sleep: async () => {} };
    const run = async () => {
      await recordDiagnosis(seen, { detectedAt: () => NOON + after }, { store, policy, clock });
      await deliverPending({ store, publisher, render, clock });
    };
    // The slot is done again, as after a crash, or because the scheduler delivers at least once; the second time too
    // the process may die.
    for (let time = 1; time <= 3; time += 1) {
      await run().catch((error: unknown) => {
        if (!(error instanceof Crash || error instanceof AggregateError)) throw error;
      });
      faults.restart();
    }
  }
  return { incidents: await memory.list({ since: 0, limit: 100 }), heard };
};

/** What must be the same whether or not something died on the way. */
const essence = ({ incidents, heard }: Awaited<ReturnType<typeof play>>) => ({
  incidents: incidents.map(({ id, status, severity, reopenings, resolvedAt, pending, deliveries }) => ({
    id,
    status,
    severity,
    reopenings,
    resolvedAt,
    pending,
    told: deliveries.map(({ transition }) => transition),
  })),
  heard: [...new Set(heard.map((id) => id.replace(/:\d+:/, ':')))].toSorted(),
});

describe('a process that dies', async () => {
  const undisturbed = createFaults(0, 'before');
  const expected = await play(undisturbed);

  it('has, when nothing dies, one story to compare with', () => {
    const { incidents, heard } = essence(expected);
    expect(incidents.map(({ told }) => told)).toEqual([
      ['triggered', 'resolved'],
      ['triggered', 'resolved'],
      ['triggered', 'severity-raised', 'resolved', 'reopened', 'resolved'],
    ]);
    expect(heard).toHaveLength(8);
    expect(new Set(expected.heard).size).toBe(expected.heard.length);
  });

  it.each(['before', 'after'] as const)(
    'loses nothing and opens nothing twice, dying %s any one of its calls',
    async (when) => {
      expect(undisturbed.calls()).toBeGreaterThan(80);
      for (let crashAt = 1; crashAt <= undisturbed.calls(); crashAt += 1) {
        const outcome = await play(createFaults(crashAt, when));
        expect(essence(outcome), `died ${when} call ${crashAt}`).toEqual(essence(expected));
        // At least once, and once more only for the message that was under way.
        expect(outcome.heard.length - new Set(outcome.heard).size).toBeLessThanOrEqual(1);
      }
    },
  );
});
