import { Argument } from 'commander';
import { SHELLS, type Shell } from '../completion/scripts.ts';
import type { Register } from './index.ts';

const AFTER_HELP = `
Completes commands, options and their choices; names of feeds, webhooks and
channels from the configuration; ids of incidents, silences and replays from
the installation that the command would use, where it answers within 1.5 s; set
CLAYWATCH_COMPLETION_MS to wait longer.

Examples:
  $ claywatch completion bash > ~/.local/share/bash-completion/completions/claywatch
  $ claywatch completion zsh > "\${fpath[1]}/_claywatch"
  $ claywatch completion fish > ~/.config/fish/completions/claywatch.fish
  $ source <(claywatch completion bash)         for this shell only

Open a new shell then. Where it is run by npx, give it a name of its own first:
  $ claywatch() { npx --no-install claywatch "$@"; }

It prints a script, so there is no --json.

Exit codes:
  0 done   64 wrong usage
`;

export const registerCompletion: Register = (program, terminal, exit) => {
  program
    .command('completion')
    .summary('complete commands in your shell')
    .description('Prints a script with which your shell completes commands, options and values.')
    .addArgument(new Argument('<shell>', 'which shell').choices(SHELLS))
    .addHelpText('after', AFTER_HELP)
    .allowExcessArguments(false)
    .action(async (shell: Shell) => {
      const { completion } = await import('../completion.ts');
      exit(completion(shell, terminal));
    });
  program
    .command('__complete', { hidden: true })
    .argument('[words...]')
    .helpOption(false)
    .action(async (words: readonly string[]) => {
      const { complete } = await import('../completion.ts');
      exit(await complete(program, words, terminal));
    });
};
