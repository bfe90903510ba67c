import { describe, expect, it } from 'vitest';
import { createForwardWorld, leftInQueue, START } from './world.ts';

describe('the forwarder', () => {
  it('sends every row that waits, and ends when nothing is left', async () => {
    const world = createForwardWorld();
    const rows = await world.put('leads', 100);
    const report = await world.forward();
    expect(report.answers).toEqual({ accepted: 100 });
    expect(world.faults).toEqual([]);
    expect(await leftInQueue(world, 'leads')).toBe(0);
    expect(new Set(world.taken.keys())).toEqual(new Set(rows.map(({ id }) => id)));
    expect(world.clock.now() - START).toBeLessThan(14_000);
    const snapshot = await world.ledger.fold('leads', world.clock.now());
    expect(snapshot.webhooks).toMatchObject([{ webhook: 'leads-1', accepted: 100, unknown: 0 }]);
  });
});
