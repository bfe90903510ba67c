import { isoInstant } from '../clock.ts';

/** Commands as they are typed: what Claywatch would do, or what only a person decides. */
export const holdCommand = (feed: string): string => `npx claywatch hold ${feed}`;
export const resumeCommand = (feed: string): string => `npx claywatch resume ${feed}`;
export const failoverCommand = (feed: string, to: string): string => `npx claywatch failover ${feed} ${to}`;
export const replayCommand = (feed: string, from: number, to: number): string =>
  `npx claywatch replay ${feed} --from ${isoInstant(from)} --to ${isoInstant(to)} --dry-run`;
