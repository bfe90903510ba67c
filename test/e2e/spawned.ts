import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const START = fileURLToPath(new URL('../../local/start.ts', import.meta.url));

/** A line of what a runtime tells. */
export interface Told {
  readonly type: string;
  readonly [key: string]: unknown;
}

/** `npm start` as a process of its own; what it tells can be awaited. */
export const spawnRuntime = (stateDir: string, args: readonly string[], env: NodeJS.ProcessEnv = {}) => {
  const child: ChildProcess = spawn(
    process.execPath,
    [START, '--json', '--port', '0', '--state', stateDir, ...args],
    { stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, ...env } },
  );
  const told: Told[] = [];
  const heard = new EventTarget();
  const lines = createInterface({ input: child.stdout ?? process.stdin });
  lines.on('line', (line) => {
    told.push(JSON.parse(line) as Told);
    heard.dispatchEvent(new Event('told'));
  });
  const when = async (matches: (one: Told) => boolean): Promise<Told> => {
    for (;;) {
      const found = told.find(matches);
      if (found) return found;
      await new Promise((resolve) => heard.addEventListener('told', resolve, { once: true }));
    }
  };
  // A process that has ended may have said more than has been read of it.
  const exited = Promise.all([once(child, 'exit'), once(lines, 'close')]).then(([exit]) => exit);
  return {
    told,
    when,
    kill: async (signal: NodeJS.Signals) => {
      child.kill(signal);
      return exited;
    },
  };
};

export type SpawnedRuntime = ReturnType<typeof spawnRuntime>;
