import { AxeBuilder } from '@axe-core/playwright';
import type { Browser, BrowserContext, Page } from 'playwright-core';

/** Sizes of what people look with. */
export const SCREENS = {
  desktop: { width: 1280, height: 900 },
  phone: { width: 390, height: 844 },
} as const;

export type Screen = keyof typeof SCREENS;

/** Somebody with a browser of their own. Whatever goes wrong in it is written down. */
export interface Visitor extends AsyncDisposable {
  readonly page: Page;
  readonly context: BrowserContext;
  /** Errors on the console, exceptions, breaches of the content security policy, requests to anywhere else. */
  readonly complaints: readonly string[];
  /** What axe has against the page as it is now: `rule: selector`. */
  barriers(): Promise<readonly string[]>;
}

export interface VisitorOptions {
  readonly origin: string;
  readonly screen?: Screen;
  readonly colorScheme?: 'light' | 'dark';
  /** What the page answers with that the visitor provokes, e.g. 401 before signing in: no fault of the page. */
  readonly expected?: RegExp;
}

/** WCAG 2.2 AA, as far as a machine can tell. */
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/** Runs in the page. */
const TELL_BREACHES = `document.addEventListener('securitypolicyviolation', (event) => {
  console.error('content security policy: ' + event.violatedDirective + ' ' + event.blockedURI);
});`;

export const createVisitor = async (
  browser: Browser,
  { origin, screen = 'desktop', colorScheme = 'light', expected }: VisitorOptions,
): Promise<Visitor> => {
  const context = await browser.newContext({
    baseURL: origin,
    viewport: SCREENS[screen],
    colorScheme,
    reducedMotion: 'reduce',
    isMobile: screen === 'phone',
    hasTouch: screen === 'phone',
    // Axe is put into the page from outside; what the page itself is allowed stays as it is, and breaches are told.
    bypassCSP: false,
  });
  const complaints: string[] = [];
  const complain = (text: string) => {
    if (!expected?.test(text)) complaints.push(text);
  };
  await context.addInitScript({ content: TELL_BREACHES });
  const page = await context.newPage();
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning')
      complain(`${message.type()}: ${message.text()} ${message.location().url}`);
  });
  page.on('pageerror', (error) => complain(`exception: ${error.message}`));
  page.on('request', (request) => {
    const url = request.url();
    if (!url.startsWith(origin) && !/^(?:blob|data|about):/.test(url)) complain(`request to ${url}`);
  });
  return {
    ...{ page, context, complaints },
    barriers: async () => {
      const { violations } = await new AxeBuilder({ page }).withTags(RULES).analyze();
      return violations.flatMap(({ id, nodes }) => nodes.map(({ target }) => `${id}: ${target.join(' ')}`));
    },
    [Symbol.asyncDispose]: () => context.close(),
  };
};
