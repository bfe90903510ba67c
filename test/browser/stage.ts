import { readFile } from 'node:fs/promises';
import type { Browser } from 'playwright-core';
import { buildConsole } from '../../console/build.ts';
import { simulatedUuid } from '../../local/clay/core/options.ts';
import type { RuntimeOptions } from '../../local/runtime.ts';
import { trialRoutes } from '../../local/trial/routes.ts';
import { TRIAL_RELAY_SECRET } from '../../local/trial-config.ts';
import { systemClock } from '../../shared/clock.ts';
import type { ConfigInput } from '../../shared/config/schema.ts';
import { createWorld, type World } from '../e2e/world.ts';
import { launchChromium } from './chromium.ts';
import { createVisitor, type Visitor, type VisitorOptions } from './visitor.ts';

/** Everything together, with browsers that look at it. */
export interface BrowserWorld extends World {
  /** Somebody who is signed in by the secret of responders (default) or of readers; at the overview. */
  visitor(options?: Partial<VisitorOptions> & { readonly role?: 'responder' | 'reader' }): Promise<Visitor>;
  /** Somebody with a browser of their own, who is not signed in. */
  stranger(options?: Partial<VisitorOptions>): Promise<Visitor>;
  /** Rows of a sender, posted to the relay. */
  sendRows(rows: number): Promise<void>;
  /** Where people look, without a slash at its end, and the secret of responders. */
  readonly origin: string;
  readonly key: string;
  readonly browser: Browser;
  /** Over HTTP with the secret of responders. */
  api(path: string, init?: RequestInit): Promise<unknown>;
}

export const READER_SECRET = 'fake-reader-secret-of-a-test';
/** What the page is told when it is refused, and Chromium writes every one of them on its console. */
const REFUSALS = /Failed to load resource: the server responded with a status of 4(?:01|03|04|09)/;

export interface StageOptions {
  /** Where Chromium is. */
  readonly chromium: string;
  readonly adapt?: (config: ConfigInput) => ConfigInput;
  /** Served beside the functions and the trial's own routes. */
  readonly also?: NonNullable<RuntimeOptions['also']>;
}

/** Everything together, for suites and for whoever else looks at the page in a browser. */
export const startStage = async ({
  chromium,
  adapt = (config) => config,
  also = [],
}: StageOptions): Promise<BrowserWorld> => {
  // A page that cannot be built is told at once, and not by everybody who waits for it.
  await buildConsole();
  const world = await createWorld(
    (config) => adapt({ ...config, respond: { ...config.respond, readOnlySecret: 'env:READER_SECRET' } }),
    { READER_SECRET },
    // Trial routes need to know where the simulated Clay is.
    (clayUrl) => [...trialRoutes({ clayUrl, lookEverySeconds: 1, clock: systemClock }), ...also],
  );
  const browser: Browser = await launchChromium(chromium);
  const origin = world.runtime.endpoints.http;
  const key = (await readFile(world.runtime.respondKeyFile ?? '', 'utf8')).trim();
  let sent = 0;

  const stranger = (options: Partial<VisitorOptions> = {}) =>
    createVisitor(browser, { expected: REFUSALS, ...options, origin });

  return Object.assign(Object.create(world) as World, {
    ...{ origin, key, browser, stranger },
    visitor: async ({ role = 'responder', ...options }: Parameters<BrowserWorld['visitor']>[0] = {}) => {
      const visitor = await stranger(options);
      const secret = role === 'reader' ? READER_SECRET : key;
      await visitor.page.goto(`/console#key=${encodeURIComponent(secret)}`);
      await visitor.page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor();
      return visitor;
    },
    sendRows: async (rows: number) => {
      for (let row = 0; row < rows; row += 1) {
        sent += 1;
        const answer = await fetch(`${origin}/v1/rows/leads`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', 'x-claywatch-secret': TRIAL_RELAY_SECRET },
          body: JSON.stringify({ email: `${simulatedUuid(sent)}@example.com` }),
        });
        if (answer.status !== 202) throw new Error(`the relay answered ${answer.status}`);
      }
    },
    api: async (path: string, init: RequestInit = {}) => {
      const answer = await fetch(`${origin}${path}`, {
        ...init,
        headers: { authorization: `Bearer ${key}`, 'x-claywatch-actor': 'Ada', ...init.headers },
      });
      return answer.json();
    },
    stop: async () => {
      await browser.close();
      await world.stop();
    },
  });
};
