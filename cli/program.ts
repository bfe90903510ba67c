import { Command, CommanderError } from 'commander';
import { redactText } from '../shared/config/redact.ts';
import { ClaywatchError } from '../shared/errors.ts';
import { COMMANDS } from './commands/index.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import { renderError, renderErrorJson } from './render/error.ts';
import { styleOf, type Terminal, widthOf, withColour } from './terminal.ts';
import { VERSION } from './version.ts';
import { showWaiting } from './waiting.ts';

const DESCRIPTION = 'Watches a Clay pipeline and names what broke, with evidence.';

const AFTER_HELP = `
Examples:
  $ claywatch triage                    what is wrong right now
  $ claywatch triage --json | jq .conclusion
  $ claywatch incidents                 what is open, and who has it
  $ claywatch status                    whether rows reach Clay
  $ claywatch usage                     how much of every limit is used
  $ claywatch help triage               every option of a command
  $ claywatch completion bash           what your shell completes by

Every command takes --json, or says why not, and writes to stdout only what was
asked for. Colours: on a terminal, unless NO_COLOR is set; FORCE_COLOR too.

Exit codes:
  0 healthy   1 problem found   2 cannot tell   64 wrong usage or configuration
  69 no answer from the store   70 a fault of Claywatch itself
`;

const usageError = (message: string, remedy: string): ClaywatchError =>
  new ClaywatchError('usage.invalid', message, remedy);

/** commander's words, without its prefix; what was typed may be a secret in the wrong place. */
const fromCommander = (error: CommanderError, called: string): ClaywatchError => {
  if (error.code === 'commander.help')
    return usageError(
      'The second word of the command is missing.',
      'Run `claywatch help` and the first word.',
    );
  const [first = '', ...rest] = error.message.replace(/^error: /, '').split('\n');
  const hint = rest.join(' ').trim();
  const message = `${redactText(first)}${first.endsWith('.') ? '' : '.'}`;
  return usageError(
    hint ? `${message} ${redactText(hint)}` : message,
    `Run \`${called} --help\` for what there is.`,
  );
};

/** The command that was meant, as far as its words are known. */
const calledIn = (program: Command, argv: readonly string[]): string => {
  const words = [program.name()];
  let command: Command | undefined = program;
  for (const word of argv) {
    command = command.commands.find((one) => one.name() === word);
    if (!command) break;
    words.push(word);
  }
  return words.join(' ');
};

/** Help and version end the parsing, and are no error. */
const isAnswer = (error: CommanderError): boolean => error.exitCode === 0;

/** What the person who called can put right. */
const CALLER =
  /^(usage|config|environment|rows-key|silence)\.|^store\.(not-found|no-credentials|forbidden)$|^secret\.(not-found|forbidden)$|^relay\.(not-found|not-configured|refused)$|^incident\.(not-found|refused)$|^rotation\.refused$|^request\.conflict$/;
/** What may be otherwise later. */
const LATER = /^(store\.unreachable|(secret|queue|alerts)\.unavailable|(credits|incident|relay)\.contended)$/;

const codeOf = ({ code }: ClaywatchError): ExitCode => {
  if (CALLER.test(code)) return EXIT.usage;
  return LATER.test(code) ? EXIT.unavailable : EXIT.internal;
};

/** The whole command line. Help, completion and docs/cli.md are made of this. */
export const createProgram = (terminal: Terminal, exit: (code: ExitCode) => void): Command => {
  const program = new Command('claywatch')
    .description(DESCRIPTION)
    .version(VERSION, '-V, --version')
    .option('--color', 'use colours wherever the output goes')
    .option('--no-color', 'use none')
    .addHelpText('after', AFTER_HELP)
    .showSuggestionAfterError(true)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => terminal.stdout.write(text),
      writeErr: () => {},
      getOutHelpWidth: () => widthOf(terminal),
    });
  for (const register of COMMANDS) register(program, terminal, exit);
  return program;
};

/**
 * Runs the command line once and says with what code to exit. Never rejects: whatever happens is told on stderr, or
 * as JSON on stdout where JSON was asked for.
 */
export const runCli = async (argv: readonly string[], given: Terminal): Promise<ExitCode> => {
  let code: ExitCode = EXIT.healthy;
  const terminal = withColour(given, argv);
  const program = createProgram(terminal, (exitCode) => {
    code = exitCode;
  });
  const waiting = showWaiting(terminal, argv);

  try {
    if (argv.length === 0) {
      terminal.stderr.write(program.helpInformation());
      throw usageError('No command was given.', 'Start with `claywatch triage`.');
    }
    await program.parseAsync(argv, { from: 'user' });
    return code;
  } catch (fault) {
    waiting.stop();
    if (fault instanceof CommanderError && isAnswer(fault)) return EXIT.healthy;
    return tell(
      fault instanceof CommanderError ? fromCommander(fault, calledIn(program, argv)) : fault,
      argv,
      terminal,
    );
  } finally {
    waiting.stop();
  }
};

const tell = (fault: unknown, argv: readonly string[], terminal: Terminal): ExitCode => {
  const code = fault instanceof ClaywatchError ? codeOf(fault) : EXIT.internal;
  if (argv.includes('--json')) terminal.stdout.write(renderErrorJson(fault, code));
  else terminal.stderr.write(renderError(fault, styleOf({ ...terminal, stdout: terminal.stderr })));
  return code;
};
