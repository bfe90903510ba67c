import type { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { commandsIn, kindOfArgument, optionsOf, wordsOf } from '../../cli/completion/tree.ts';
import { createProgram } from '../../cli/program.ts';
import { recordingTerminal } from './recording-terminal.ts';

const { terminal, text } = recordingTerminal();
const program = createProgram(terminal, () => {});

const everyCommand = (command: Command): readonly Command[] => [
  ...(command.parent ? [command] : []),
  ...commandsIn(command).flatMap(everyCommand),
];
const all = everyCommand(program).map((command) => [wordsOf(command), command] as const);
const leaves = all.filter(([, command]) => commandsIn(command).length === 0);

const helpOf = (command: Command): string => {
  command.outputHelp();
  return text();
};

/** Lines of help that a reader types. */
const examplesOf = (command: Command): readonly string[] =>
  [...helpOf(command).matchAll(/^ {2}\$ (.+(?:\\\n.+)?)$/gm)].map(([, line = '']) =>
    line.replace(/\\\n\s*/, ''),
  );

/** The words of the part of a line that calls Claywatch: without variables before it, quotes, and what follows a pipe. */
const calledIn = (line: string): readonly string[] => {
  const [, rest = ''] = /(?:^|[\s(])claywatch(?=\s|$)(.*)$/.exec(line) ?? [];
  const [call = ''] = rest.replace(/'[^']*'|"[^"]*"/g, 'QUOTED').split(/[|>)]|\s{3,}/);
  return call.trim().split(/\s+/).filter(Boolean);
};

/** It prints a script, which is no data. */
const WITHOUT_JSON = ['completion'];

describe('the tree of commands', () => {
  it('is whole', () => {
    expect(all.length).toBeGreaterThan(35);
    expect(new Set(all.map(([words]) => words)).size).toBe(all.length);
  });

  it.each(all)('%s says what it is, shortly and in a sentence', (_, command) => {
    expect(command.summary()).toMatch(/^[a-z].{8,70}[^.]$/);
    expect(command.description()).toMatch(/^[A-Z].+\.$/s);
  });

  it.each(all)('%s shows how it is called, by commands and options that there are', (words, command) => {
    const examples = examplesOf(command);
    const own = examples.map(calledIn).filter((called) => called.join(' ').startsWith(words));
    expect(own.length, 'examples of the command itself').toBeGreaterThan(0);
    for (const called of examples.map(calledIn)) {
      const target = called.reduce(
        (found, word) => commandsIn(found).find((one) => one.name() === word) ?? found,
        program,
      );
      const known = [...optionsOf(target), ...commandsIn(target).flatMap(optionsOf)].flatMap(
        ({ long, short }) => [long, short],
      );
      for (const word of called.filter((one) => one.startsWith('-') && one !== '--help'))
        expect(known, `${called.join(' ')}: ${word}`).toContain(word.split('=')[0]);
    }
  });

  it.each(leaves)('%s says by what codes it exits', (_, command) => {
    expect(helpOf(command)).toMatch(/^Exit codes:\n {2}0 .*64 /ms);
  });

  it.each(leaves.filter(([words]) => !WITHOUT_JSON.includes(words)))('%s has --json', (_, command) => {
    expect(command.options.map(({ long }) => long)).toContain('--json');
  });

  it.each(leaves)(
    '%s describes every option and argument, and says what each argument is',
    (words, command) => {
      for (const { flags, description } of command.options) expect(description, flags).not.toBe('');
      for (const argument of command.registeredArguments) {
        const isKnown = argument.argChoices !== undefined || kindOfArgument(command, argument) !== undefined;
        expect(isKnown, `${words} ${argument.name()}: say in cli/completion/tree.ts what it is`).toBe(true);
      }
    },
  );

  it.each(all)('%s fits eighty columns', (_, command) => {
    // An address or a path in an example cannot be broken.
    const lines = helpOf(command)
      .split('\n')
      .filter((line) => !line.startsWith('  $ '));
    expect(lines.filter((line) => line.length > 80)).toEqual([]);
  });
});
