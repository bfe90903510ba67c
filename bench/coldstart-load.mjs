// Loads a function's package as Lambda's runtime does, in a process of its own; then, if there is an event, hands it over,
// and stops where the first connection would be made. Says what either took of the processor, and how long.
import { subscribe } from 'node:diagnostics_channel';
import { createRequire } from 'node:module';

const [file, event] = process.argv.slice(2);
const require = createRequire(import.meta.url);

const start = { cpu: process.cpuUsage(), at: performance.now() };
const taken = () => {
  const { user, system } = process.cpuUsage(start.cpu);
  return { cpuMs: (user + system) / 1_000, wallMs: performance.now() - start.at };
};

const { handler } = file.endsWith('.mjs') ? await import(file) : require(file);
// Whatever a module puts off until its caller has its exports is loading as well.
await new Promise((resolve) => setImmediate(resolve));
const loaded = taken();

const finish = () => {
  const first = event === undefined ? undefined : taken();
  process.stdout.write(`\n${JSON.stringify({ loaded, first })}\n`, () => process.exit(0));
};
if (event === undefined) finish();
else {
  subscribe('net.client.socket', finish);
  const context = {
    awsRequestId: 'cold-start',
    functionName: 'acme-bench',
    getRemainingTimeInMillis: () => 30_000,
  };
  await Promise.resolve(handler(JSON.parse(event), context)).catch(() => undefined);
  finish();
}
