import { readFileSync } from 'node:fs';
import type { Config } from '../shared/config/schema.ts';
import { ClaywatchError } from '../shared/errors.ts';

/** Sections that validation adds where they were left out. */
const ADDED: readonly (keyof Config)[] = [
  'clay',
  'schedule',
  'observe',
  'incidents',
  'notify',
  'respond',
  'rows',
  'relay',
  'statusPage',
];

const isSection = (value: unknown): boolean => typeof value === 'object' && value !== null;

/**
 * Reads the configuration that CDK or the local runtime has validated and written as JSON, every default filled in. It is
 * not validated again: to load what validates would take a cold start longer than the rest of the function.
 */
export const readConfig = async (path: string): Promise<Config> => {
  try {
    const config = JSON.parse(readFileSync(path, 'utf8')) as Config;
    if (!ADDED.every((key) => isSection(config[key]))) throw new TypeError('not a validated configuration');
    return config;
  } catch {
    // The reason is left out: a parser's message quotes what it could not parse.
    throw new ClaywatchError(
      'config.not-loadable',
      'The configuration of this function is missing, or is not one that was validated.',
      'Deploy with CDK, or start it with npm start: both write it.',
    );
  }
};
