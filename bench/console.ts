/**
 * What the console asks of a browser: until something is seen, what is sent for it, how it scrolls through a thousand
 * incidents and weeks of series, and what it holds on to while it polls.
 *
 * The local runtime with its gateway, a simulated Clay and headless Chromium on one machine; every figure stands beside
 * that of an empty page of the same gateway in the same run. Sizes are kept or missed wherever it runs, and decide the
 * exit code; times are told.
 *
 * Usage: npm run bench:console [-- [--json] [--rounds 9] [--mobile-rounds 5] [--incidents 1000] [--polls 200]]
 */
import { availableParallelism, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import type { Page } from 'playwright-core';
import { buildConsole } from '../console/build.ts';
import type { GatewayRoute } from '../local/http-gateway.ts';
import { findChromium, HOW_TO_GET_ONE } from '../test/browser/chromium.ts';
import { fillHistory, manyIncidents, withPast } from '../test/browser/history.ts';
import { type BrowserWorld, startStage } from '../test/browser/stage.ts';
import { type Frames, scroll } from './console-frames.ts';
import { type Growth, measureGrowth } from './console-heap.ts';
import { type Load, type LoadOf, measureLoads } from './console-loads.ts';
import { compressedIn, SCRIPT_BUDGET, type Sizes, sizesOf } from './console-size.ts';
import { ms } from './report.ts';

const { values: options } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    rounds: { type: 'string', default: '9' },
    'mobile-rounds': { type: 'string', default: '5' },
    incidents: { type: 'string', default: '1000' },
    polls: { type: 'string', default: '200' },
  },
});
const INCIDENTS = Number(options.incidents);
const POLLS = Number(options.polls);
const DAYS_OF_ROWS = 33;
const SCROLL_MS = 6_000;
const PATIENCE_MS = 300_000;

const GOALS = {
  fcpMs: 1_000,
  lcpMs: 2_500,
  /** What Lighthouse calls good on its mobile setting. */
  mobileFcpMs: 1_800,
  mobileLcpMs: 2_500,
  /** Two frames of a screen of 60 Hz. */
  frameMs: 34,
  /** What people still take for at once. */
  taskMs: 200,
  heapGrowthBytes: 2_000_000,
} as const;

/** As bare as a page can be that shows something, and as tall as the others. */
const EMPTY: GatewayRoute = {
  route: 'GET /bench/empty',
  invoke: async () => ({
    statusCode: 200,
    headers: { 'content-type': 'text/html; charset=utf-8' },
    body: '<!doctype html><html lang="en"><meta charset="utf-8"><title>Empty</title><link rel="icon" href="data:,"><h1>Nothing</h1><div style="height:60000px"></div></html>',
  }),
};

type Of<T> = Readonly<Record<'control' | 'console', T>>;

interface Result {
  readonly sizes: Sizes;
  readonly cold: Of<Load>;
  readonly mobile: Of<Load>;
  readonly frames: Readonly<Record<string, Frames>>;
  readonly shown: { readonly incidents: number };
  readonly growth: Readonly<Record<string, Growth>>;
}

const OVERVIEW = '.node-label';

const loadsOf = async (world: BrowserWorld): Promise<Of<LoadOf>> => {
  await using visitor = await world.visitor();
  const { origin } = world;
  // Whoever looks has closed the drill long ago.
  await visitor.page.getByRole('button', { name: 'Close the guided drill' }).click();
  const state = await visitor.context.storageState();
  return {
    control: { ...{ origin, state }, path: '/bench/empty', ready: 'h1' },
    console: { ...{ origin, state }, path: '/console', ready: OVERVIEW },
  };
};

/** Leafs through every incident there is; answers how many were loaded. */
const showAll = async (page: Page): Promise<number> => {
  await page.evaluate("location.hash = '#/incidents'");
  await page.getByRole('radio', { name: 'All', exact: true }).check({ force: true });
  await page.locator('tbody tr').first().waitFor();
  const older = page.getByRole('button', { name: 'Older', exact: true });
  const place = page.locator('.list-foot [role="status"]');
  while ((await older.count()) > 0) {
    const before = await place.innerText();
    await older.click();
    while ((await place.innerText()) === before) await page.waitForTimeout(100);
  }
  const [, all = '0'] = /of ([\d,]+)/.exec(await place.innerText()) ?? [];
  return Number(all.replaceAll(',', ''));
};

const signedIn = async (world: BrowserWorld) => {
  const visitor = await world.visitor();
  visitor.page.setDefaultTimeout(PATIENCE_MS);
  await visitor.page.getByRole('button', { name: 'Close the guided drill' }).click();
  return visitor;
};

const measureFrames = async (world: BrowserWorld): Promise<Pick<Result, 'frames' | 'shown'>> => {
  await using visitor = await signedIn(world);
  const { page } = visitor;
  await page.goto('/bench/empty');
  const control = await scroll(page, SCROLL_MS);
  await page.goto('/console');
  await page.locator(OVERVIEW).first().waitFor();
  const incidents = await showAll(page);
  const list = await scroll(page, SCROLL_MS);
  const charts: Record<string, Frames> = {};
  for (const [name, hash] of [
    ['a feed, 24 hours', '#/feeds/leads?span=24h'],
    ['a feed, 35 days', '#/feeds/leads?span=35d'],
    ['credits, 35 days', '#/credits?span=35d'],
  ] as const) {
    await page.evaluate(`location.hash = ${JSON.stringify(hash)}`);
    await page.locator('canvas').first().waitFor();
    charts[name] = await scroll(page, SCROLL_MS / 2);
  }
  return { frames: { 'an empty page': control, 'the incidents': list, ...charts }, shown: { incidents } };
};

const growthOf = async (
  world: BrowserWorld,
  { path, ready }: { readonly path: string; readonly ready: string },
  look: (step: number) => Promise<void>,
): Promise<Growth> => {
  await using visitor = await signedIn(world);
  const { page } = visitor;
  await page.clock.install();
  await page.goto('about:blank');
  await page.goto(path);
  await page.locator(ready).first().waitFor();
  // Awaited here, or the page would be gone before.
  return await measureGrowth(page, POLLS, look);
};

const measureGrowths = async (world: BrowserWorld): Promise<Result['growth']> => {
  let last = Math.floor(Date.now() / 1_000) * 1_000;
  // What is polled must change, or nothing is drawn anew.
  const look = async (step: number): Promise<void> => {
    if (step % 20 !== 0) return;
    last = Math.max(last + 1_000, Math.floor(Date.now() / 1_000) * 1_000);
    await world.runtime.runOnce(last);
  };
  return {
    'an empty page': await growthOf(world, { path: '/bench/empty', ready: 'h1' }, async () => {}),
    'the overview': await growthOf(world, { path: '/console#/', ready: OVERVIEW }, look),
    'a feed with its charts': await growthOf(
      world,
      { path: '/console#/feeds/leads?span=24h', ready: 'canvas' },
      look,
    ),
  };
};

const measure = async (chromium: string, tell: (what: string) => void): Promise<Result> => {
  const sizes = await sizesOf(await buildConsole());
  tell('A year of incidents and five weeks of rows are written');
  const world = await startStage({ chromium, adapt: withPast, also: [EMPTY] });
  try {
    const past = { runtime: world.runtime, now: Date.now() };
    await manyIncidents(INCIDENTS, past);
    await fillHistory({ ...past, now: Date.now(), clayUrl: world.clayUrl, daysOfRows: DAYS_OF_ROWS });
    await world.runtime.runOnce(Math.floor(Date.now() / 1_000) * 1_000);
    tell('Cold loads');
    const pages = await loadsOf(world);
    const cold = await measureLoads(world.browser, pages, {
      rounds: Number(options.rounds),
      throttling: 'none',
    });
    tell('Cold loads of a slow telephone');
    const mobile = await measureLoads(world.browser, pages, {
      rounds: Number(options['mobile-rounds']),
      throttling: 'mobile',
    });
    tell('Scrolling');
    const scrolled = await measureFrames(world);
    tell('Polls');
    return { sizes, cold, mobile, ...scrolled, growth: await measureGrowths(world) };
  } finally {
    await world.stop();
  }
};

const kb = (bytes: number): string => `${(bytes / 1_000).toFixed(1)} KB`;
const mb = (bytes: number): string => `${(bytes / 1_000_000).toFixed(2)} MB`;

interface Goal {
  readonly what: string;
  readonly value: string;
  readonly goal: string;
  readonly holds: boolean;
  /** A size is the same on every machine, however busy. */
  readonly binds: boolean;
}

const goalsOf = ({ sizes, cold, mobile, frames, growth }: Result): readonly Goal[] => {
  const scripts = compressedIn(sizes.scripts);
  const time = (what: string, value: number, most: number): Goal => ({
    ...{ what, value: ms(value), goal: `under ${ms(most)}`, holds: value < most, binds: false },
  });
  const scrolled = Object.entries(frames).filter(([name]) => name !== 'an empty page');
  const grown = Object.entries(growth).filter(([name]) => name !== 'an empty page');
  return [
    {
      ...{ what: 'all scripts, compressed', value: kb(scripts), goal: `under ${kb(SCRIPT_BUDGET)}` },
      ...{ holds: scripts < SCRIPT_BUDGET, binds: true },
    },
    time('first contentful paint', cold.console.fcpMs, GOALS.fcpMs),
    time('largest contentful paint', cold.console.lcpMs, GOALS.lcpMs),
    time('first contentful paint, slow telephone', mobile.console.fcpMs, GOALS.mobileFcpMs),
    time('largest contentful paint, slow telephone', mobile.console.lcpMs, GOALS.mobileLcpMs),
    ...scrolled.flatMap(([name, { p95Ms, longestTaskMs }]) => [
      time(`${name}: 95 of 100 frames`, p95Ms, GOALS.frameMs),
      time(`${name}: longest task while scrolling`, longestTaskMs, GOALS.taskMs),
    ]),
    ...grown.map(([name, { before, after, polls }]): Goal => {
      const bytes = after.heapBytes - before.heapBytes;
      return {
        ...{ what: `${name}: heap after ${polls} polls`, value: `+${mb(bytes)}` },
        ...{ goal: `under ${mb(GOALS.heapGrowthBytes)}`, holds: bytes < GOALS.heapGrowthBytes, binds: false },
      };
    }),
  ];
};

const row = (label: string, ...cells: readonly string[]): void =>
  console.log(`  ${label.padEnd(34)}${cells.map((cell) => cell.padStart(14)).join('')}`);

const showLoads = (title: string, loads: Of<Load>): void => {
  console.log(`\n${title}`);
  row('median', 'first paint', 'largest', 'script', 'style', 'all', 'requests');
  for (const [name, load] of Object.entries(loads))
    row(
      name === 'control' ? 'an empty page' : 'the overview',
      ms(load.fcpMs),
      ms(load.lcpMs),
      ...[load.scriptBytes, load.styleBytes, load.bytes].map(kb),
      String(load.requests),
    );
};

const show = (result: Result): void => {
  const { sizes, cold, mobile, frames, shown, growth } = result;
  console.log('\nFiles, compressed by brotli');
  for (const { name, bytes, compressed } of [...sizes.scripts, ...sizes.styles])
    row(name.replace(/^assets\//, ''), kb(compressed), `of ${kb(bytes)}`);
  row('all scripts', kb(compressedIn(sizes.scripts)));
  row('all styles', kb(compressedIn(sizes.styles)));
  showLoads('Cold loads, signed in', cold);
  showLoads('The same with a processor four times slower and a slow 4G line', mobile);
  console.log(`\nScrolling, ${shown.incidents} incidents in the list`);
  row('', 'frames', 'p50', 'p95', 'long tasks', 'longest');
  for (const [name, each] of Object.entries(frames))
    row(
      name,
      String(each.frames),
      ms(each.p50Ms),
      ms(each.p95Ms),
      String(each.longTasks),
      ms(each.longestTaskMs),
    );
  console.log(`\nHeld on to, over ${POLLS} steps of 3 s in which every timer fires`);
  row('', 'heap before', 'after', 'nodes before', 'after', 'listeners', 'after');
  for (const [name, { before, after }] of Object.entries(growth))
    row(
      name,
      ...[mb(before.heapBytes), mb(after.heapBytes), String(before.nodes), String(after.nodes)],
      ...[String(before.listeners), String(after.listeners)],
    );
  console.log('');
  for (const { what, value, goal, holds } of goalsOf(result))
    console.log(`  ${what.padEnd(52)}${value.padStart(12)}  goal: ${goal}; ${holds ? 'kept' : 'MISSED'}`);
};

const main = async (chromium: string): Promise<void> => {
  const processors = availableParallelism();
  const [busy = 0] = loadavg();
  const tell = (what: string) => options.json || console.log(`${what}…`);
  if (!options.json) {
    console.log(`Runtime, simulated Clay and Chromium together; ${processors} processors for all.`);
    if (busy > processors / 2)
      console.log(
        `Other programs keep this machine busy (load ${busy.toFixed(1)}): times are worse than its own.`,
      );
  }
  const result = await measure(chromium, tell);
  const goals = goalsOf(result);
  const machine = { processors, load: Number(busy.toFixed(1)) };
  if (options.json) console.log(JSON.stringify({ machine, ...result, goals }, null, 2));
  else show(result);
  if (goals.some(({ holds, binds }) => binds && !holds)) process.exitCode = 1;
};

const chromium = findChromium(process.env);
if (chromium === undefined) {
  console.error(`There is no Chromium on this machine. ${HOW_TO_GET_ONE}`);
  process.exitCode = 69;
} else await main(chromium);
