import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Visitor } from './visitor.ts';
import { type BrowserWorld, chromiumPath, createBrowserWorld, titled } from './world.ts';

const PATIENT = { timeout: 30_000, interval: 100 };

let world: BrowserWorld;
let ada: Visitor;

/** A button that asks first, in its dialog. */
const press = async (name: string, inDialog = name): Promise<void> => {
  await ada.page.getByRole('button', { name, exact: true }).first().click();
  await ada.page.getByRole('dialog').getByRole('button', { name: inDialog, exact: true }).click();
  await ada.page.getByRole('dialog').waitFor({ state: 'detached' });
};
const status = () => ada.page.locator('h1').innerText();
const timeline = () => ada.page.locator('.timeline').innerText();

// One incident from its trigger to its review, by the page alone.
describe.skipIf(chromiumPath === '')(titled('an incident on its page'), () => {
  beforeAll(async () => {
    world = await createBrowserWorld();
    await world.sendRows(3);
    await world.look();
    ada = await world.visitor({ screen: 'phone' });
    await ada.page.getByRole('button', { name: 'Close the guided drill' }).click();
  });
  afterAll(async () => {
    await ada?.[Symbol.asyncDispose]();
    await world?.stop();
  });
  afterEach(() => expect(ada.complaints).toEqual([]));

  it('appears on the overview without a reload, with its deadline and the broken part marked', async () => {
    const { page } = ada;
    await world.switchOn('outage');
    await world.look(2);
    await page
      .getByRole('link', { name: /Clay is down/ })
      .first()
      .waitFor(PATIENT);
    await expect.poll(() => page.locator('main').innerText(), PATIENT).toMatch(/wait.*Clay is down/);
    await expect.poll(() => page.locator('main').innerText()).toMatch(/Respond\s+\d\d:\d\d/);
    await page
      .getByRole('link', { name: /Clay is down/ })
      .first()
      .click();
    await page.getByRole('heading', { level: 1, name: /Clay is down/ }).waitFor();
  });

  it('says how it was decided: the questions, and the branch that was taken', async () => {
    const tree = ada.page.locator('.tree');
    expect(await tree.locator('.tree-node').first().innerText()).toMatch(/network.*Yes/s);
    expect(await tree.locator('.tree-node.is-taken').innerText()).toMatch(/No.*Clay is down/s);
  });

  it('is acknowledged, assigned, noted and ticked, each by somebody on the timeline', async () => {
    const { page } = ada;
    await press('Acknowledge');
    await expect.poll(status, PATIENT).toContain('Acknowledged');

    await page.getByRole('button', { name: 'Assign', exact: true }).click();
    await page.getByRole('dialog').getByLabel('To').fill('Grace');
    await page.getByRole('dialog').getByRole('button', { name: 'Assign' }).click();
    await page.getByRole('button', { name: 'Add note' }).click();
    await page.getByRole('dialog').getByLabel('Note').fill('Clay support: ticket 4711');
    await page.getByRole('dialog').getByRole('button', { name: 'Add note' }).click();
    await page.getByRole('dialog').waitFor({ state: 'detached' });

    const first = page.locator('ol.steps .step').first();
    await first.getByRole('checkbox').click();
    await page.getByRole('dialog').getByRole('button', { name: 'Tick it off' }).click();
    await expect.poll(() => first.getByRole('checkbox').isChecked(), PATIENT).toBe(true);
    await expect.poll(timeline, PATIENT).toContain('ticket 4711');
    expect(await timeline()).toMatch(/\(console\)/);
    await expect.poll(() => page.locator('main').innerText()).toContain('Grace');
  });

  it('is told to the public in words that a person has read, and only then', async () => {
    const { page } = ada;
    await page.getByText('Public', { exact: true }).click();
    const words = page.getByLabel('Words');
    await expect.poll(() => words.inputValue().catch(() => ''), PATIENT).not.toBe('');
    await words.fill('New records are enriched later than usual.');
    await page.getByRole('button', { name: 'Send update' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click();
    const statusPage = () => fetch(`${world.runtime.endpoints.http}/status`).then((answer) => answer.text());
    expect(await statusPage()).not.toContain('later than usual');
    await press('Send update', 'I have read it: send');
    await expect.poll(statusPage, { timeout: 40_000, interval: 1_000 }).toContain('later than usual');
    expect(await statusPage()).not.toMatch(/4711|Grace|Ada|leads-1/);
  });

  it('closes by itself once Clay was seen working, and is reviewed with its postmortem', async () => {
    const { page } = ada;
    await world.switchOff('outage');
    await world.look(4);
    await expect.poll(status, PATIENT).toContain('Resolved');
    await page.getByRole('button', { name: 'Read the postmortem' }).click();
    const text = page.getByRole('textbox', { name: 'Postmortem' });
    await expect.poll(() => text.inputValue().catch(() => ''), PATIENT).toContain('ticket 4711');
    await text.fill(`${await text.inputValue()}\nLearnt: keep a standby.`);
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Download' }).click(),
    ]);
    expect(download.suggestedFilename()).toMatch(/^postmortem-inc-.*\.md$/);
    await press('Mark as reviewed');
    await expect.poll(status, PATIENT).toContain('Reviewed');
  });
});
