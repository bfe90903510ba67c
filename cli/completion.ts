import type { Command } from 'commander';
import { type Candidate, completionOf } from './completion/candidates.ts';
import { SCRIPTS, type Shell } from './completion/scripts.ts';
import { storeFlagsIn, valuesOfKind } from './completion/values.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import { plain } from './render/text.ts';
import type { Terminal } from './terminal.ts';

/** `claywatch completion <shell>`. */
export const completion = (shell: Shell, terminal: Terminal): ExitCode => {
  terminal.stdout.write(SCRIPTS[shell]);
  return EXIT.healthy;
};

/** A candidate that a shell would tear apart is none. */
const isWord = ({ value }: Candidate): boolean => /^[^\s'"\\$`;&|<>(){}*?[\]]+$/.test(value);

const line = ({ value, about }: Candidate): string => `${value}\t${plain(about)}\n`;

/** What the scripts ask; silent about everything that goes wrong. */
export const complete = async (
  program: Command,
  asked: readonly string[],
  terminal: Terminal,
): Promise<ExitCode> => {
  const words = asked.slice(0, -1);
  const { candidates, kind, prefix } = completionOf(program, words, asked.at(-1) ?? '');
  if (kind === 'file' || kind === 'directory') {
    terminal.stdout.write(kind === 'file' ? ':files\n' : ':directories\n');
    return EXIT.healthy;
  }
  const known = kind === null ? [] : await valuesOfKind(kind, storeFlagsIn(words), terminal);
  const fitting = [...candidates, ...known.filter(({ value }) => value.startsWith(prefix))];
  terminal.stdout.write(fitting.filter(isWord).map(line).join(''));
  return EXIT.healthy;
};
