import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Visitor } from './visitor.ts';
import { type BrowserWorld, chromiumPath, createBrowserWorld, titled } from './world.ts';

const PATIENT = { timeout: 30_000, interval: 100 };

let world: BrowserWorld;
let ada: Visitor;

describe.skipIf(chromiumPath === '')(titled('the first run'), () => {
  beforeAll(async () => {
    world = await createBrowserWorld();
    await world.sendRows(3);
    await world.look();
    ada = await world.visitor();
  });
  afterAll(async () => {
    await ada?.[Symbol.asyncDispose]();
    await world?.stop();
  });
  afterEach(() => expect(ada.complaints).toEqual([]));

  it('signs in by the key behind the address, which leaves the address bar and stays in nothing that scripts can read', async () => {
    expect(ada.page.url()).not.toContain('key');
    expect(await ada.page.evaluate('document.cookie')).toBe('');
    expect(
      await ada.page.evaluate(
        'JSON.stringify([...Object.entries(localStorage), ...Object.entries(sessionStorage)])',
      ),
    ).not.toMatch(/key|secret/i);
  });

  it('leads through a drill: broken, found, acknowledged, mended, closed, read', async () => {
    const { page } = ada;
    const now = () => page.locator('.guide-step.is-now').innerText();
    expect(await now()).toContain('Break something');
    await page.getByRole('button', { name: /Switch it on.*Clay is down/ }).click();
    await expect.poll(now, PATIENT).toContain('finds it');
    await world.look(2);
    await expect.poll(now, PATIENT).toContain('you have it');

    await page.getByRole('link', { name: 'Open the incident' }).click();
    await page.getByRole('heading', { level: 1, name: /Clay is down/ }).waitFor();
    await page.getByRole('button', { name: 'Acknowledge' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Acknowledge' }).click();
    await expect.poll(now, PATIENT).toContain('Mend it');

    await page.getByRole('button', { name: 'Switch the fault off' }).click();
    await world.look(4);
    await expect.poll(now, PATIENT).toContain('Read what happened');
    await page.getByRole('button', { name: 'Read the postmortem' }).click();
    await expect
      .poll(() => page.getByRole('textbox', { name: 'Postmortem' }).inputValue(), PATIENT)
      .toContain('# Postmortem: Clay is down');
    await page.getByRole('heading', { name: 'You have seen it all' }).waitFor();
  });

  it('stays closed once it was closed', async () => {
    await ada.page.getByRole('button', { name: 'Close the guided drill' }).click();
    await ada.page.reload();
    await ada.page.getByRole('heading', { level: 1 }).waitFor();
    expect(await ada.page.locator('.guide').count()).toBe(0);
  });
});
