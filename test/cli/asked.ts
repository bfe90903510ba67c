import { PassThrough } from 'node:stream';
import { runCli } from '../../cli/program.ts';
import type { Terminal } from '../../cli/terminal.ts';

/** As a person on a terminal, who answers the question with a key. */
export const asked = async (question: string, key: string, args: readonly string[]) => {
  const stdin = Object.assign(new PassThrough(), { isTTY: true, setRawMode: () => stdin });
  const stdout = Object.assign(new PassThrough(), { isTTY: true, columns: 80 });
  let shown = '';
  let answered = false;
  stdout.on('data', (chunk: Buffer) => {
    shown += chunk.toString('utf8');
    if (answered || !shown.includes(question)) return;
    answered = true;
    setImmediate(() => stdin.write(key));
  });
  const terminal = { stdin, stdout, stderr: stdout, env: {}, cwd: '/' } as unknown as Terminal;
  return { code: await runCli(args, terminal), shown };
};
