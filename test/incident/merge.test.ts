import { describe, expect, it } from 'vitest';
import { act, type IncidentCommand } from '../../shared/incident/act.ts';
import { changeIncident } from '../../shared/incident/change.ts';
import { decide, type IncidentKey } from '../../shared/incident/decide.ts';
import { duePending } from '../../shared/incident/deliveries.ts';
import { type Incident, isPage } from '../../shared/incident/incident.ts';
import { passTime } from '../../shared/incident/pass-time.ts';
import { createMemoryIncidentStore } from '../support/memory-store.ts';
import { HOUR, MINUTE, NOON, OUTAGE, opened, policy, resolved, verdict, WEBHOOK } from './fixtures.ts';

const CREDITS: IncidentKey = { cause: 'credits.exhausted', subject: 'workspace' };
const ANNA = { name: 'Anna', via: 'cli' } as const;

const createRun = async (...keys: readonly IncidentKey[]) => {
  const store = createMemoryIncidentStore();
  for (const key of keys) await store.write(opened(key), null);
  const get = async ({ cause, subject }: IncidentKey) => (await store.current(cause, subject)) as Incident;
  const change = (key: IncidentKey, how: (current: Incident) => Incident) =>
    changeIncident(store, key, (current) => current && how(current));
  return {
    get,
    change,
    /** As if each had been asked at the same moment: nobody sees what the others did. */
    mergeAll: async (pairs: readonly (readonly [IncidentKey, IncidentKey])[]) => {
      const commands = await Promise.all(
        pairs.map(
          async ([key, into]): Promise<[IncidentKey, IncidentCommand]> => [
            key,
            { kind: 'merge', into: await get(into) },
          ],
        ),
      );
      for (const [key, command] of commands)
        await change(key, (current) => {
          const outcome = act(current, command, ANNA, { policy, now: NOON });
          return outcome.kind === 'done' ? outcome.incident : current;
        });
    },
    pass: (now = NOON + MINUTE) => passTime({ store, policy, clock: { now: () => now } }),
    /** Who would be told now. */
    heard: async (now = NOON + MINUTE) => {
      const all = await Promise.all(keys.map(get));
      return all.filter((incident) => duePending(incident, now).length > 0).map(({ cause }) => cause);
    },
  };
};

describe('incidents that are part of another', () => {
  it('are not both silenced when two people merge each into the other', async () => {
    const run = await createRun(WEBHOOK, OUTAGE);
    await run.mergeAll([
      [WEBHOOK, OUTAGE],
      [OUTAGE, WEBHOOK],
    ]);
    expect(await run.heard()).toEqual([]);
    await run.pass();
    expect((await run.heard()).length).toBeGreaterThan(0);
  });

  it('are not silenced in a ring of three either, however often it is looked at', async () => {
    const run = await createRun(WEBHOOK, OUTAGE, CREDITS);
    await run.mergeAll([
      [WEBHOOK, OUTAGE],
      [OUTAGE, CREDITS],
      [CREDITS, WEBHOOK],
    ]);
    for (let minute = 1; minute < 5; minute += 1) await run.pass(NOON + minute * MINUTE);
    expect((await run.heard()).length).toBeGreaterThan(0);
  });

  it('are not silenced by what they explain themselves', async () => {
    const run = await createRun(WEBHOOK, OUTAGE);
    await run.mergeAll([[OUTAGE, WEBHOOK]]);
    await run.change(
      WEBHOOK,
      (current) =>
        decide(
          current,
          WEBHOOK,
          { kind: 'hidden', verdict: verdict({ hiddenBy: OUTAGE }), detectedAt: NOON },
          policy,
          NOON,
        ) as Incident,
    );
    expect(await run.heard()).toEqual([]);
    await run.pass();
    expect(await run.heard()).toEqual(['clay.outage']);
  });

  it('follow the one that they are part of into a third', async () => {
    const run = await createRun(WEBHOOK, OUTAGE, CREDITS);
    await run.mergeAll([
      [WEBHOOK, OUTAGE],
      [OUTAGE, CREDITS],
    ]);
    await run.pass();
    expect((await run.get(WEBHOOK)).mergedInto).toMatchObject(CREDITS);
    expect(await run.heard()).toEqual(['credits.exhausted']);
  });

  it('are told on their own again, with their deadline, once that one is over', async () => {
    const run = await createRun(WEBHOOK, OUTAGE);
    await run.mergeAll([[WEBHOOK, OUTAGE]]);
    await run.pass(NOON + HOUR);
    expect((await run.get(WEBHOOK)).mergedInto).toBeDefined();
    await run.change(OUTAGE, (current) => resolved(current, NOON + HOUR));
    const { changes } = await run.pass(NOON + HOUR + MINUTE);
    expect(changes.some(({ incident }) => incident.cause === WEBHOOK.cause)).toBe(true);
    const apart = await run.get(WEBHOOK);
    expect(apart.mergedInto).toBeUndefined();
    // The page that was held back is the first that anybody hears of it: nothing is escalated yet.
    expect(apart.pending.filter(isPage).map(({ transition }) => transition)).toEqual(['triggered']);
  });

  it('are told on their own again once they are more urgent', async () => {
    const run = await createRun(WEBHOOK, OUTAGE);
    await run.change(OUTAGE, (current) => {
      const outcome = act(current, { kind: 'set-severity', severity: 'P2' }, ANNA, { policy, now: NOON });
      return outcome.kind === 'done' ? outcome.incident : current;
    });
    const into = await run.get(OUTAGE);
    const refused = act(await run.get(WEBHOOK), { kind: 'merge', into }, ANNA, { policy, now: NOON });
    expect(refused).toMatchObject({ kind: 'refused', why: 'into-silence' });
    await run.change(WEBHOOK, (current) => ({
      ...current,
      version: current.version + 1,
      mergedInto: { id: into.id, cause: into.cause, subject: into.subject },
    }));
    await run.pass();
    expect((await run.get(WEBHOOK)).mergedInto).toBeUndefined();
  });

  it('cannot become part of what is over, or of what is part of another', () => {
    const outage = opened(OUTAGE);
    const at = { policy, now: NOON };
    const into = (target: Incident) => act(opened(), { kind: 'merge', into: target }, ANNA, at);
    expect(into(resolved(outage, NOON))).toMatchObject({ why: 'into-silence' });
    expect(into({ ...outage, mergedInto: { id: 'inc-20261103-00000000', ...CREDITS } })).toMatchObject({
      why: 'into-silence',
      text: expect.stringContaining('inc-20261103-00000000'),
    });
  });
});
