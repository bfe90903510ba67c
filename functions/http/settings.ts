import { readFile } from 'node:fs/promises';
import type { Config } from '../../shared/config/schema.ts';
import { ClaywatchError } from '../../shared/errors.ts';

/** What of the configuration the endpoints go by. */
export type IntakeSettings = Pick<
  Config,
  'installation' | 'feeds' | 'rows' | 'relay' | 'remediation' | 'status' | 'metrics'
>;

/**
 * Reads the configuration that CDK or the local runtime has validated and written as JSON, every default filled in.
 * It is not validated again: that would cost every cold start more than the rest of the function together.
 */
export const readSettings = async (path: string): Promise<IntakeSettings> => {
  try {
    const { installation, feeds, rows, relay, remediation, status, metrics } = JSON.parse(
      await readFile(path, 'utf8'),
    ) as IntakeSettings;
    if (!rows?.maxCallbackBytes || !relay?.maxRequestBytes)
      throw new TypeError('not a validated configuration');
    return { installation, feeds, rows, relay, remediation, status, metrics };
  } catch {
    // The reason is left out: a parser's message quotes what it could not parse.
    throw new ClaywatchError(
      'config.not-loadable',
      'The configuration of this function is missing, or is not one that was validated.',
      'Deploy with CDK, or start it with npm start: both write it.',
    );
  }
};

/** One setting of every feed. */
export const ofEachFeed = <T>(
  { feeds }: Pick<IntakeSettings, 'feeds'>,
  pick: (feed: Config['feeds'][string], name: string) => T,
): Readonly<Record<string, T>> =>
  Object.fromEntries(Object.entries(feeds).map(([name, feed]) => [name, pick(feed, name)]));
