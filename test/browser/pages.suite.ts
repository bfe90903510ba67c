import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SCREENS, type Screen } from './visitor.ts';
import { type BrowserWorld, chromiumPath, createBrowserWorld, titled } from './world.ts';

const PAGES = [
  ['#/', 'Overview'],
  ['#/feeds', 'Feeds'],
  ['#/feeds/leads', 'leads'],
  ['#/credits', 'Credits'],
  ['#/incidents', 'Incidents'],
  ['#/operations', 'Operations'],
  ['#/audit', 'Audit'],
] as const;

let world: BrowserWorld;
let incidentId = '';

/** Whether anything is wider than the screen. */
const overflow = `document.documentElement.scrollWidth - document.documentElement.clientWidth`;

describe.skipIf(chromiumPath === '')(titled('every page'), () => {
  beforeAll(async () => {
    world = await createBrowserWorld();
    await world.sendRows(5);
    await world.look(2);
    await world.switchOn('outage');
    await world.look(2);
    const list = (await world.api('/v1/incidents')) as {
      readonly incidents: readonly { readonly id: string }[];
    };
    incidentId = list.incidents[0]?.id ?? '';
  });
  afterAll(() => world?.stop());

  for (const screen of Object.keys(SCREENS) as Screen[])
    for (const colorScheme of ['light', 'dark'] as const)
      it(`is whole, without barriers or complaints, on a ${screen} in ${colorScheme}`, async () => {
        await using visitor = await world.visitor({ screen, colorScheme });
        const { page } = visitor;
        await page.getByRole('button', { name: 'Close the guided drill' }).click();
        for (const [hash, title] of [...PAGES, [`#/incidents/${incidentId}`, 'Clay is down'] as const]) {
          await page.evaluate(`location.hash = ${JSON.stringify(hash)}`);
          await page.getByRole('heading', { level: 1, name: title }).waitFor();
          await expect.poll(() => page.locator('[aria-busy="true"]').count(), { timeout: 20_000 }).toBe(0);
          expect(await visitor.barriers(), hash).toEqual([]);
          expect(await page.evaluate(overflow), `${hash} is wider than the screen`).toBeLessThanOrEqual(0);
        }
        expect(visitor.complaints).toEqual([]);
      });

  it('can be reached and left by the keyboard alone, and tells where it is', async () => {
    await using visitor = await world.visitor();
    const { page } = visitor;
    await page.keyboard.press('Tab');
    await page.getByRole('link', { name: /^Incidents/ }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: 'Incidents' }).waitFor();
    expect(await page.evaluate('document.activeElement.tagName')).toBe('H1');
    expect(await page.title()).toContain('Incidents');
    await page.goBack();
    await page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor();
  });

  it('asks strangers to sign in, shows them nothing, and refuses a wrong secret', async () => {
    await using visitor = await world.stranger();
    const { page } = visitor;
    await page.goto('/console#/incidents');
    await page.getByLabel('Your name').fill('Mallory');
    await page.getByLabel('Secret').fill('not-the-secret');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByText('This secret is not known.').waitFor();
    expect(await page.content()).not.toContain(incidentId);
    expect(await visitor.barriers()).toEqual([]);
    expect(visitor.complaints).toEqual([]);
  });

  it('shows readers everything, and lets them change nothing', async () => {
    await using visitor = await world.visitor({ role: 'reader' });
    const { page } = visitor;
    await page.evaluate(`location.hash = '#/incidents/${incidentId}'`);
    await page.getByRole('heading', { level: 1, name: /Clay is down/ }).waitFor();
    for (const name of ['Acknowledge', 'Resolve', 'Send update'])
      expect(await page.getByRole('button', { name }).count(), name).toBe(0);
    await page.evaluate("location.hash = '#/operations'");
    await page.getByRole('heading', { level: 1, name: 'Operations' }).waitFor();
    await expect.poll(() => page.getByText('leads-1').count()).toBeGreaterThan(0);
    for (const name of ['Hold', 'Fail over', 'Silence', 'Start a drill'])
      expect(await page.getByRole('button', { name, exact: true }).count(), name).toBe(0);
    const refused = await page.evaluate(`fetch('/v1/incidents/${incidentId}/acknowledge', {
      method: 'POST', headers: { 'x-claywatch-console': '1' } }).then(({ status }) => status)`);
    expect(refused).toBe(403);
  });
});
