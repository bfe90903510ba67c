import type { Argument, Command, Option } from 'commander';
import { commandsIn, kindOfArgument, kindOfOption, optionsOf, type ValueKind } from './tree.ts';

export interface Candidate {
  readonly value: string;
  readonly about: string;
}

/** What may stand where the cursor is. */
export interface Completion {
  readonly candidates: readonly Candidate[];
  /** What the shell or the store has to say; null: nothing. */
  readonly kind: ValueKind | null;
  readonly prefix: string;
}

interface Place {
  readonly command: Command;
  /** Arguments that stand before the cursor. */
  readonly taken: number;
  /** Whose value is awaited. */
  readonly option: Option | null;
  /** Behind `--` nothing is an option. */
  readonly literal: boolean;
  readonly used: readonly string[];
}

const optionNamed = (command: Command, word: string): Option | undefined =>
  optionsOf(command).find(({ long, short }) => word === long || word === short);

const takesValue = ({ required, optional }: Option): boolean => required || optional;

const afterOption = (place: Place, word: string): Place => {
  const [name = word] = word.split('=');
  const option = optionNamed(place.command, name);
  const awaits = option !== undefined && takesValue(option) && !word.includes('=');
  return { ...place, option: awaits ? option : null, used: [...place.used, name] };
};

const after = (place: Place, word: string): Place => {
  const { command, taken, option, literal } = place;
  // Bash tears `--option=value` into three words.
  if (word === '=' && !literal) return place;
  if (option !== null && !(option.variadic && word.startsWith('-')))
    return option.variadic ? place : { ...place, option: null };
  if (!literal && word === '--') return { ...place, option: null, literal: true };
  if (!literal && word.startsWith('-')) return afterOption(place, word);
  const next = taken === 0 ? commandsIn(command).find((one) => one.name() === word) : undefined;
  return next ? { ...place, command: next, option: null } : { ...place, option: null, taken: taken + 1 };
};

const chosen = (choices: readonly string[] | undefined): readonly Candidate[] =>
  (choices ?? []).map((value) => ({ value, about: '' }));

const valuesOf = (
  {
    choices,
    kind,
  }: { readonly choices: readonly string[] | undefined; readonly kind: ValueKind | undefined },
  prefix: string,
): Completion => ({
  candidates: chosen(choices),
  kind: choices === undefined ? (kind ?? null) : null,
  prefix,
});

const argumentAt = ({ command, taken }: Place): Argument | undefined => {
  const { registeredArguments } = command;
  const last = registeredArguments.at(-1);
  return registeredArguments[taken] ?? (last?.variadic ? last : undefined);
};

const named = (commands: readonly Command[]): readonly Candidate[] =>
  commands.map((one) => ({ value: one.name(), about: one.summary() || one.description() }));

/** What collects values, one at a time or several at once. */
const isRepeatable = ({ variadic, parseArg }: Option): boolean => variadic || parseArg?.length === 2;

const optionsAt = ({ command, used }: Place): readonly Candidate[] =>
  optionsOf(command).flatMap((option) => {
    const { long, description } = option;
    return long && (isRepeatable(option) || !used.includes(long))
      ? [{ value: long, about: description }]
      : [];
  });

const atPlace = (place: Place, current: string): Completion => {
  const { command, option, taken, literal } = place;
  if (option !== null)
    return valuesOf({ choices: option.argChoices, kind: kindOfOption(command, option) }, current);
  if (!literal && current.startsWith('-'))
    return { candidates: optionsAt(place), kind: null, prefix: current };
  const commands = commandsIn(command);
  if (taken === 0 && commands.length > 0)
    return {
      candidates: [...named(commands), { value: 'help', about: 'display help for a command' }],
      kind: null,
      prefix: current,
    };
  const argument = argumentAt(place);
  return argument
    ? valuesOf({ choices: argument.argChoices, kind: kindOfArgument(command, argument) }, current)
    : { candidates: [], kind: null, prefix: current };
};

/** Of `claywatch help incidents ack` the commands, not their arguments. */
const ofHelp = (program: Command, words: readonly string[], current: string): Completion => {
  const command = words.reduce<Command | undefined>(
    (found, word) => found && commandsIn(found).find((one) => one.name() === word),
    program,
  );
  return { candidates: named(command ? commandsIn(command) : []), kind: null, prefix: current };
};

/** What may stand where the cursor is: `words` are those between the program's name and it. */
export const completionOf = (program: Command, words: readonly string[], typed: string): Completion => {
  const current = typed === '=' ? '' : typed;
  const [first, ...others] = words;
  const start: Place = { command: program, taken: 0, option: null, literal: false, used: [] };
  const place = words.reduce(after, start);
  const found = first === 'help' ? ofHelp(program, others, current) : atPlace(place, current);
  return { ...found, candidates: found.candidates.filter(({ value }) => value.startsWith(current)) };
};
