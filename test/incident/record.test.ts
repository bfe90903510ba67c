import { describe, expect, it } from 'vitest';
import type { Diagnosis, Verdict } from '../../shared/diagnose/verdict.ts';
import { changeIncident } from '../../shared/incident/change.ts';
import { decide } from '../../shared/incident/decide.ts';
import type { Incident } from '../../shared/incident/incident.ts';
import { recordDiagnosis } from '../../shared/incident/record.ts';
import type { IncidentStore } from '../../shared/incident/store.ts';
import { createMemoryIncidentStore } from '../support/memory-store.ts';
import {
  allDelivered,
  evidence,
  HOUR,
  MINUTE,
  NOON,
  OUTAGE,
  opened,
  policy,
  recovered,
  verdict,
  WEBHOOK,
} from './fixtures.ts';

const diagnosis = (over: Partial<Pick<Diagnosis, 'verdicts' | 'hidden' | 'cleared'>> = {}): Diagnosis => ({
  conclusion: 'problem',
  primary: over.verdicts?.[0] ?? null,
  verdicts: [],
  hidden: [],
  cleared: [],
  path: [],
  questions: [],
  ...over,
});
const outage = verdict({ ...OUTAGE, summary: 'Clay does not answer.' });
const webhook = verdict();
const hiddenWebhook: Verdict = verdict({ hiddenBy: OUTAGE });
const cleared = (key: { cause: Verdict['cause']; subject: string }) => ({ ...key, evidence: [recovered] });

const createRun = (store: IncidentStore = createMemoryIncidentStore()) => {
  let now = NOON;
  const clock = { now: () => now, sleep: async () => {} };
  return {
    store,
    at: (time: number) => {
      now = time;
    },
    record: (over: Parameters<typeof diagnosis>[0], detectedAt = NOON - MINUTE) =>
      recordDiagnosis(diagnosis(over), { detectedAt: () => detectedAt }, { store, policy, clock }),
    current: (key = WEBHOOK) => store.current(key.cause, key.subject),
  };
};
const kinds = (changes: readonly { transition: string; incident: Incident }[]) =>
  changes.map(({ transition, incident }) => [transition, incident.cause]);

describe('recordDiagnosis', () => {
  it('opens an incident for each verdict in force, in the order of the diagnosis, and none for a hidden one', async () => {
    const run = createRun();
    const credits = verdict({ cause: 'credits.exhausted', subject: 'clay' });
    const changes = await run.record({ verdicts: [outage, credits], hidden: [hiddenWebhook] });
    expect(kinds(changes)).toEqual([
      ['triggered', 'clay.outage'],
      ['triggered', 'credits.exhausted'],
    ]);
    expect(changes[0]?.incident).toMatchObject({ detectedAt: NOON - MINUTE, effects: [WEBHOOK] });
    expect(await run.current()).toBeNull();
    expect(await run.store.active()).toHaveLength(2);
  });

  it('writes nothing when it is repeated', async () => {
    const run = createRun();
    await run.record({ verdicts: [outage], hidden: [hiddenWebhook] });
    const before = await run.store.list({ since: 0, limit: 10 });
    expect(kinds(await run.record({ verdicts: [outage], hidden: [hiddenWebhook] }))).toEqual([
      ['none', 'clay.outage'],
    ]);
    expect(await run.store.list({ since: 0, limit: 10 })).toEqual(before);
  });

  it('leaves alone what is no longer mentioned: unseen is not cleared', async () => {
    const run = createRun();
    await run.record({ verdicts: [webhook] });
    expect(await run.record({})).toEqual([]);
    expect((await run.current())?.status).toBe('triggered');
  });

  it('resolves what was cleared, and only what is open', async () => {
    const run = createRun();
    await run.record({ verdicts: [webhook] });
    run.at(NOON + MINUTE);
    const changes = await run.record({ cleared: [cleared(WEBHOOK), cleared(OUTAGE)] });
    expect(kinds(changes)).toEqual([['resolved', 'webhook.intake-failing']]);
    expect(await run.record({ cleared: [cleared(WEBHOOK)] })).toEqual([]);
  });

  it('believes the verdict where the diagnosis contradicts itself', async () => {
    const run = createRun();
    await run.record({ verdicts: [webhook] });
    await run.record({ verdicts: [webhook], hidden: [hiddenWebhook], cleared: [cleared(WEBHOOK)] });
    expect(await run.current()).toMatchObject({ status: 'triggered', version: 1 });
  });

  it('hides an open incident when an upstream cause turns up, and shows it when that is cleared', async () => {
    const run = createRun();
    await run.record({ verdicts: [webhook] });
    const hiding = await run.record({ verdicts: [outage], hidden: [hiddenWebhook] });
    expect(kinds(hiding)).toEqual([
      ['triggered', 'clay.outage'],
      ['hidden', 'webhook.intake-failing'],
    ]);
    run.at(NOON + HOUR);
    // The outage is over; of the webhook nothing is known yet.
    const showing = await run.record({ cleared: [cleared(OUTAGE)] });
    expect(kinds(showing).toSorted()).toEqual([
      ['resolved', 'clay.outage'],
      ['updated', 'webhook.intake-failing'],
    ]);
    expect(await run.current()).not.toHaveProperty('hiddenBy');
  });

  it('keeps it hidden while the upstream incident is open, though it is not mentioned', async () => {
    const run = createRun();
    await run.record({ verdicts: [webhook] });
    await run.record({ verdicts: [outage], hidden: [hiddenWebhook] });
    expect(await run.record({})).toEqual([]);
    expect(await run.current()).toMatchObject({ hiddenBy: OUTAGE });
  });

  it('resolves a hidden incident that was cleared, whatever becomes of the upstream one', async () => {
    const run = createRun();
    await run.record({ verdicts: [webhook] });
    await run.record({ verdicts: [outage], hidden: [hiddenWebhook] });
    await run.record({ verdicts: [outage], cleared: [cleared(WEBHOOK)] });
    expect(await run.current()).toMatchObject({ status: 'resolved' });
  });

  it('opens one incident when two runs record the same verdicts at once', async () => {
    const run = createRun();
    const both = await Promise.all([1, 2, 3, 4].map(() => run.record({ verdicts: [outage, webhook] })));
    expect(both.flat().filter(({ transition }) => transition === 'triggered')).toHaveLength(2);
    expect(await run.store.list({ since: 0, limit: 10 })).toHaveLength(2);
  });

  it('records the others when one cannot be written, and then says which failed', async () => {
    const memory = createMemoryIncidentStore();
    const run = createRun({
      ...memory,
      write: async (next, expected) => {
        if (next.cause === 'clay.outage') throw new Error('throttled');
        return memory.write(next, expected);
      },
    });
    await expect(run.record({ verdicts: [outage, webhook] })).rejects.toThrow(AggregateError);
    expect(await run.current()).not.toBeNull();
  });
});

describe('changeIncident', () => {
  it('decides again on what the faster writer left', async () => {
    const memory = createMemoryIncidentStore();
    await memory.write(opened(), null);
    let rivals = 2;
    const store: IncidentStore = {
      ...memory,
      write: async (next, expected) => {
        if (rivals > 0 && expected) {
          rivals -= 1;
          const rival = { ...expected, version: expected.version + 1, summary: `rival ${rivals}` };
          await memory.write(rival, expected);
        }
        return memory.write(next, expected);
      },
    };
    const { after } = await changeIncident(store, WEBHOOK, (current) =>
      current ? allDelivered(current, NOON + 1) : current,
    );
    expect(after).toMatchObject({ summary: 'rival 0', pending: [], version: 4 });
    expect(await memory.current(WEBHOOK.cause, WEBHOOK.subject)).toEqual(after);
  });

  it('gives up with an error that says so, after losing ten times', async () => {
    let writes = 0;
    const store: IncidentStore = {
      ...createMemoryIncidentStore(),
      write: async () => {
        writes += 1;
        return 'conflict';
      },
    };
    const open = () =>
      changeIncident(store, WEBHOOK, (current) =>
        decide(
          current,
          WEBHOOK,
          { kind: 'verdict', verdict: verdict({ evidence: [evidence()] }), detectedAt: NOON },
          policy,
          NOON,
        ),
      );
    await expect(open()).rejects.toMatchObject({ code: 'incident.contended' });
    expect(writes).toBe(10);
  });
});
