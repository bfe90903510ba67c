import type { Config } from '../../shared/config/schema.ts';
import { readConfig } from '../configuration.ts';

/** What of the configuration the endpoints go by. */
export type IntakeSettings = Pick<
  Config,
  'installation' | 'feeds' | 'rows' | 'relay' | 'remediation' | 'status' | 'metrics'
>;

/** What of the validated configuration the endpoints go by. */
export const readSettings = (path: string): Promise<IntakeSettings> => readConfig(path);

/** One setting of every feed. */
export const ofEachFeed = <T>(
  { feeds }: Pick<IntakeSettings, 'feeds'>,
  pick: (feed: Config['feeds'][string], name: string) => T,
): Readonly<Record<string, T>> =>
  Object.fromEntries(Object.entries(feeds).map(([name, feed]) => [name, pick(feed, name)]));
