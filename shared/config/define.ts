import type { ConfigInput } from './schema.ts';

/**
 * Gives an editor the keys of the configuration while it is written. Changes nothing and checks nothing at run
 * time: the file is validated when it is loaded.
 */
export const defineConfig = (input: ConfigInput): ConfigInput => input;
