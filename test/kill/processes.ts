import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export interface Program<T> {
  /** The first line that it wrote, as JSON. */
  readonly said: T;
  /** Ends it as `kill -9` does, and waits until it is gone. */
  kill(): Promise<void>;
}

const children = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of children) child.kill('SIGKILL');
});

/** Starts a program of this repository; resolves when it has said what it is. Rejects when it ends before. */
export const start = async <T>(
  file: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Program<T>> => {
  const path = fileURLToPath(new URL(file, import.meta.url));
  const child = spawn(process.execPath, [path, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, ...env },
  });
  children.add(child);
  const gone = once(child, 'exit').then(() => void children.delete(child));
  const lines = createInterface({ input: child.stdout });
  const first = await Promise.race([
    once(lines, 'line').then(([line]) => String(line)),
    gone.then(() => undefined),
  ]);
  if (first === undefined) throw new Error(`${file} ended before it said anything`);
  return {
    said: JSON.parse(first) as T,
    kill: async () => {
      child.kill('SIGKILL');
      await gone;
    },
  };
};
