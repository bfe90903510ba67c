import type { Argument, Command, Option } from 'commander';

/** What a value is, where neither choices nor a fixed list say it. */
export type ValueKind =
  | 'feed'
  | 'webhook'
  | 'webhook-id'
  | 'channel'
  | 'cause'
  | 'incident'
  | 'silence'
  | 'replay'
  | 'secret'
  | 'file'
  | 'directory'
  /** Whatever a person types. */
  | 'free';

/** By the command's words and the name of the argument; without the words: of every command. */
const ARGUMENTS: Readonly<Record<string, ValueKind>> = {
  feed: 'feed',
  incident: 'incident',
  cause: 'cause',
  secret: 'secret',
  'feed/webhook': 'webhook',
  'silence end id': 'silence',
  'dead-letters show id': 'free',
  'dead-letters retry id': 'free',
  'dead-letters drop id': 'free',
  'incidents list words': 'free',
  into: 'incident',
  id: 'incident',
  name: 'free',
  text: 'free',
  number: 'free',
  file: 'file',
};

const OPTIONS: Readonly<Record<string, ValueKind>> = {
  '--config': 'file',
  '--out': 'file',
  '--file': 'file',
  '--state': 'directory',
  '--feed': 'feed',
  '--cause': 'cause',
  '--subject': 'webhook',
  '--channel': 'channel',
  '--to': 'webhook-id',
  'replay --resume': 'replay',
  'init --feed': 'free',
};

const look = (
  table: Readonly<Record<string, ValueKind>>,
  words: string,
  name: string,
): ValueKind | undefined =>
  [`${words} ${name}`, name].map((key) => (Object.hasOwn(table, key) ? table[key] : undefined)).find(Boolean);

/** `incidents ack`; empty for the program itself. */
export const wordsOf = (command: Command): string =>
  command.parent ? `${wordsOf(command.parent)} ${command.name()}`.trim() : '';

/** What an argument is; undefined: nobody has said. */
export const kindOfArgument = (command: Command, argument: Argument): ValueKind | undefined =>
  look(ARGUMENTS, wordsOf(command), argument.name());

/** What an option takes. What is in no list is typed by a person. */
export const kindOfOption = (command: Command, { long }: Option): ValueKind =>
  look(OPTIONS, wordsOf(command), long ?? '') ?? 'free';

/** Commands that people see, but for `help`, which commander adds. */
export const commandsIn = (command: Command): readonly Command[] =>
  command
    .createHelp()
    .visibleCommands(command)
    .filter((one) => one.name() !== 'help');

/** Options that people see, those of the program itself included. */
export const optionsOf = (command: Command): readonly Option[] => {
  const own = command.createHelp().visibleOptions(command);
  const general = command.parent ? programOf(command).options.filter(({ hidden }) => !hidden) : [];
  return [...own, ...general.filter(({ long }) => long !== '--version')];
};

const programOf = (command: Command): Command => (command.parent ? programOf(command.parent) : command);
