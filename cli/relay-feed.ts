import { redactText } from '../shared/config/redact.ts';
import type { Config } from '../shared/config/schema.ts';
import { ClaywatchError } from '../shared/errors.ts';
import { type RelayedFeed, relayedFeed } from '../shared/operate/relayed-feed.ts';
import { feedNamed } from './names.ts';
import { plain } from './render/text.ts';
import { isInteractive, type Terminal } from './terminal.ts';

/** A feed whose rows Claywatch takes, by its name as it was typed. Throws `usage.invalid`, `relay.not-configured`. */
export const relayedFeedNamed = (config: Config, typed: string): RelayedFeed =>
  relayedFeed(config, feedNamed(config, typed));

const LONGEST_NAME = 64;

/** Who does it, for the history: as it was given, or as this machine knows the person. */
export const operatorOf = ({ by }: { readonly by?: string }, { env }: Terminal): string => {
  const name = redactText(plain(by ?? env.USER ?? env.USERNAME ?? '')).slice(0, LONGEST_NAME);
  return name || 'an operator';
};

/** Throws `usage.invalid` when a question would have to be asked and nobody is there. */
export const checkThatSomebodyCanBeAsked = (
  flags: { readonly yes?: boolean; readonly dryRun?: boolean; readonly json?: boolean },
  what: string,
  terminal: Terminal,
): void => {
  if (flags.yes || flags.dryRun || (isInteractive(terminal) && !flags.json)) return;
  throw new ClaywatchError(
    'usage.invalid',
    `Nobody can be asked here whether ${what}.`,
    'Add --yes to do it without being asked, or --dry-run to see what would change.',
  );
};
