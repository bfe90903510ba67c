import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

const PLACES = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
  '/snap/bin/chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

/** The Chromium of this machine: that of CHROMIUM_PATH, or where distributions put it; undefined when there is none. */
export const findChromium = (env: Readonly<Record<string, string | undefined>>): string | undefined =>
  env.CHROMIUM_PATH || PLACES.find((path) => existsSync(path));

export const HOW_TO_GET_ONE =
  'Install the Chromium of your system (Debian and Ubuntu: apt-get install chromium), or name one: CHROMIUM_PATH=/path/to/chromium.';

/** Headless. A container's root has no sandbox of its own; what is looked at is our own page alone. */
export const launchChromium = (executablePath: string): Promise<Browser> =>
  chromium.launch({
    executablePath,
    args: [
      ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
      '--disable-dev-shm-usage',
      '--force-color-profile=srgb',
      '--hide-scrollbars',
    ],
  });
