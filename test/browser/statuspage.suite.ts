import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { statuspage } from '../../functions/statuspage/handler.ts';
import { ROUTES } from '../../functions/statuspage/routes.ts';
import { type HttpGateway, startHttpGateway } from '../../local/http-gateway.ts';
import { DAY, HOUR, MINUTE, NOW, pageOf, story, work } from '../statuspage/status-world.ts';
import { launchChromium } from './chromium.ts';
import { createVisitor } from './visitor.ts';

const chromium = inject('chromium');

const broken = pageOf(
  [
    story('webhook.limit-reached', 'leads/leads-1', NOW - 2 * HOUR).says(
      'New leads wait <b>safely</b> & go on "later".',
      NOW - HOUR,
    ).incident,
    story('clay.outage', 'clay', NOW - 40 * DAY)
      .says('It is known.', NOW - 40 * DAY + MINUTE)
      .resolved(NOW - 40 * DAY + 3 * HOUR).incident,
  ],
  { silences: [work({ from: NOW + DAY, to: NOW + DAY + HOUR })] },
);

/** Runs in the page. */
const readFeed = (rss: string) => `(() => {
  const feed = new DOMParser().parseFromString(${JSON.stringify(rss)}, 'text/xml');
  const all = (selector) => [...feed.querySelectorAll(selector)].map((one) => one.textContent);
  return {
    error: feed.querySelector('parsererror')?.textContent ?? null,
    guids: all('item > guid'),
    texts: all('item > description'),
    dates: all('pubDate').map((text) => Date.parse(text)),
  };
})()`;

describe.skipIf(chromium === '')('the status page', () => {
  let browser: Browser;
  let gateway: HttpGateway;
  beforeAll(async () => {
    browser = await launchChromium(chromium);
    const deps = { published: true, publicUrl: undefined, page: async () => broken, onFault: () => {} };
    gateway = await startHttpGateway(
      0,
      Object.values(ROUTES).map((route) => ({ route, invoke: (event) => statuspage(deps, event) })),
    );
  }, 60_000);
  afterAll(async () => {
    await browser.close();
    await gateway.stop();
  });

  it.each([
    ['desktop', 'light'],
    ['desktop', 'dark'],
    ['phone', 'light'],
    ['phone', 'dark'],
  ] as const)('reads well on a %s in the %s, with nothing in anybody’s way', async (screen, colorScheme) => {
    await using visitor = await createVisitor(browser, { origin: gateway.url, screen, colorScheme });
    const { page } = visitor;
    await page.goto('/status');
    expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe('Acme enrichment');
    const words = page.getByText('New leads wait <b>safely</b> & go on "later".');
    expect(await words.isVisible()).toBe(true);
    expect(await page.evaluate('document.documentElement.scrollWidth <= window.innerWidth')).toBe(true);
    expect(await visitor.barriers()).toEqual([]);
    expect(visitor.complaints).toEqual([]);
  });

  it('says every bar in words, to a screen reader and to a pointer', async () => {
    await using visitor = await createVisitor(browser, { origin: gateway.url });
    const { page } = visitor;
    await page.goto('/status');
    const days = page.getByRole('list', { name: 'Leads, day by day, oldest first' }).getByRole('listitem');
    expect(await days.count()).toBe(90);
    expect(await days.last().textContent()).toBe('3 Nov 2026: Major outage; outage for 2 h');
    const words = days.last().locator('span');
    const width = async () => (await words.boundingBox())?.width ?? 0;
    expect(await width()).toBeLessThan(2);
    await days.last().hover();
    expect(await width()).toBeGreaterThan(100);
  });

  it('has a feed that is XML', async () => {
    await using visitor = await createVisitor(browser, { origin: gateway.url });
    const { page } = visitor;
    await page.goto('/status');
    // Read as the browser reads it; written as text, since this program has no DOM.
    const read = (await page.evaluate(readFeed(await (await page.request.get('/status.rss')).text()))) as {
      readonly error: string | null;
      readonly guids: readonly string[];
      readonly texts: readonly string[];
      readonly dates: readonly number[];
    };
    expect(read.error).toBeNull();
    expect(read.guids).toHaveLength(4);
    expect(new Set(read.guids).size).toBe(4);
    expect(read.texts).toContain('New leads wait <b>safely</b> & go on "later".');
    expect(read.dates.every((at) => at > 0)).toBe(true);
  });
});
