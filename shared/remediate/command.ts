import { isoInstant } from '../clock.ts';

/** Commands as they are typed: what Claywatch would do, or what only a person decides. */
export const holdCommand = (feed: string): string => `npx claywatch hold ${feed}`;
/** What an incident holds is not an operator's hold: `--all`. */
export const resumeCommand = (feed: string): string => `npx claywatch resume ${feed} --all`;
export const failoverCommand = (feed: string, to: string): string =>
  `npx claywatch failover ${feed} --to ${to}`;
export const replayCommand = (feed: string, since: number): string =>
  `npx claywatch replay ${feed} --source uncalled --since ${isoInstant(since)} --dry-run`;
