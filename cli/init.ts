import { basename, dirname, extname, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DEFAULT_CONFIG_FILES, findConfig } from '../shared/config/load.ts';
import { ClaywatchError } from '../shared/errors.ts';
import type { InitFlags } from './commands/init.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import { type Answers, SHIPPED } from './init/answers.ts';
import { askAnswers } from './init/ask.ts';
import { checkAnswers } from './init/check.ts';
import { configTextOf } from './init/config-text.ts';
import { answersIn } from './init/flags.ts';
import { Cancelled, createPrompts, type Prompts } from './init/prompts.ts';
import { secretsOf } from './init/secrets.ts';
import { textOf, writeWhole } from './init/write.ts';
import { type InitResult, renderInit, renderInitJson, type Written } from './render/init.ts';
import { isInteractive, styleOf, type Terminal, widthOf } from './terminal.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const DEFAULT_FILE = DEFAULT_CONFIG_FILES[0];
const TYPES = ['.ts', '.mts', '.js', '.mjs'];
/** How many names beside a file are tried. */
const MOST_BESIDE = 100;

const usage = (message: string, remedy: string): ClaywatchError =>
  new ClaywatchError('usage.invalid', message, remedy);

/** How a file at this path imports `defineConfig`; null outside of Claywatch, where no path to it would last. */
const defineFrom = (path: string): string | null => {
  if (!resolve(path).startsWith(resolve(ROOT) + sep)) return null;
  const to = relative(dirname(path), join(ROOT, 'shared/config/define.ts')).split(sep).join('/');
  return to.startsWith('.') ? to : `./${to}`;
};

/** `claywatch.config.new.ts`, the second time `claywatch.config.new-2.ts`. */
const besideOf = (path: string, index: number): string => {
  const extension = extname(path);
  const name = basename(path, extension);
  return join(dirname(path), `${name}.new${index === 1 ? '' : `-${index}`}${extension}`);
};

const pathOf = ({ file }: InitFlags, { cwd }: Terminal): string => {
  const path = resolve(cwd, file ?? DEFAULT_FILE);
  if (TYPES.includes(extname(path))) return path;
  throw usage('--file names neither a .ts nor a .js file.', `For example: --file ${DEFAULT_FILE}.`);
};

const here = ({ env }: Terminal) => ({
  timeZone: env.TZ && !env.TZ.startsWith(':') ? safeZone(env.TZ) : safeZone(),
  region: env.AWS_REGION || env.AWS_DEFAULT_REGION || undefined,
});

/** The zone of this machine by its IANA name; some have none. */
const safeZone = (zone?: string): string => {
  try {
    return new Intl.DateTimeFormat('en', zone === undefined ? {} : { timeZone: zone }).resolvedOptions()
      .timeZone;
  } catch {
    return 'UTC';
  }
};

interface Place {
  readonly path: string;
  readonly over: boolean;
}

/** What stands in the way: the file itself, or another one that it would take the place of. */
const obstacleOf = async (path: string): Promise<{ readonly name: string; readonly text: string } | null> => {
  const own = await textOf(path);
  if (own !== null) return { name: basename(path), text: own };
  if (basename(path) !== DEFAULT_FILE) return null;
  const other = await findConfig(dirname(path));
  return other === null ? null : { name: basename(other), text: (await textOf(other)) ?? '' };
};

const askWhere = async (prompts: Prompts, name: string, isOwn: boolean): Promise<'over' | 'beside'> =>
  prompts.choice<'over' | 'beside'>({
    message: isOwn
      ? `${name} is there already.`
      : `${name} is there already; a ${DEFAULT_FILE} would be read instead of it.`,
    initial: 'beside',
    options: [
      { value: 'beside', label: 'keep it, and write the new one beside it' },
      { value: 'over', label: isOwn ? 'replace it' : 'write the new one all the same' },
    ],
  });

/** Where it may be written; 'same' where it says the same already. */
const placeFor = async (
  path: string,
  text: string,
  flags: InitFlags,
  prompts: Prompts | null,
): Promise<Place | 'same'> => {
  const found = await obstacleOf(path);
  if (found === null) return { path, over: false };
  const isOwn = found.name === basename(path);
  if (isOwn && found.text === text) return 'same';
  // As it came, nobody has written anything into it.
  const isAsShipped = isOwn && found.text === configTextOf(SHIPPED, defineFrom(path));
  if (flags.force || isAsShipped) return { path, over: isOwn };
  if (prompts && (await askWhere(prompts, found.name, isOwn)) === 'over') return { path, over: isOwn };
  return { path: besideOf(path, 1), over: false };
};

/** Writes it, under another name where somebody else was faster. */
const write = async (place: Place, text: string): Promise<string> => {
  if ((await writeWhole(place.path, text, place.over)) === 'written') return place.path;
  const base = place.path.replace(/\.new(\.\w+)$/, '$1');
  for (let index = 1; index <= MOST_BESIDE; index += 1) {
    const path = besideOf(base, index);
    if ((await writeWhole(path, text, false)) === 'written') return path;
  }
  throw usage(
    `There are ${MOST_BESIDE} files beside ${basename(base)} already.`,
    'Remove some, or name another with --file.',
  );
};

const carryOut = async (
  flags: InitFlags,
  answers: Answers,
  prompts: Prompts | null,
  terminal: Terminal,
): Promise<InitResult> => {
  checkAnswers(answers);
  const path = pathOf(flags, terminal);
  const text = configTextOf(answers, defineFrom(path));
  const result = (at: string, written: Written): InitResult => ({
    file: relative(terminal.cwd, at) || basename(at),
    written,
    isDefault: basename(at) === DEFAULT_FILE,
    answers,
    text,
    secrets: secretsOf(answers),
  });
  if (flags.dryRun) return result(path, 'shown');
  const place = await placeFor(path, text, flags, prompts);
  if (place === 'same') return result(path, 'same');
  const at = await write(place, text);
  return result(at, at === path ? 'written' : 'beside');
};

/**
 * `claywatch init`. Everything is asked before anything is written, and the file is written whole or not at all. Throws
 * ClaywatchError; nothing was written then.
 */
export const init = async (
  flags: InitFlags,
  terminal: Terminal,
  prompts: Prompts = createPrompts(terminal),
): Promise<ExitCode> => {
  const isAsked = !flags.yes;
  if (isAsked && (flags.json || !isInteractive(terminal)))
    throw usage(
      'Nobody can be asked here what there is to watch.',
      'Add --yes, and say with options what differs from the defaults: `claywatch init --help`.',
    );
  pathOf(flags, terminal);
  const known = answersIn(flags, here(terminal));
  try {
    const answers = isAsked ? await askAnswers(prompts, known) : known;
    const done = await carryOut(flags, answers, isAsked ? prompts : null, terminal);
    const page = { style: styleOf(terminal), width: widthOf(terminal) };
    terminal.stdout.write(flags.json ? renderInitJson(done) : renderInit(done, page));
    return EXIT.healthy;
  } catch (error) {
    if (!(error instanceof Cancelled)) throw error;
    terminal.stdout.write('Cancelled; nothing was written.\n');
    return EXIT.problem;
  }
};
