import { relative } from 'node:path';
import { findConfig, loadConfig } from '../shared/config/load.ts';
import type { Config } from '../shared/config/schema.ts';
import { secretReferencesIn } from '../shared/config/secret-references.ts';
import { ClaywatchError } from '../shared/errors.ts';
import type { ConfigFlags } from './commands/config.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import { hang, joined, jsonText } from './render/text.ts';
import { styleOf, type Terminal, widthOf } from './terminal.ts';

const read = async (
  flags: ConfigFlags,
  { cwd }: Terminal,
): Promise<{ readonly config: Config; readonly file: string }> => {
  const found = flags.config ?? (await findConfig(cwd));
  if (found === null)
    throw new ClaywatchError(
      'config.not-found',
      'There is no configuration here.',
      'Make one with `claywatch init`, or name one: --config FILE.',
    );
  return { config: await loadConfig(found), file: flags.config ?? relative(cwd, found) };
};

const counted = (count: number, one: string): string => `${count} ${one}${count === 1 ? '' : 's'}`;

/** `claywatch config check`. Throws `config.*` with every fault. */
export const configCheck = async (flags: ConfigFlags, terminal: Terminal): Promise<ExitCode> => {
  const { config, file } = await read(flags, terminal);
  const feeds = Object.keys(config.feeds);
  const webhooks = Object.values(config.feeds).flatMap((feed) => feed.webhooks).length;
  const secrets = new Set(secretReferencesIn(config).map(({ reference }) => reference)).size;
  const found = { feeds: feeds.length, webhooks, secrets, installation: config.installation };
  if (flags.json) {
    terminal.stdout.write(jsonText({ version: 1, file, ok: true, ...found }));
    return EXIT.healthy;
  }
  const text = `${file} is in order: ${counted(found.feeds, 'feed')}, ${counted(webhooks, 'webhook')}, ${counted(secrets, 'secret')} named.`;
  terminal.stdout.write(joined([styleOf(terminal).green('ok'), ...hang('  ', text, widthOf(terminal))]));
  return EXIT.healthy;
};

/** `claywatch config show`: JSON either way; with --json beside where it is from. */
export const configShow = async (flags: ConfigFlags, terminal: Terminal): Promise<ExitCode> => {
  const { config, file } = await read(flags, terminal);
  terminal.stdout.write(jsonText(flags.json ? { version: 1, file, config } : config));
  return EXIT.healthy;
};
