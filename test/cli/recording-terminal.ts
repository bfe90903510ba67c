import type { Terminal } from '../../cli/terminal.ts';

export interface Recording {
  readonly terminal: Terminal;
  /** What was written since it was last asked, in order; `err` on stderr. */
  text(): string;
  err(): string;
}

/** A terminal that nobody sits at, unless `isTTY` says so. */
export const recordingTerminal = (
  over: Partial<Pick<Terminal, 'env' | 'cwd'>> & { readonly isTTY?: boolean } = {},
): Recording => {
  const { isTTY = false, env = {}, cwd = '/' } = over;
  const stream = () => {
    const written: string[] = [];
    return { written, stream: { isTTY, columns: 80, write: (text: string) => written.push(text) > 0 } };
  };
  const out = stream();
  const err = stream();
  return {
    terminal: {
      stdin: { isTTY },
      stdout: out.stream,
      stderr: err.stream,
      env,
      cwd,
    } as unknown as Terminal,
    text: () => out.written.splice(0).join(''),
    err: () => err.written.splice(0).join(''),
  };
};
