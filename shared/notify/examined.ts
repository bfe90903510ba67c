import type { ChannelCheck } from './channels/port.ts';
import { oneLine } from './text.ts';

/** `skipped`: it cannot be seen from here, and `found` says why. */
export interface Examined extends Omit<ChannelCheck, 'result'> {
  /** What was looked at, in a few words. */
  readonly what: string;
  readonly result: ChannelCheck['result'] | 'skipped';
}

export const ready = (what: string, found: string): Examined => ({ what, result: 'ready', found, fix: '' });
export const notReady = (what: string, found: string, fix: string): Examined => ({
  what,
  result: 'not-ready',
  found,
  fix,
});
export const skipped = (what: string, found: string): Examined => ({
  what,
  result: 'skipped',
  found,
  fix: '',
});

/** A fault as one redacted line. */
export const words = (error: unknown): string =>
  oneLine(error instanceof Error ? `${error.name}: ${error.message}` : String(error), 200);

/** What cannot be looked at is unknown, never fine. */
export const orUnknown = async (
  what: string,
  look: () => Promise<readonly Examined[]>,
  fix: string,
): Promise<readonly Examined[]> => {
  try {
    return await look();
  } catch (error) {
    return [{ what, result: 'unknown', found: `It could not be looked at: ${words(error)}`, fix }];
  }
};
