import type { Browser, BrowserContext, CDPSession } from 'playwright-core';
import { percentile } from './report.ts';

/** How fast a machine and its line are. */
export type Throttling = 'none' | 'mobile';

/** Of Lighthouse's mobile setting: a processor four times slower, and a slow 4G line as its applied throttling has it. */
const MOBILE = {
  cpu: 4,
  latencyMs: 562.5,
  downloadBytes: (1_474.56 * 1_024) / 8,
  uploadBytes: (675 * 1_024) / 8,
} as const;
const SETTLED_MS = 500;
const PATIENCE_MS = 120_000;

export interface Load {
  readonly fcpMs: number;
  readonly lcpMs: number;
  /** Compressed, with their headers. */
  readonly scriptBytes: number;
  readonly styleBytes: number;
  readonly bytes: number;
  readonly requests: number;
}

type State = Awaited<ReturnType<BrowserContext['storageState']>>;

export interface LoadOf {
  readonly origin: string;
  readonly path: string;
  /** Of somebody who is signed in. */
  readonly state: State;
  /** What is there when everything is. */
  readonly ready: string;
}

const slowDown = async (cdp: CDPSession): Promise<void> => {
  await cdp.send('Emulation.setCPUThrottlingRate', { rate: MOBILE.cpu });
  await cdp.send('Network.emulateNetworkConditions', {
    offline: false,
    latency: MOBILE.latencyMs,
    downloadThroughput: MOBILE.downloadBytes,
    uploadThroughput: MOBILE.uploadBytes,
  });
};

/** Runs in the page. */
const PAINTS = `new Promise((done) => {
  const fcp = performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? NaN;
  let lcp = fcp;
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) lcp = Math.max(lcp, entry.startTime);
  }).observe({ type: 'largest-contentful-paint', buffered: true });
  setTimeout(() => done({ fcp, lcp }), 200);
})`;

/** One load with nothing in any cache. */
const loadOnce = async (
  browser: Browser,
  { origin, path, state, ready }: LoadOf,
  throttling: Throttling,
): Promise<Load> => {
  const context = await browser.newContext({ baseURL: origin, storageState: state });
  try {
    const page = await context.newPage();
    page.setDefaultTimeout(PATIENCE_MS);
    const cdp = await context.newCDPSession(page);
    await cdp.send('Network.enable');
    if (throttling === 'mobile') await slowDown(cdp);
    const types = new Map<string, string>();
    const sizes = new Map<string, number>();
    cdp.on('Network.responseReceived', ({ requestId, type }) => types.set(requestId, type));
    cdp.on('Network.loadingFinished', ({ requestId, encodedDataLength }) =>
      sizes.set(requestId, encodedDataLength),
    );
    await page.goto(path, { timeout: PATIENCE_MS });
    await page.locator(ready).first().waitFor();
    await page.waitForTimeout(SETTLED_MS);
    const { fcp, lcp } = await page.evaluate<{ readonly fcp: number; readonly lcp: number }>(PAINTS);
    const bytesOf = (type?: string) =>
      [...sizes].reduce(
        (sum, [id, bytes]) => sum + (type === undefined || types.get(id) === type ? bytes : 0),
        0,
      );
    return {
      fcpMs: fcp,
      lcpMs: lcp,
      scriptBytes: bytesOf('Script'),
      styleBytes: bytesOf('Stylesheet'),
      bytes: bytesOf(),
      requests: sizes.size,
    };
  } finally {
    await context.close();
  }
};

const median = (loads: readonly Load[]): Load => {
  const of = (pick: (load: Load) => number) => percentile(loads.map(pick), 0.5);
  return {
    fcpMs: of(({ fcpMs }) => fcpMs),
    lcpMs: of(({ lcpMs }) => lcpMs),
    scriptBytes: of(({ scriptBytes }) => scriptBytes),
    styleBytes: of(({ styleBytes }) => styleBytes),
    bytes: of(({ bytes }) => bytes),
    requests: of(({ requests }) => requests),
  };
};

/** The median of cold loads of each page, one page after the other in every round, so that all have the same weather. */
export const measureLoads = async <Name extends string>(
  browser: Browser,
  pages: Readonly<Record<Name, LoadOf>>,
  { rounds, throttling }: { readonly rounds: number; readonly throttling: Throttling },
): Promise<Readonly<Record<Name, Load>>> => {
  const names = Object.keys(pages) as Name[];
  const loads = new Map<Name, Load[]>(names.map((name) => [name, []]));
  for (let round = 0; round < rounds; round += 1)
    for (const name of names) loads.get(name)?.push(await loadOnce(browser, pages[name], throttling));
  return Object.fromEntries(names.map((name) => [name, median(loads.get(name) ?? [])])) as Record<Name, Load>;
};
