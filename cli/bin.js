#!/usr/bin/env node
/**
 * Starts the command line. Claywatch is TypeScript that Node runs directly; a Node that cannot do that hands over to
 * the one that the project brings along as the npm package `node`.
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import nodeModule from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'];
const main = new URL('./main.ts', import.meta.url);

const ownNode = () => {
  try {
    const home = dirname(nodeModule.createRequire(import.meta.url).resolve('node/package.json'));
    const binary = join(home, 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
    return existsSync(binary) ? binary : null;
  } catch {
    return null;
  }
};

const handOver = (binary) => {
  const child = spawn(binary, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], {
    stdio: 'inherit',
  });
  for (const signal of SIGNALS) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => {
    console.error(`error: Node at ${binary} cannot be started (${error.code ?? error.name}).`);
    process.exitCode = 70;
  });
  child.on('exit', (code, signal) => {
    if (signal === null) process.exit(code ?? 70);
    for (const handled of SIGNALS) process.removeAllListeners(handled);
    process.kill(process.pid, signal);
  });
};

if (process.features.typescript) {
  nodeModule.enableCompileCache();
  await import(main.href);
} else {
  const binary = ownNode();
  if (binary && process.env.CLAYWATCH_HANDED_OVER !== '1') {
    process.env.CLAYWATCH_HANDED_OVER = '1';
    handOver(binary);
  } else {
    console.error(
      `error: this is Node ${process.versions.node}; Claywatch needs Node 22.18 or later.\n` +
        '  Run `npm ci` in the directory of Claywatch, which brings its own Node along, or install Node 24.',
    );
    process.exitCode = 70;
  }
}
