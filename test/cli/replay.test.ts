import { spawn } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type FauxqsServer, startFauxqs } from 'fauxqs';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { moment } from '../../cli/moment.ts';
import { openRowsAtRest } from '../../cli/rows-at-rest.ts';
import { LOCAL_AWS } from '../../local/aws.ts';
import { writeRuntimeFile } from '../../local/runtime-file.ts';
import { createDynamoClient } from '../../shared/aws/dynamodb/client.ts';
import { createDynamoControlStore } from '../../shared/aws/dynamodb/relay/control-store.ts';
import { createDynamoReplayJobs } from '../../shared/aws/dynamodb/relay/replay-jobs.ts';
import { createDynamoRowsLedger } from '../../shared/aws/dynamodb/rows/ledger.ts';
import { systemClock } from '../../shared/clock.ts';
import { parseConfig } from '../../shared/config/parse.ts';
import type { ConfigInput } from '../../shared/config/schema.ts';
import { recordBalance } from '../../shared/credits/record.ts';
import { addHold, changeControl } from '../../shared/relay/control-change.ts';
import { type DeadLetter, deadLetterId } from '../../shared/relay/keeping.ts';
import type { QueuedRow } from '../../shared/relay/queue.ts';
import { issueRowIds } from '../../shared/rows/row-id.ts';
import { asked as askedOf } from './asked.ts';
import { type CountedWorld, startCountedWorld } from './counted-world.ts';
import { runCli } from './run-cli.ts';

const TABLE = 'claywatch-test';
const KEY = 'fake-key-fake-key-fake-key-fake-key-';
const HOUR = 3_600_000;
const SECRET = 'grace.hopper@example.com';
const FEEDS = ['calls', 'letters', 'waiting', 'full', 'stops'] as const;
type Feed = (typeof FEEDS)[number];

/** A feed for every group of tests, for one store holds them all. */
const CONFIG: ConfigInput = {
  installation: 'claywatch-test',
  feeds: {
    ...Object.fromEntries(
      FEEDS.map((feed) => [
        feed,
        {
          relay: { secret: 'env:SENDER' },
          webhooks: [
            {
              id: `${feed}-1`,
              url: `env:HOOK_${feed.toUpperCase()}`,
              ...(feed === 'full' && { startCount: 49_998 }),
            },
          ],
        },
      ]),
    ),
    quiet: { webhooks: [{ id: 'quiet-1', url: 'env:HOOK_QUIET' }] },
  },
  relay: { rowsKey: 'env:ROWS_KEY', rowsPerSecond: 0.5 },
};

let world: CountedWorld;
let sqs: FauxqsServer;
let table: { client: ReturnType<typeof createDynamoClient>; tableName: string };
let atRest: ReturnType<typeof openRowsAtRest>;
const controls = () => createDynamoControlStore(table);

beforeAll(async () => {
  world = await startCountedWorld(CONFIG);
  sqs = await startFauxqs({ port: 0, logger: false, defaultRegion: LOCAL_AWS.region });
  const urls = FEEDS.map((feed) => sqs.createQueue(`claywatch-test-rows-${feed}`).queueUrl);
  const endpoint = world.deployed.AWS_ENDPOINT_URL_DYNAMODB ?? '';
  const rowsKeyFile = join(world.dir, 'rows-key');
  const queues = {
    endpoint: `http://127.0.0.1:${sqs.port}`,
    queuePrefix: (urls[0] ?? '').slice(0, -FEEDS[0].length),
  };
  await writeFile(rowsKeyFile, `${KEY}\n`);
  await writeRuntimeFile(world.dir, {
    pid: process.pid,
    endpoint,
    tableName: TABLE,
    config: world.configFile,
    sqs: queues,
    rowsKeyFile,
  });
  table = { client: createDynamoClient({ ...LOCAL_AWS, endpoint }), tableName: TABLE };
  atRest = openRowsAtRest({
    config: parseConfig(CONFIG, 'the configuration of a test'),
    env: {},
    table,
    runtime: { sqs: queues, rowsKeyFile },
  });
}, 60_000);
afterAll(async () => {
  await atRest.close();
  table.client.destroy();
  await sqs.stop();
  await world.stop();
});

const here = (...args: readonly string[]) =>
  runCli([...args, '--state', world.dir], { env: { USER: 'ada' } });
const jsonHere = async (...args: readonly string[]) => JSON.parse((await here(...args, '--json')).stdout);

const makeRows = (feed: Feed, count: number, hoursAgo: number): readonly QueuedRow[] => {
  const takenAt = Date.now() - hoursAgo * HOUR;
  return issueRowIds(count, { now: () => takenAt }).map((id) => ({
    feed,
    id,
    json: JSON.stringify({ email: SECRET, _claywatch_row_id: id }),
    takenAt,
    after: 0,
    tries: 0,
    origin: 'sender',
  }));
};

/** Rows that Clay accepted some hours ago and that never came back. */
const lose = async (feed: Feed, count: number, hoursAgo = 5): Promise<readonly QueuedRow[]> => {
  const ledger = createDynamoRowsLedger({ ...table, clock: systemClock, retainDays: 35 });
  const rows = makeRows(feed, count, hoursAgo);
  await (await atRest.outbox()).keep(feed, rows);
  const sends = rows.map(({ id, takenAt }) => ({
    rowId: id,
    webhook: `${feed}-1`,
    at: takenAt,
    attempt: 1,
  }));
  await ledger.claim(feed, sends);
  await ledger.settle(
    feed,
    sends.map((send) => ({ ...send, outcome: 'accepted' })),
  );
  await ledger.fold(feed, Date.now());
  return rows;
};

const setAside = async (feed: Feed, count: number, of: Partial<DeadLetter> = {}) => {
  const letters = makeRows(feed, count, 2).map(
    (row): DeadLetter => ({
      id: deadLetterId(row.id),
      feed,
      at: row.takenAt,
      fault: 'ours',
      reason: 'unknown-answer',
      detail: 'Clay answered 418.',
      status: 418,
      webhook: `${feed}-1`,
      row,
      ...of,
    }),
  );
  await (await atRest.deadLetters()).put(letters);
  return letters;
};

const queued = async (feed: Feed): Promise<readonly QueuedRow[]> => {
  const queue = await atRest.queue();
  const rows: QueuedRow[] = [];
  for (;;) {
    const received = await queue.receive(feed, { waitSeconds: 0, visibilitySeconds: 60 });
    if (received.rows.length === 0) return rows;
    rows.push(...received.rows.map(({ row }) => row));
    await queue.remove(
      feed,
      received.rows.map(({ handle }) => handle),
    );
  }
};

const asked = (question: string, key: string, ...args: readonly string[]) =>
  askedOf(question, key, [...args, '--state', world.dir]);

const fits80 = (text: string) => {
  for (const line of text.split('\n')) expect([...line].length).toBeLessThanOrEqual(80);
};

describe('claywatch replay', { timeout: 60_000 }, () => {
  it('says that there is nothing, where there is nothing', async () => {
    for (const feed of FEEDS) await world.rows.fold(feed, Date.now());
    const { code, stdout, stderr } = await here('replay', '--dry-run');
    expect(stderr).toBe('');
    expect(code).toBe(0);
    expect(stdout).toContain('Nothing to replay');
    expect((await jsonHere('replay', '--dry-run')).plans).toHaveLength(3 * FEEDS.length);
  });

  it('plans every feed and every source that has something, and changes nothing', async () => {
    await lose('calls', 7);
    await setAside('letters', 2);
    await (await atRest.queue()).send('waiting', makeRows('waiting', 3, 1));
    await changeControl(controls(), 'waiting', (control) =>
      addHold(control, { kind: 'operator', since: Date.now(), why: 'The table is rebuilt.', by: 'ada' }),
    );
    const { code, stdout } = await here('replay', '--dry-run');
    expect(code).toBe(0);
    fits80(stdout);
    expect(stdout).toMatch(/calls: rows that Clay accepted and that never came back\n +verdict: possible/);
    expect(stdout).toMatch(/rows: +7\n/);
    expect(stdout).toMatch(/room: +49,993 rows in calls-1/);
    expect(stdout).toMatch(/oldest: +accepted 5(\.\d)? h ago; the first copy expires in 7 d/);
    expect(stdout).toMatch(/letters: rows that were set aside/);
    expect(stdout).toMatch(/waiting: rows that are held back\n +verdict: possible/);
    expect(stdout).toContain('Clay took these rows already');
    expect(stdout).toContain('Nobody knows how many credits');
    expect(stdout).toContain('Nothing was changed (--dry-run).');
    expect(stdout).not.toContain('quiet');
    expect(await queued('calls')).toEqual([]);
    expect((await createDynamoReplayJobs(table).list(10)).length).toBe(0);
  });

  it('refuses what the credits do not pay for, and exits 1', async () => {
    await recordBalance(
      { at: Date.now(), credits: 0, actions: null, source: 'operator' },
      { store: world.credits },
    );
    const { code, stdout } = await here('replay', 'calls', '--source', 'uncalled', '--yes');
    expect(code).toBe(1);
    expect(stdout).toContain('verdict: refused');
    expect(stdout).toContain('No credits are left for it.');
    expect(stdout).toContain('Refused; nothing was changed.');
    expect(await queued('calls')).toEqual([]);
    await recordBalance(
      { at: Date.now(), credits: 9_000, actions: null, source: 'operator' },
      { store: world.credits },
    );
  });

  it('asks a person, and no means no', async () => {
    const { code, shown } = await asked('Send them again?', 'n', 'replay', 'calls', '--source', 'uncalled');
    expect(code).toBe(0);
    expect(shown).toContain('Nothing was changed.');
    expect(await queued('calls')).toEqual([]);
  });

  it('sends again what never came back, with --yes; the list and the history know it', async () => {
    const document = await jsonHere('replay', 'calls', '--source', 'uncalled', '--yes');
    expect(document).toMatchObject({
      version: 1,
      outcome: 'done',
      plans: [{ feed: 'calls', verdict: 'ok', rows: 7 }],
      replay: { status: 'done', queued: 7, skipped: 0, by: 'ada' },
    });
    const rows = await queued('calls');
    expect(rows).toHaveLength(7);
    for (const row of rows) expect(row).toMatchObject({ after: 1, origin: 'replay' });
    const { stdout } = await here('replay', '--list');
    expect(stdout).toMatch(/rpl-\d{8}-[0-9a-f]{8} +done +calls +uncalled +7 of 7\n +by ada/);
    const { history } = await controls().load('calls');
    expect(history[0]).toMatchObject({ kind: 'replay', by: 'ada' });
    expect(JSON.stringify(document)).not.toContain(SECRET);
  });

  it('splits what does not fit, and says how many are left out', async () => {
    await lose('full', 5);
    // Those five were counted: nothing is left, then two.
    const none = await here('replay', 'full', '--source', 'uncalled', '--yes');
    expect(none.code).toBe(1);
    expect(none.stdout).toContain('No webhook of the feed takes another row.');
    await world.rows.rebase('full', 'full-1', { count: 49_998, at: Date.now(), why: 'operator' });
    await world.rows.fold('full', Date.now());
    const { code, stdout } = await here('replay', 'full', '--source', 'uncalled', '--yes');
    expect(stdout).toMatch(/of the feed still take 2\s+rows/);
    expect(stdout).toMatch(/stays where it is: 3\s+rows/);
    expect(code).toBe(0);
    expect(await queued('full')).toHaveLength(2);
  });

  it('lets held rows go', async () => {
    const { code, shown } = await asked('Let them go?', 'y', 'replay', 'waiting', '--source', 'held');
    expect(code).toBe(0);
    expect(shown).toContain('Released.');
    expect((await controls().load('waiting')).holds).toEqual([]);
  });

  it('stops at Ctrl-C, and goes on with --resume', async () => {
    await lose('stops', 5, 4);
    // More than are sent in half a minute wait already.
    await (await atRest.queue()).send('stops', makeRows('stops', 20, 1));
    const child = spawn(
      process.execPath,
      [
        join(import.meta.dirname, '../../cli/bin.js'),
        ...['replay', 'stops', '--source', 'uncalled', '--yes', '--state', world.dir],
      ],
      { stdio: ['ignore', 'pipe', 'inherit'], env: { PATH: process.env.PATH ?? '', USER: 'somebody' } },
    );
    let shown = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      shown += text;
    });
    const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
    const jobs = createDynamoReplayJobs(table);
    const running = async () => (await jobs.list(50)).find(({ feed }) => feed === 'stops');
    while (!(await running())) await systemClock.sleep(50);
    child.kill('SIGINT');
    expect(await ended).toBe(1);
    expect(shown).toContain('Stopped.');
    const id = /--resume (rpl-\S+)/.exec(shown)?.[1] ?? '';
    expect(await jobs.load(id)).toMatchObject({ status: 'stopped', stopped: 'asked', queued: 0 });
    expect(await queued('stops')).toHaveLength(20);
    const resumed = await jsonHere('replay', '--resume', id);
    expect(resumed).toMatchObject({ outcome: 'done', replay: { id, queued: 5, planned: 5, by: 'somebody' } });
    expect(await queued('stops')).toHaveLength(5);
  });

  it.each([
    [['replay'], 'No feed was named'],
    [['replay', 'calls'], 'which rows'],
    [['replay', 'nope', '--dry-run'], 'There is no feed'],
    [['replay', 'quiet', '--dry-run'], 'takes no rows'],
    [['replay', 'calls', '--list'], 'stands alone'],
    [['replay', '--list', '--resume', 'x'], 'Give one of them'],
    [['replay', 'calls', '--source', 'uncalled'], 'Nobody can be asked'],
    [['replay', 'calls', '--source', 'all', '--dry-run'], 'uncalled'],
    [['replay', 'calls', '--dry-run', '--since', 'yesterday'], 'such as 30min'],
    [['replay', 'calls', '--dry-run', '--since', '1h', '--until', '2h'], 'not before --until'],
    [['replay', '--resume', 'rpl-20261103-00000000'], 'There is no such replay'],
    [['replay', '--resume', 'https://api.clay.com/v3/'], 'There is no such replay'],
  ])('of %j exits 64 and says what is wrong', async (args, said) => {
    const { code, stderr, stdout } = await here(...args);
    expect(stdout).toBe('');
    expect(stderr).toContain(said);
    expect(code).toBe(64);
  });
});

describe('claywatch dead-letters', { timeout: 60_000 }, () => {
  let ours: readonly DeadLetter[];
  let theirs: readonly DeadLetter[];
  beforeEach(async () => {
    const store = await atRest.deadLetters();
    for (const { id } of (await store.list('letters', { limit: 1_000 })).letters)
      await store.remove('letters', id);
    await queued('letters');
    ours = await setAside('letters', 3);
    theirs = await setAside('letters', 1, { fault: 'row', reason: 'bad-request', status: 400 });
  });

  it('lists them by whose fault and reason, without what is in them', async () => {
    const { code, stdout } = await here('dead-letters', 'list', 'letters');
    expect(code).toBe(0);
    fits80(stdout);
    expect(stdout).toMatch(/our fault or Clay's: 3\n +3 {2}unknown-answer/);
    expect(stdout).toMatch(/the row's own fault: 1\n +1 {2}bad-request/);
    for (const { id } of [...ours, ...theirs]) expect(stdout).toContain(id);
    expect(stdout).not.toContain(SECRET);
    const document = await jsonHere('dead-letters', 'list', 'letters', '--fault', 'row');
    expect(document).toMatchObject({ total: 1, letters: [{ id: theirs[0]?.id, row: { tries: 0 } }] });
    expect(JSON.stringify(document)).not.toContain(SECRET);
  });

  it('shows one, and the row itself only where it is asked for', async () => {
    const [letter] = ours as [DeadLetter];
    const { stdout } = await here('dead-letters', 'show', 'letters', letter.id);
    expect(stdout).toContain('Clay answered 418.');
    expect(stdout).toContain(letter.row?.id);
    expect(stdout).not.toContain(SECRET);
    const hidden = await jsonHere('dead-letters', 'show', 'letters', letter.id);
    expect(JSON.stringify(hidden)).not.toContain(SECRET);
    const revealed = await here('dead-letters', 'show', 'letters', letter.id, '--reveal');
    expect(revealed.stdout).toContain(letter.row?.json);
    const document = await jsonHere('dead-letters', 'show', 'letters', letter.id, '--reveal');
    expect(document.letter.row.json).toBe(letter.row?.json);
  });

  it('shows nothing of a message in which control characters would forge the screen', async () => {
    const [letter] = await setAside('letters', 1, {
      row: null,
      body: 'before\u001b[2Jafter',
      reason: 'unreadable',
    });
    const { stdout } = await here('dead-letters', 'show', 'letters', letter?.id ?? '', '--reveal');
    expect(stdout).toContain('before [2Jafter');
    expect(stdout).not.toContain('\u001b');
  });

  it('sends named ones again', async () => {
    const [one, other] = ours as [DeadLetter, DeadLetter];
    const { code, stdout } = await here('dead-letters', 'retry', 'letters', one.id, 'dl-none');
    expect(code).toBe(1);
    expect(stdout).toContain(`${one.id} queued again`);
    expect(stdout).toContain('dl-none not found');
    expect((await here('dead-letters', 'retry', 'letters', other.id)).code).toBe(0);
    const rows = await queued('letters');
    expect(rows.map(({ id }) => id).toSorted()).toEqual([one.row?.id, other.row?.id].toSorted());
    expect(rows[0]).toMatchObject({ origin: 'dead-letter', tries: 0 });
    expect(await (await atRest.deadLetters()).count('letters')).toEqual({ row: 1, ours: 1 });
  });

  it('plans before all are sent again, and leaves those alone that are their own fault', async () => {
    const { code, stdout } = await here('dead-letters', 'retry', 'letters', '--all', '--yes');
    expect(code).toBe(0);
    expect(stdout).toContain('verdict: possible');
    expect(await queued('letters')).toHaveLength(3);
    const rest = await here('dead-letters', 'retry', 'letters', '--all', '--fault', 'all', '--yes');
    expect(rest.stdout).toContain('Refused for their own fault');
    expect(await queued('letters')).toHaveLength(1);
    expect(await (await atRest.deadLetters()).count('letters')).toEqual({ row: 0, ours: 0 });
  });

  it('drops for good only after asking, and leaves a trace', async () => {
    const [letter] = theirs as [DeadLetter];
    const declined = await asked('Delete 1 row for good?', 'n', 'dead-letters', 'drop', 'letters', letter.id);
    expect(declined.shown).toContain('Nothing was changed.');
    expect(await (await atRest.deadLetters()).count('letters')).toEqual({ row: 1, ours: 3 });
    const { code, shown } = await asked(
      'Delete 1 row for good?',
      'y',
      ...['dead-letters', 'drop', 'letters', letter.id, '--by', 'grace'],
    );
    expect(code).toBe(0);
    expect(shown).toContain('dropped for good');
    expect(await (await atRest.deadLetters()).count('letters')).toEqual({ row: 0, ours: 3 });
    const { history } = await controls().load('letters');
    expect(history[0]).toMatchObject({ kind: 'dead-letters', by: 'grace' });
    expect(history[0]?.text).toBe(`One dead letter was dropped: ${letter.id}.`);
  });

  it.each([
    [['dead-letters', 'show', 'letters', 'dl-none'], 'has no dead letter'],
    [['dead-letters', 'show', 'letters', ''], 'has no dead letter'],
    [['dead-letters', 'retry', 'letters'], 'not said which'],
    [['dead-letters', 'retry', 'letters', 'dl-none', '--all'], 'no ids are named'],
    [['dead-letters', 'drop', 'letters', 'dl-none'], 'Nobody can be asked'],
    [['dead-letters', 'list', 'nope'], 'There is no feed'],
  ])('of %j exits 64 and says what is wrong', async (args, said) => {
    const { code, stderr } = await here(...args);
    expect(stderr).toContain(said);
    expect(code).toBe(64);
  });
});

describe('times of options', () => {
  const now = Date.parse('2026-11-03T12:00:00Z');
  it.each([
    ['30min', now - 1_800_000],
    ['90m', now - 5_400_000],
    ['2h', now - 2 * HOUR],
    ['1.5d', now - 36 * HOUR],
    ['1w', now - 168 * HOUR],
    ['2026-11-03', Date.parse('2026-11-03T00:00:00Z')],
    ['2026-11-03T10:30', Date.parse('2026-11-03T10:30:00Z')],
    ['2026-11-03T10:30:15+02:00', Date.parse('2026-11-03T08:30:15Z')],
  ])('%s is understood', (text, at) => {
    expect(moment(() => now)(text)).toBe(at);
  });

  it.each(['', '2', 'h', '-2h', '2 h', '2 hours', 'now', '03.11.2026', '2026-13-40', '1e9h'])(
    '%j is refused',
    (text) => {
      expect(() => moment(() => now)(text)).toThrow();
    },
  );
});

describe('help', { timeout: 30_000 }, () => {
  it.each([
    [['replay']],
    [['dead-letters', 'list']],
    [['dead-letters', 'show']],
    [['dead-letters', 'retry']],
    [['dead-letters', 'drop']],
  ])('of %j has examples, exit codes, and fits 80 columns', async (command) => {
    const { code, stdout } = await runCli([...command, '--help']);
    expect(code).toBe(0);
    expect(stdout).toContain('Examples:');
    expect(stdout).toContain('64 wrong');
    fits80(stdout);
  });
});
