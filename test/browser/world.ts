import { inject } from 'vitest';
import type { ConfigInput } from '../../shared/config/schema.ts';
import { type BrowserWorld, startStage } from './stage.ts';

export { type BrowserWorld, READER_SECRET } from './stage.ts';

export const chromiumPath = inject('chromium');

export const createBrowserWorld = (adapt?: (config: ConfigInput) => ConfigInput): Promise<BrowserWorld> =>
  startStage({ chromium: chromiumPath, ...(adapt && { adapt }) });

/** A title that says why nothing runs. */
export const titled = (title: string): string =>
  chromiumPath === '' ? `${title} (SKIPPED: no Chromium on this machine)` : title;
