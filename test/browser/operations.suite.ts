import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Visitor } from './visitor.ts';
import { type BrowserWorld, chromiumPath, createBrowserWorld, titled } from './world.ts';

const PATIENT = { timeout: 30_000, interval: 100 };

let world: BrowserWorld;
let ada: Visitor;

const dialog = () => ada.page.getByRole('dialog');
const open = async (name: string): Promise<void> => {
  await ada.page.getByRole('button', { name, exact: true }).first().click();
  await dialog().waitFor();
};
const confirm = async (name: string | RegExp): Promise<void> => {
  await dialog().getByRole('button', { name }).click();
  await dialog().waitFor({ state: 'detached' });
};
const main = () => ada.page.locator('main').innerText();

describe.skipIf(chromiumPath === '')(titled('operations'), () => {
  beforeAll(async () => {
    world = await createBrowserWorld();
    await world.sendRows(3);
    await world.look(2);
    ada = await world.visitor();
    await ada.page.getByRole('button', { name: 'Close the guided drill' }).click();
    await ada.page.evaluate("location.hash = '#/operations'");
    await ada.page.getByRole('heading', { level: 1, name: 'Operations' }).waitFor();
    await ada.page.getByText('leads-1').first().waitFor(PATIENT);
  });
  afterAll(async () => {
    await ada?.[Symbol.asyncDispose]();
    await world?.stop();
  });
  afterEach(() => expect(ada.complaints).toEqual([]));

  it('hold a feed with a reason, keep its rows, and let them go again', async () => {
    await open('Hold');
    await dialog().getByLabel('Why').fill('The table is being rebuilt');
    await confirm('Hold leads');
    await expect.poll(main, PATIENT).toContain('The table is being rebuilt');
    await world.sendRows(2);
    await open('Resume');
    await confirm('Resume');
    await expect.poll(main, PATIENT).not.toContain('By a person');
  });

  it('fail over to a standby, after saying what that means', async () => {
    await open('Fail over');
    await dialog().getByLabel('Webhook').selectOption('leads-2');
    await confirm('Fail over');
    await expect
      .poll(
        () =>
          ada.page
            .getByRole('table', { name: /The pool of leads/ })
            .getByRole('row', { name: /leads-2/ })
            .innerText(),
        PATIENT,
      )
      .toContain('In use');
  });

  it('plan a replay before anything is sent, and say why there is none', async () => {
    await open('Replay');
    await dialog().getByRole('button', { name: 'Make a plan' }).click();
    await expect.poll(() => dialog().innerText(), PATIENT).toMatch(/Nothing to send again|Possible|Refused/);
    await confirm('Cancel');
  });

  it('silence, and end the silence', async () => {
    await open('Silence');
    await dialog().getByLabel('Why').fill('New webhook');
    await confirm('Silence');
    await expect.poll(main, PATIENT).toMatch(/In force.*New webhook/s);
    await open('End');
    await confirm('End it');
    await expect.poll(main, PATIENT).toContain('Nothing is silenced');
  });

  it('practise: say who hears of it, begin a drill, and end it', async () => {
    await open('Start a drill');
    await expect.poll(() => dialog().innerText(), PATIENT).toContain('oncall@example.com');
    await confirm('Start it');
    await expect.poll(main, PATIENT).toMatch(/inc-\d{8}-\w+ runs/);
    await open('End the drill');
    await confirm('End the drill');
    await world.look();
    await expect.poll(main, PATIENT).toContain('None is running');
  });

  it('stand on the audit trail, each with who did it', async () => {
    await ada.page.evaluate("location.hash = '#/audit'");
    await ada.page.getByRole('heading', { level: 1, name: 'Audit' }).waitFor();
    for (const what of ['The table is being rebuilt', 'leads-2', 'New webhook'])
      await expect.poll(main, PATIENT).toContain(what);
    expect(await main()).toContain('Somebody at this machine');
  });

  it('refuse what cannot be done, and say why', async () => {
    await ada.page.evaluate("location.hash = '#/operations'");
    await expect.poll(main, PATIENT).toContain('leads-1');
    const answer = await ada.page.evaluate(`fetch('/v1/feeds/leads/failover', { method: 'POST',
      headers: { 'content-type': 'application/json', 'x-claywatch-console': '1' },
      body: JSON.stringify({ to: 'no-such-webhook' }) }).then(async (it) => [it.status, (await it.json()).code])`);
    expect(answer).toEqual([expect.any(Number), expect.stringMatching(/^[a-z-]+\.[a-z-]+$/)]);
    expect((answer as [number])[0]).toBeGreaterThanOrEqual(400);
  });

  it('cannot be done from another site, although the browser is signed in', async () => {
    const without = await ada.page.evaluate(`fetch('/v1/feeds/leads/hold', { method: 'POST',
      body: '{"reason":"forged"}' }).then((it) => it.status)`);
    expect(without).toBe(403);
  });
});
