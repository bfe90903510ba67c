import { runCli } from './program.ts';

/** A reader that has seen enough (`| head`) closes the pipe: what is left to say is dropped, the exit code stays. */
const outlivePipe = (stream: NodeJS.WriteStream): void => {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
};

const flushed = (stream: NodeJS.WriteStream): Promise<void> =>
  new Promise((done) => {
    stream.write('', () => done());
  });

outlivePipe(process.stdout);
outlivePipe(process.stderr);
const { stdin, stdout, stderr, env } = process;
const code = await runCli(process.argv.slice(2), { stdin, stdout, stderr, env, cwd: process.cwd() });
await Promise.all([flushed(stdout), flushed(stderr)]);
process.exit(code);
