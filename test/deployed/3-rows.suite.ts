import { describe, expect, it } from 'vitest';
import { TRIAL_RELAY_SECRET, trialCallback } from '../../local/trial-config.ts';
import { missing, titled, world } from './world.ts';

interface Usage {
  readonly feeds: readonly [
    {
      readonly webhooks: readonly {
        readonly webhook: string;
        readonly count: { readonly low: number; readonly high: number };
      }[];
      readonly rows: { readonly totals: Readonly<Record<string, number>> };
    },
  ];
}
interface Status {
  readonly mode: string;
  readonly feeds: readonly [{ readonly rows_waiting: number; readonly webhook: { readonly active: string } }];
}

const SEEN_WITHIN = { timeout: 90_000, interval: 500 };
const rowsOf = (from: number, count: number) =>
  Array.from({ length: count }, (_, index) => ({ email: `person-${from + index}@example.org` }));
const status = async () => (await (await world().ask('/v1/status')).json()) as Status;
const usage = async () => (await world().cli<Usage>('usage')).feeds[0];
const idsAtClay = async () => (await world().atClay()).map(({ rowId }) => rowId).sort();

const callBack = (body: object, secret: string) =>
  world().ask('/v1/callbacks/leads', {
    method: 'POST',
    headers: { 'x-callback-secret': secret },
    body: JSON.stringify(body),
  });

/** From a sender through relay, queue and forwarder to Clay, and back to the callback: each function in its own role. */
describe.skipIf(missing)(titled('rows, deployed'), () => {
  const taken: string[] = [];

  it('reach Clay once each, come back, and are counted on both ways', async () => {
    taken.push(...(await world().sendRows(rowsOf(1, 4))));
    await expect.poll(idsAtClay, SEEN_WITHIN).toEqual(taken.toSorted());
    await expect
      .poll(async () => {
        await world().look();
        return (await usage()).rows.totals;
      }, SEEN_WITHIN)
      .toMatchObject({ submitted: 4, calledBack: 4, unannounced: 0 });
  });

  it('count once, however often a callback is delivered', async () => {
    const secret = trialCallback(0).secret;
    const again = await callBack({ row_id: taken[0], status: 'SUCCESS' }, secret);
    expect(again.status).toBe(200);
    expect((await callBack({ row_id: taken[0] }, 'not-the-secret')).status).toBe(401);
    await world().look();
    expect((await usage()).rows.totals).toMatchObject({ submitted: 4, calledBack: 4 });
  });

  it('go to the next webhook when one is full enough, and none is lost on the way', async () => {
    for (let from = 100; from < 140; from += 10) taken.push(...(await world().sendRows(rowsOf(from, 10))));
    await expect.poll(idsAtClay, SEEN_WITHIN).toEqual(taken.toSorted());
    expect((await status()).feeds[0]).toMatchObject({ rows_waiting: 0, webhook: { active: 'leads-2' } });
    const byWebhook = Object.groupBy(await world().atClay(), ({ webhook }) => webhook);
    expect(Object.keys(byWebhook).sort()).toEqual(['leads-1', 'leads-2']);
    await world().look();
    expect((await usage()).webhooks.slice(0, 2).map(({ webhook, count }) => [webhook, count])).toEqual([
      [
        'leads-1',
        {
          low: 44_990 + (byWebhook['leads-1']?.length ?? 0),
          high: 44_990 + (byWebhook['leads-1']?.length ?? 0),
        },
      ],
      ['leads-2', { low: byWebhook['leads-2']?.length, high: byWebhook['leads-2']?.length }],
    ]);
  });

  it('wait through an outage, and all of them reach Clay afterwards', async () => {
    await world().switchOn('outage');
    await world().look();
    taken.push(...(await world().sendRows(rowsOf(200, 5))));
    // The status is read anew once a second.
    await expect.poll(async () => (await status()).mode, { timeout: 15_000 }).toBe('holding');
    expect((await world().atClay()).length).toBe(taken.length - 5);
    await world().switchOff('outage');
    // Minute after minute, as the schedules would: the watch sees Clay work again, the forwarder sends what waits.
    await expect
      .poll(async () => {
        await Promise.all([world().look(), world().turn('forward')]);
        return idsAtClay();
      }, SEEN_WITHIN)
      .toEqual(taken.toSorted());
  });

  it('are in no log, and neither is a secret', async () => {
    const logs = await world().logs();
    const written = Object.entries(logs).filter(([group]) => group.startsWith('/aws/lambda/'));
    expect(written.filter(([, text]) => text.includes('"level"')).length).toBeGreaterThan(3);
    for (const [group, text] of written) {
      expect(text, group).not.toMatch(/example\.org|simulated-|whsec_|pull-in-data-from/);
      expect(text, group).not.toContain(TRIAL_RELAY_SECRET);
    }
  });
});
