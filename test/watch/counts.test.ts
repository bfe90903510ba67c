import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../shared/config/parse.ts';
import { observation } from '../../shared/observe/observation.ts';
import type { RowsLedger } from '../../shared/rows/ledger.ts';
import { countsWatch } from '../../shared/watch/counts.ts';
import type { WatchReport } from '../../shared/watch/run.ts';
import { createWorld, ROWS_CLAY, ROWS_CONFIG, type World, type WorldOptions } from '../support/world.ts';

const flowing = (over: Partial<WorldOptions> = {}): World =>
  createWorld({ config: ROWS_CONFIG, clay: ROWS_CLAY, traffic: { perMinute: () => 12 }, ...over });

const found = (report: WatchReport | undefined, probe: string) =>
  report?.observations.find((seen) => seen.probe === probe)?.finding;
const messages = (world: World): readonly string[] =>
  world.delivered.map(({ notification: { attributes } }) => `${attributes.transition} ${attributes.cause}`);

describe('the counts of a run', () => {
  it('are those of the rows that flowed, and the report carries them', async () => {
    const world = flowing();
    await world.run(30);
    const [feed] = world.reports.at(-1)?.feeds ?? [];
    const sent = world.traffic?.answers['200'] ?? 0;
    expect(feed?.webhooks).toEqual([{ webhook: 'leads-1', count: expect.any(Number), limit: 50_000 }]);
    expect(feed?.webhooks[0]?.count).toBeGreaterThan(sent * 0.95);
    expect(feed?.lastHour.hitRate).toBeGreaterThan(0.5);
    expect(world.reports.at(-1)?.diagnosis?.conclusion).toBe('healthy');
  });

  it('that cannot be read are a gap of their own after half an hour, and everything else is looked at as before', async () => {
    const broken = { on: false };
    const world = flowing({
      around: {
        rowsLedger: (inner) => ({
          ...inner,
          fold: async (feed, now) => {
            if (broken.on) throw new Error('the store is down');
            return inner.fold(feed, now);
          },
        }),
      },
    });
    await world.run(20);
    broken.on = true;
    await world.run(5);
    expect(found(world.reports.at(-1), 'rows:leads')).toBe('not-run');
    expect(found(world.reports.at(-1), 'clay.web')).toBe('up');
    expect(messages(world)).toEqual([]);
    world.clay.faults.on('outage');
    await world.run(2);
    world.clay.faults.clear();
    await world.run(40);
    expect(messages(world)).toEqual([
      'triggered clay.outage',
      'resolved clay.outage',
      'triggered monitoring.gap',
    ]);
    broken.on = false;
    await world.run(3);
    expect(messages(world).at(-1)).toBe('resolved monitoring.gap');
  });

  it('that never come cost the run no more than its deadline', async () => {
    const world = createWorld({
      config: ROWS_CONFIG,
      around: { rowsLedger: (inner) => ({ ...inner, fold: () => new Promise<never>(() => undefined) }) },
    });
    const before = world.clock.now();
    const report = await world.tick();
    expect(report.result).toBe('completed');
    expect(world.clock.now() - before).toBeLessThan(26_000);
    expect(found(report, 'rows:leads')).toBe('not-run');
    expect(found(report, 'clay.web')).toBe('up');
  });

  it('of the balance that cannot be kept are a gap of their own too', async () => {
    const world = flowing({
      around: {
        creditStore: (inner) => ({
          ...inner,
          load: async () => {
            throw new Error('the store is down');
          },
        }),
      },
    });
    const report = await world.tick();
    expect(report.result).toBe('completed');
    expect(found(report, 'credits.history')).toBe('not-run');
    await world.run(35);
    expect(messages(world)).toEqual(['triggered monitoring.gap']);
  });

  it("give way to Clay's own limit answer, which the check of the webhook met", async () => {
    const rebased: unknown[] = [];
    const world = flowing({
      around: {
        rowsLedger: (inner): RowsLedger => ({
          ...inner,
          rebase: async (feed, webhook, to) => {
            rebased.push({ feed, webhook, count: to.count, why: to.why });
            return inner.rebase(feed, webhook, to);
          },
        }),
      },
      traffic: { perMinute: () => 0 },
    });
    await world.run(2);
    expect(rebased).toEqual([]);
    world.clay.faults.on('webhook-limit');
    await world.run(4);
    expect(rebased).toEqual([{ feed: 'leads', webhook: 'leads-1', count: 50_000, why: 'limit-answer' }]);
    expect(found(world.reports.at(-1), 'rows:leads/webhook/leads-1')).toBe('reached');
  });

  it('keep the incident of a provider open while rows do not name it, which proves nothing', async () => {
    const world = flowing();
    await world.run(20);
    world.clay.faults.on('provider-down', { provider: 'alpha-data' });
    await world.run(15);
    expect(messages(world)).toEqual(['triggered provider.failing']);
    world.clay.faults.clear();
    world.clay.faults.on('poor-input', { share: 1 });
    await world.run(60);
    expect(found(world.reports.at(-1), 'rows:leads/provider/alpha-data')).toBe('too-few');
    expect(messages(world)).not.toContain('resolved provider.failing');
  });

  it('speak of a provider until the rows of a whole day, enough of them, do not name it', () => {
    const config = parseConfig(ROWS_CONFIG, 'the configuration of the test');
    const ledger = (calledBack: number) =>
      observation({
        probe: 'rows:leads',
        surface: 'rows-ledger',
        subject: 'leads',
        finding: 'readable',
        at: 0,
        durationMs: 0,
        summary: '',
        facts: { calledBack },
      });
    const gone = 'rows:leads/provider/gone';
    expect(countsWatch(config, [ledger(5_000)])(gone)).toBe(false);
    expect(countsWatch(config, [ledger(20)])(gone)).toBe(true);
    expect(countsWatch(config, [])(gone)).toBe(true);
    expect(countsWatch(config, [ledger(5_000), { ...ledger(0), probe: gone }])(gone)).toBe(true);
    expect(countsWatch(config, [])('rows:accounts/provider/gone')).toBe(false);
    expect(countsWatch(config, [])('rows:leads/flow')).toBe(true);
  });

  it('of a feed that the configuration drops close what they opened', async () => {
    const world = flowing();
    await world.run(20);
    world.clay.faults.on('crm-token-expired');
    await world.run(15);
    expect(messages(world)).toEqual(['triggered crm.sync-failing']);
    world.reconfigure({ ...ROWS_CONFIG, feeds: {} });
    await world.run(2);
    expect(messages(world)).toEqual(['triggered crm.sync-failing', 'resolved crm.sync-failing']);
  });
});
