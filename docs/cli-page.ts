import type { Command } from 'commander';
import { commandsIn, wordsOf } from '../cli/completion/tree.ts';
import { createProgram } from '../cli/program.ts';
import type { Terminal } from '../cli/terminal.ts';

/** Takes what is written, 80 columns wide, whatever this program runs in. */
const recorder = () => {
  const written: string[] = [];
  const stdout = { write: (text: string) => written.push(text) > 0, isTTY: false, columns: 80 };
  const terminal = { stdout, stderr: stdout, stdin: stdout, env: {}, cwd: '/' } as unknown as Terminal;
  return { terminal, text: () => written.splice(0).join('') };
};

const everyCommand = (command: Command): readonly Command[] => [
  ...(command.parent ? [command] : []),
  ...commandsIn(command).flatMap(everyCommand),
];

const anchor = (words: string): string => `claywatch-${words.replaceAll(' ', '-')}`;

/** Every command with its help, as `claywatch help` prints it. */
export const renderCli = (): string => {
  const { terminal, text } = recorder();
  const program = createProgram(terminal, () => {});
  const helpOf = (command: Command): string => {
    command.outputHelp();
    return text().trim();
  };
  const commands = everyCommand(program);
  return [
    '# The command line',
    '`npx claywatch` from the directory of Claywatch. What follows is what `claywatch help COMMAND` prints.',
    [
      '| Command | What it does |',
      '| --- | --- |',
      ...commands.map((command) => {
        const words = wordsOf(command);
        return `| [\`${words}\`](#${anchor(words)}) | ${command.summary() || command.description()} |`;
      }),
    ].join('\n'),
    `\`\`\`text\n${helpOf(program)}\n\`\`\``,
    ...commands.flatMap((command) => [
      `## claywatch ${wordsOf(command)}`,
      `\`\`\`text\n${helpOf(command)}\n\`\`\``,
    ]),
  ].join('\n\n');
};
