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

/** Colours on a terminal only, and never against https://no-color.org. */
export const styleOf = ({ stdout, env }: Terminal): Style =>
  pc.createColors(Boolean(stdout.isTTY) && !env.NO_COLOR && env.TERM !== 'dumb');

const WIDEST = 80;
const NARROWEST = 40;

export const widthOf = ({ stdout }: Terminal): number =>
  Math.max(NARROWEST, Math.min(WIDEST, stdout.columns || WIDEST));

/** Whether a person is there to be asked. */
export const isInteractive = ({ stdin, stdout }: Terminal): boolean =>
  Boolean(stdin.isTTY) && Boolean(stdout.isTTY);
