import pc from 'picocolors';

/** The process as the command line sees it, so that tests can stand in for it. */
export interface Terminal {
  readonly stdin: NodeJS.ReadStream;
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
}

export type Style = ReturnType<typeof pc.createColors>;

/** FORCE_COLOR as others read it: anything but 0 and false. */
const isForced = ({ FORCE_COLOR }: Terminal['env']): boolean =>
  FORCE_COLOR !== undefined && FORCE_COLOR !== '' && FORCE_COLOR !== '0' && FORCE_COLOR !== 'false';

/** Colours on a terminal, or where they are forced, and never against https://no-color.org. */
export const styleOf = ({ stdout, env }: Terminal): Style =>
  pc.createColors(!env.NO_COLOR && (isForced(env) || (Boolean(stdout.isTTY) && env.TERM !== 'dumb')));

/** What `--color` and `--no-color` say wins over the environment; of both the last. */
export const withColour = (terminal: Terminal, argv: readonly string[]): Terminal => {
  const end = argv.indexOf('--');
  const flag = (end === -1 ? argv : argv.slice(0, end)).findLast(
    (word) => word === '--color' || word === '--no-color',
  );
  if (flag === undefined) return terminal;
  const { NO_COLOR: _, FORCE_COLOR: __, ...env } = terminal.env;
  return { ...terminal, env: { ...env, ...(flag === '--color' ? { FORCE_COLOR: '1' } : { NO_COLOR: '1' }) } };
};

const WIDEST = 80;
const NARROWEST = 40;

export const widthOf = ({ stdout }: Terminal): number =>
  Math.max(NARROWEST, Math.min(WIDEST, stdout.columns || WIDEST));

/** Whether a person is there to be asked. */
export const isInteractive = ({ stdin, stdout }: Terminal): boolean =>
  Boolean(stdin.isTTY) && Boolean(stdout.isTTY);
