/**
 * Pictures of the product as it runs, for the README and the pages of documentation: the local runtime with the trial
 * configuration on a simulated Clay, some weeks of made-up past, and an outage from its beginning to its postmortem.
 *
 * Usage: npm run screenshots [-- [--out DIR]]. Needs a Chromium on the machine (CHROMIUM_PATH names one).
 */
import { mkdir, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { Page } from 'playwright-core';
import { findChromium, HOW_TO_GET_ONE } from '../test/browser/chromium.ts';
import { fillHistory, withPast } from '../test/browser/history.ts';
import { type BrowserWorld, startStage } from '../test/browser/stage.ts';
import { SCREENS, type Visitor } from '../test/browser/visitor.ts';
import { smallPng } from './small-png.ts';

const { values: options } = parseArgs({
  options: { out: { type: 'string', default: resolve(import.meta.dirname, 'pictures') } },
});
const OUT = options.out;

/** A made-up person. */
const WHO = 'Grace Lindqvist';
const PATIENCE_MS = 120_000;
const MOST_BYTES = 150_000;
/** Colours: the first that are few enough. */
const PALETTES = [256, 96, 48] as const;
const MOST_IN_ALL = 1_500_000;
/** Taller pages are cut off: nobody reads them in a picture. */
const TALLEST = { desktop: 1_500, phone: 1_700 } as const;

interface Look {
  /** The file, without its ending. */
  readonly name: string;
  readonly tallest?: number;
}

const quiet = async (page: Page): Promise<void> => {
  const until = Date.now() + PATIENCE_MS;
  while ((await page.locator('[aria-busy="true"]').count()) > 0 && Date.now() < until)
    await page.waitForTimeout(100);
  await page.evaluate('document.fonts.ready.then(() => true)');
  // Charts are drawn when the place that they have is known.
  await page.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))');
};

const signIn = async (world: BrowserWorld, looks: Parameters<BrowserWorld['stranger']>[0]) => {
  const visitor = await world.stranger(looks);
  const { page } = visitor;
  page.setDefaultTimeout(PATIENCE_MS);
  await page.goto('/console');
  await page.getByLabel('Your name').fill(WHO);
  await page.getByLabel('Secret').fill(world.key);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor();
  return visitor;
};

const closeGuide = ({ page }: Visitor) =>
  page.getByRole('button', { name: 'Close the guided drill' }).click();

const goTo = async ({ page }: Visitor, hash: string, title: string | RegExp): Promise<void> => {
  await page.evaluate(`location.hash = ${JSON.stringify(hash)}`);
  await page.getByRole('heading', { level: 1, name: title }).waitFor();
  await quiet(page);
};

const untilSaid = (page: Page, words: RegExp): Promise<unknown> =>
  page.getByText(words).first().waitFor({ timeout: PATIENCE_MS });

const smallEnough = (name: string, picture: Buffer): Buffer => {
  for (const colors of PALETTES) {
    const small = smallPng(picture, colors);
    if (small.length <= MOST_BYTES) return small;
  }
  throw new Error(`${name} is larger than ${MOST_BYTES / 1_000} KB.`);
};

const keep = async (name: string, picture: Buffer): Promise<void> => {
  const small = smallEnough(name, picture);
  await writeFile(join(OUT, `${name}.png`), small);
  console.log(`  ${`${name}.png`.padEnd(28)}${Math.round(small.length / 1_000)} KB`);
};

const take = async (page: Page, { name, tallest }: Look): Promise<void> => {
  await quiet(page);
  const before = page.viewportSize() ?? SCREENS.desktop;
  const most = tallest ?? (before.width < 600 ? TALLEST.phone : TALLEST.desktop);
  const height = await page.evaluate<number>('document.documentElement.scrollHeight');
  await page.setViewportSize({ width: before.width, height: Math.min(height, most) });
  await page.evaluate('scrollTo(0, 0)');
  await quiet(page);
  const bytes = await page.screenshot({ animations: 'disabled', caret: 'hide', scale: 'css' });
  await page.setViewportSize(before);
  await keep(name, bytes);
};

/** Runs the watch for the present, as its schedule would. */
const watchOf = (world: BrowserWorld) => {
  let last = 0;
  return async (times: number): Promise<void> => {
    for (let run = 0; run < times; run += 1) {
      last = Math.max(last + 1_000, Math.floor(Date.now() / 1_000) * 1_000);
      await world.runtime.runOnce(last);
    }
  };
};

/** Over HTTP, in the name of somebody. Throws what is refused. */
const act = async (world: BrowserWorld, path: string, body: object): Promise<void> => {
  const answer = await fetch(`${world.origin}${path}`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      authorization: `Bearer ${world.key}`,
      'x-claywatch-actor': WHO,
    },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`${path} was answered ${answer.status}: ${await answer.text()}`);
};

const planWork = (world: BrowserWorld): Promise<void> =>
  act(world, '/v1/silences', {
    kind: 'maintenance',
    reason: 'The CRM is moved to its new region',
    from: new Date(Date.now() + 20 * 3_600_000).toISOString(),
    to: new Date(Date.now() + 22 * 3_600_000).toISOString(),
    match: { feed: 'leads' },
  });

const openIncident = async (world: BrowserWorld): Promise<string> => {
  const { incidents } = (await world.api('/v1/incidents')) as {
    readonly incidents: readonly { readonly id: string }[];
  };
  const [incident] = incidents;
  if (!incident) throw new Error('The outage was not found.');
  return incident.id;
};

/** All is well. */
const takeCalm = async (grace: Visitor, night: Visitor): Promise<void> => {
  const { page } = grace;
  await take(page, { name: 'overview' });
  await take(night.page, { name: 'overview-dark' });
  await goTo(grace, '#/feeds/leads?span=24h', 'leads');
  await take(page, { name: 'feed' });
  await goTo(grace, '#/credits?span=35d', 'Credits');
  await take(page, { name: 'credits' });
  await goTo(grace, '#/operations', 'Operations');
  await take(page, { name: 'operations', tallest: 1_100 });
  await goTo(grace, '#/incidents', 'Incidents');
  await page.getByRole('radio', { name: 'All', exact: true }).check({ force: true });
  await untilSaid(page, /Credits burn/);
  await take(page, { name: 'incidents' });
};

/** Clay is down, and somebody takes it. */
const takeOutage = async (world: BrowserWorld, grace: Visitor, phone: Visitor): Promise<string> => {
  const { page } = grace;
  const id = await openIncident(world);
  await goTo(grace, '#/', 'Overview');
  await untilSaid(page, /[56]\d rows are kept/);
  await take(page, { name: 'overview-broken' });
  await goTo(phone, '#/', 'Overview');
  await untilSaid(phone.page, /Clay is down/);
  await take(phone.page, { name: 'overview-phone' });

  await goTo(grace, `#/incidents/${id}`, /Clay is down/);
  await page.getByRole('button', { name: 'Acknowledge', exact: true }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Acknowledge', exact: true }).click();
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await untilSaid(page, /Acknowledged by/);
  await act(world, `/v1/incidents/${id}/note`, { text: 'Clay support has it: ticket 4711.' });
  await act(world, `/v1/incidents/${id}/update`, {
    audience: 'public',
    confirmed: true,
    text: 'New leads are enriched later than usual. They are kept, and go on by themselves.',
  });
  await untilSaid(page, /ticket 4711/);
  await page.locator('.toast').first().waitFor({ state: 'detached' });
  await take(page, { name: 'incident', tallest: 1_730 });
  await goTo(phone, `#/incidents/${id}`, /Clay is down/);
  await take(phone.page, { name: 'incident-phone' });
  return id;
};

const takeStatusPage = async (world: BrowserWorld): Promise<void> => {
  await using anybody = await world.stranger();
  // What is served may be some seconds old.
  for (let attempt = 0; attempt < 60; attempt += 1) {
    await anybody.page.goto('/status');
    if ((await anybody.page.content()).includes('later than usual')) break;
    await anybody.page.waitForTimeout(2_000);
  }
  await take(anybody.page, { name: 'status-page' });
};

const takeEnd = async ({ page }: Visitor): Promise<void> => {
  await untilSaid(page, /Resolved/);
  await page.getByRole('button', { name: 'Read the postmortem' }).click();
  const text = page.getByRole('textbox', { name: 'Postmortem' });
  await text.waitFor();
  await quiet(page);
  await page.setViewportSize({ width: SCREENS.desktop.width, height: 760 });
  await text.scrollIntoViewIfNeeded();
  const panel = page.locator('section', { has: text }).last();
  const bytes = await panel.screenshot({ animations: 'disabled', caret: 'hide' });
  await keep('postmortem', bytes);
};

const tellSizes = async (): Promise<void> => {
  const files = (await readdir(OUT)).filter((name) => name.endsWith('.png'));
  const sizes = await Promise.all(files.map(async (name) => (await stat(join(OUT, name))).size));
  const sum = sizes.reduce((all, size) => all + size, 0);
  console.log(`${files.length} pictures, ${Math.round(sum / 1_000)} KB in all, in ${OUT}`);
  if (sum > MOST_IN_ALL) process.exitCode = 1;
};

const takeAll = async (chromium: string): Promise<void> => {
  console.log('The runtime starts, and its past is written…');
  const world = await startStage({ chromium, adapt: withPast });
  try {
    await fillHistory({ runtime: world.runtime, clayUrl: world.clayUrl, now: Date.now() });
    const watch = watchOf(world);
    await watch(2);
    await planWork(world);
    await using grace = await signIn(world, {});
    await using night = await signIn(world, { colorScheme: 'dark' });
    await using phone = await signIn(world, { screen: 'phone', colorScheme: 'dark' });
    await take(grace.page, { name: 'first-run', tallest: 900 });
    for (const visitor of [grace, night, phone]) await closeGuide(visitor);
    await takeCalm(grace, night);

    await world.switchOn('outage');
    await world.sendRows(8);
    await watch(2);
    await world.sendRows(52);
    await watch(1);
    await takeOutage(world, grace, phone);
    await takeStatusPage(world);

    await world.switchOff('outage');
    await watch(4);
    await takeEnd(grace);
  } finally {
    await world.stop();
  }
  await tellSizes();
};

const chromium = findChromium(process.env);
if (chromium === undefined) {
  console.error(`There is no Chromium on this machine. ${HOW_TO_GET_ONE}`);
  process.exitCode = 69;
} else {
  await rm(OUT, { recursive: true, force: true });
  await mkdir(OUT, { recursive: true });
  await takeAll(chromium);
}
