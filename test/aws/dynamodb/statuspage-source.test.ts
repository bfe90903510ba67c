import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDynamoIncidentStore } from '../../../shared/aws/dynamodb/incident-store.ts';
import { createDynamoSilenceStore } from '../../../shared/aws/dynamodb/silence-store.ts';
import { createDynamoStatusPageSource } from '../../../shared/aws/dynamodb/statuspage-source.ts';
import { createDynamoWatchStore } from '../../../shared/aws/dynamodb/watch-store.ts';
import type { Incident } from '../../../shared/incident/incident.ts';
import { type LocalTable, startDynalite } from '../../contract/local-table.ts';
import { DAY, HOUR, MINUTE, NOW, story, work } from '../../statuspage/status-world.ts';

let table: LocalTable;
beforeAll(async () => {
  table = await startDynalite('claywatch-statuspage');
});
afterAll(() => table.close());

const keep = async (incident: Incident) => {
  const store = createDynamoIncidentStore(table);
  await store.write({ ...incident, version: 1 }, null);
};

describe('what the status page reads', () => {
  it('is null for a watch that never ran, then when it looked, as the watch keeps it', async () => {
    const source = createDynamoStatusPageSource(table);
    expect(await source.watched()).toBeNull();
    const watch = createDynamoWatchStore(table);
    await watch.save({ lastSlot: NOW, health: {}, version: 1 });
    expect(await source.watched()).toEqual({ since: NOW, lastRunAt: NOW, gaps: [] });
    const watched = { since: NOW, lastRunAt: NOW + MINUTE, gaps: [{ from: NOW, to: NOW + MINUTE }] };
    await watch.save({ lastSlot: NOW + MINUTE, health: {}, watched, version: 2 });
    expect(await source.watched()).toEqual(watched);
    expect((await watch.load()).watched).toEqual(watched);
  });

  it('is at most so many of what is open, and of what was opened lately', async () => {
    const source = createDynamoStatusPageSource(table);
    for (let index = 0; index < 6; index += 1)
      await keep(story('webhook.gone', `leads/leads-${index}`, NOW - index * HOUR).incident);
    await keep({
      ...story('webhook.gone', 'accounts/old', NOW - 5 * DAY).resolved(NOW - 4 * DAY).incident,
      pending: [],
    });
    expect(await source.active(100)).toHaveLength(6);
    expect((await source.active(2)).map(({ subject }) => subject).sort()).toEqual([
      'leads/leads-0',
      'leads/leads-1',
    ]);
    expect(await source.list({ since: NOW - 10 * DAY, limit: 100 })).toHaveLength(7);
    expect((await source.list({ since: NOW - 10 * DAY, limit: 3 })).map(({ subject }) => subject)).toEqual([
      'leads/leads-0',
      'leads/leads-1',
      'leads/leads-2',
    ]);
  });

  it('has planned work in it, over or not', async () => {
    const silences = createDynamoSilenceStore(table);
    await silences.create(work({ id: 'sil-00000001' }));
    await silences.create(work({ id: 'sil-00000002', createdAt: NOW - 2 * DAY, to: NOW - DAY }));
    const source = createDynamoStatusPageSource(table);
    const read = await source.silences({ since: NOW - 10 * DAY, limit: 10 });
    expect(read.map(({ id }) => id)).toEqual(['sil-00000001', 'sil-00000002']);
  });
});
