import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { simulatedUuid } from '../../local/clay/core/options.ts';
import { createRandom } from '../../local/clay/core/random.ts';
import { openPlaces } from './find-rows.ts';
import { planFor, SECRET } from './plan.ts';
import { type Program, start } from './processes.ts';
import { startSenders } from './sender.ts';

/*
 * Kills the local runtime with SIGKILL again and again while senders post rows and forwarders send them on, starts it
 * again on the same state, and then looks for every row that was answered 202: at Clay, in the queue, or among the dead
 * letters. Real processes, real time; `npm run test:kill`.
 */

const { values: flags } = parseArgs({
  options: {
    kills: { type: 'string', default: '20' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    /** How long rows may take to get to Clay in the end, seconds. */
    drain: { type: 'string', default: '240' },
    keep: { type: 'boolean', default: false },
  },
});
const kills = Number(flags.kills);
const random = createRandom(Number(flags.seed));

/** From the first row that is answered to the kill, ms. */
const SHORTEST_MS = 50;
const LONGEST_MS = 4_000;
const LOAD_WITHIN_MS = 15_000;
const LOOK_EVERY_MS = 1_000;

interface Started {
  readonly endpoints: { readonly http: string };
}
interface AtClay {
  readonly rows: readonly { readonly rowId: string | null; readonly webhook: string }[];
}

let said = '';
/** Progress: one line that changes on a terminal, and otherwise one for each change. */
const say = (text: string) => {
  if (process.stdout.isTTY) process.stdout.write(`\r\u001b[2K${text}`);
  else if (text !== said && text !== '') console.log(text);
  said = text;
};
const line = (label: string, value: string | number, note = '') =>
  console.log(`  ${label.padEnd(52)}${String(value).padStart(10)}${note && `  ${note}`}`);

const takenBy = async (clayUrl: string): Promise<AtClay['rows']> =>
  ((await (await fetch(`${clayUrl}/_rows`)).json()) as AtClay).rows;

const countsOf = (ids: readonly (string | null)[]): ReadonlyMap<string, number> => {
  const counts = new Map<string, number>();
  for (const id of ids) if (id !== null) counts.set(id, (counts.get(id) ?? 0) + 1);
  return counts;
};

const until = async (deadline: number, everyMs: number, done: () => Promise<boolean>): Promise<void> => {
  while (Date.now() < deadline && !(await done())) await sleep(everyMs);
};

const drain = async (stateDir: string, clayUrl: string) => {
  const places = await openPlaces(stateDir);
  try {
    await until(Date.now() + Number(flags.drain) * 1_000, LOOK_EVERY_MS, async () => {
      const waiting = await places.waiting();
      say(`draining: ${waiting} rows wait, ${(await takenBy(clayUrl)).length} are at Clay`);
      return waiting === 0;
    });
    say('');
    const inQueue = (await places.waiting()) === 0 ? [] : await places.inQueue();
    return {
      inQueue: new Set(inQueue),
      deadLetters: new Set(await places.inDeadLetters()),
      resent: await places.resent(),
    };
  } finally {
    places.close();
  }
};

const run = async (dir: string): Promise<boolean> => {
  const startedAt = Date.now();
  const stateDir = join(dir, 'state');
  const config = join(dir, 'config.json');
  const clay = await start<{ url: string }>('./clay.ts', []);
  const clayUrl = clay.said.url;
  await writeFile(config, JSON.stringify(planFor(clayUrl)));
  const env = {
    SENDER_SECRET: SECRET,
    TOKEN: 'simulated-webhook-token',
    ...Object.fromEntries(
      [1, 2, 3].map((number) => [
        `URL_${number}`,
        `${clayUrl}/v3/sources/webhook/pull-in-data-from-a-webhook-${simulatedUuid(number)}`,
      ]),
    ),
  };
  const startRuntime = (): Promise<Program<Started>> =>
    start(
      '../../local/start.ts',
      ['--config', config, '--state', stateDir, '--port', '0', '--every', '3600', '--json'],
      env,
    );

  const senders = startSenders(random);
  for (let kill = 1; kill <= kills; kill += 1) {
    const runtime = await startRuntime();
    const before = senders.sent().answered.size;
    senders.goTo(runtime.said.endpoints.http);
    // One in four at any moment, functions not loaded yet; the others under load.
    if (random() < 0.75)
      await until(Date.now() + LOAD_WITHIN_MS, 20, async () => senders.sent().answered.size > before);
    await sleep(SHORTEST_MS + random() * (LONGEST_MS - SHORTEST_MS));
    await runtime.kill();
    senders.goTo(undefined);
    const { answered } = senders.sent();
    say(
      `kill ${kill} of ${kills}: ${answered.size} rows answered 202, ${(await takenBy(clayUrl)).length} at Clay`,
    );
  }
  const last = await startRuntime();
  senders.goTo(last.said.endpoints.http);
  await senders.stop();
  const { inQueue, deadLetters, resent } = await drain(stateDir, clayUrl);
  const rows = await takenBy(clayUrl);
  const state = (await (await fetch(`${clayUrl}/_state`)).json()) as {
    readonly webhooks: readonly {
      readonly id: string;
      readonly accepted: number;
      readonly refused: object;
    }[];
  };
  await Promise.all([last.kill(), clay.kill()]);

  const atClay = countsOf(rows.map(({ rowId }) => rowId));
  const sent = senders.sent();
  const promised = [...sent.answered.keys()];
  const lost = promised.filter((id) => !atClay.has(id) && !inQueue.has(id) && !deadLetters.has(id));
  const duplicates = [...atClay.values()].reduce((sum, times) => sum + times - 1, 0);
  const unanswered = [...atClay.keys()].filter((id) => !sent.answered.has(id)).length;
  const overLimit = state.webhooks.filter(({ accepted }) => accepted > 50_000);

  console.log(`\n${kills} kills in ${Math.round((Date.now() - startedAt) / 1_000)} s, seed ${flags.seed}\n`);
  line('rows answered 202', promised.length);
  line('  of them at Clay', promised.filter((id) => atClay.has(id)).length);
  line('  in the queue still', promised.filter((id) => inQueue.has(id)).length);
  line('  among the dead letters', promised.filter((id) => deadLetters.has(id)).length);
  line('  lost', lost.length, lost.length === 0 ? 'promised: 0; kept' : 'promised: 0; MISSED');
  line('rows at Clay whose sender heard nothing', unanswered, 'killed before the answer');
  line('rows twice at Clay', duplicates, `of ${resent} that the ledger says may be`);
  line('requests repeated under their key after a kill', sent.repeated);
  line('requests given up without a key', sent.abandoned);
  for (const [status, times] of sent.refused) line(`answers ${status}`, times);
  for (const { id, accepted, refused } of state.webhooks)
    line(
      `${id} has taken`,
      accepted,
      Object.keys(refused).length > 0 ? `refused ${JSON.stringify(refused)}` : '',
    );

  const isFine = lost.length === 0 && duplicates <= resent && overLimit.length === 0 && promised.length > 0;
  console.log(isFine ? '\nNothing that was answered is lost.' : '\nMISSED');
  if (lost.length > 0) console.log(`lost: ${lost.slice(0, 10).join(', ')}`);
  return isFine;
};

const dir = await mkdtemp(join(tmpdir(), 'claywatch-kill-'));
try {
  process.exitCode = (await run(dir)) ? 0 : 1;
} finally {
  if (flags.keep) console.log(`state kept in ${dir}`);
  else await rm(dir, { recursive: true, force: true });
}
