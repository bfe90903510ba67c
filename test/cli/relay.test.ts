import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type FauxqsServer, startFauxqs } from 'fauxqs';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openRowsAtRest } from '../../cli/rows-at-rest.ts';
import { LOCAL_AWS } from '../../local/aws.ts';
import { writeRuntimeFile } from '../../local/runtime-file.ts';
import { createDynamoClient } from '../../shared/aws/dynamodb/client.ts';
import { createDynamoControlStore } from '../../shared/aws/dynamodb/relay/control-store.ts';
import { parseConfig } from '../../shared/config/parse.ts';
import type { ConfigInput } from '../../shared/config/schema.ts';
import type { ControlStore, FeedControl, Hold } from '../../shared/relay/control.ts';
import { addHold, changeControl, markStanding, rotate, verify } from '../../shared/relay/control-change.ts';
import { asked as askedOf } from './asked.ts';
import { type CountedWorld, startCountedWorld } from './counted-world.ts';
import { runCli } from './run-cli.ts';

const CONFIG: ConfigInput = {
  installation: 'claywatch-test',
  feeds: {
    leads: {
      webhooks: [
        { id: 'leads-1', url: 'env:LEADS_1', startCount: 36_000 },
        { id: 'leads-2', url: 'env:LEADS_2' },
        { id: 'leads-3', url: 'env:LEADS_3', startCount: 50_000 },
      ],
      relay: { secret: 'env:SENDER' },
    },
    accounts: { webhooks: [{ id: 'accounts-1', url: 'env:ACCOUNTS_1' }] },
  },
  relay: { rowsKey: 'env:ROWS_KEY' },
};
const KEY = 'fake-key-fake-key-fake-key-fake-key-';

let world: CountedWorld;
let sqs: FauxqsServer;
let client: ReturnType<typeof createDynamoClient>;
let controls: ControlStore;
let queuePrefix: string;

beforeAll(async () => {
  world = await startCountedWorld(CONFIG);
  sqs = await startFauxqs({ port: 0, logger: false, defaultRegion: LOCAL_AWS.region });
  const { queueUrl } = sqs.createQueue('claywatch-test-rows-leads');
  queuePrefix = queueUrl.slice(0, -'leads'.length);
  const endpoint = world.deployed.AWS_ENDPOINT_URL_DYNAMODB ?? '';
  await writeFile(join(world.dir, 'rows-key'), `${KEY}\n`);
  await writeRuntimeFile(world.dir, {
    pid: process.pid,
    endpoint,
    tableName: 'claywatch-test',
    config: world.configFile,
    sqs: { endpoint: `http://127.0.0.1:${sqs.port}`, queuePrefix },
    rowsKeyFile: join(world.dir, 'rows-key'),
  });
  client = createDynamoClient({ ...LOCAL_AWS, endpoint });
  controls = createDynamoControlStore({ client, tableName: 'claywatch-test' });
}, 60_000);
afterAll(async () => {
  client.destroy();
  await sqs.stop();
  await world.stop();
});

const now = Date.now();
const doing = { at: now - 60_000, by: 'claywatch' };
const start = (control: FeedControl): FeedControl => ({
  ...verify(
    rotate(
      { ...control, active: null, webhooks: {}, history: [] },
      { from: null, to: 'leads-1', why: 'first', ...doing },
    ),
    'leads-1',
    doing,
  ),
  holds: [],
  trickle: null,
});
const causeHold: Hold = {
  kind: 'cause',
  cause: 'clay.outage',
  subject: 'clay',
  since: now - 30_000,
  why: 'Clay does not answer.',
  by: 'claywatch',
};
const held = (hold: Hold) => changeControl(controls, 'leads', (control) => addHold(control, hold));
const load = () => controls.load('leads');

beforeEach(async () => {
  sqs.purgeAll();
  sqs.createQueue('claywatch-test-rows-leads');
  await changeControl(controls, 'leads', start);
});

const here = (...args: readonly string[]) => runCli([...args, '--state', world.dir]);
const jsonHere = async (...args: readonly string[]) => JSON.parse((await here(...args, '--json')).stdout);

const asked = (question: string, key: string, ...args: readonly string[]) =>
  askedOf(question, key, [...args, '--state', world.dir]);

describe('claywatch status', { timeout: 60_000 }, () => {
  it('shows that rows flow, where to, and what is left', async () => {
    const { code, stdout, stderr } = await here('status');
    expect(stderr).toBe('');
    expect(code).toBe(0);
    expect(stdout).toContain('Rows go to Clay as they come.');
    expect(stdout).toMatch(/leads {2}normal/);
    expect(stdout).toMatch(/waiting +no row/);
    expect(stdout).toMatch(/webhook +leads-1, for \d+ (s|min); 1 standby left/);
    expect(stdout).toContain('leads-1 accepted a row.');
    expect(stdout).not.toContain('accounts');
    for (const line of stdout.split('\n')) expect([...line].length).toBeLessThanOrEqual(80);
  });

  it('counts what waits, says why, and exits 1', async () => {
    await held(causeHold);
    sqs.sendMessage('claywatch-test-rows-leads', 'sealed');
    const { code, stdout } = await here('status', 'leads');
    expect(code).toBe(1);
    expect(stdout).toContain('Rows of leads wait. They are taken and kept, and none is lost.');
    expect(stdout).toMatch(/waiting +1 row/);
    expect(stdout).toContain('Held because of clay.outage (clay)');
  });

  it('is one JSON document with --json', async () => {
    await held(causeHold);
    expect(await jsonHere('status')).toMatchObject({
      version: 1,
      source: { store: { kind: 'local', dir: world.dir } },
      mode: 'holding',
      accepting: true,
      feeds: [
        {
          feed: 'leads',
          waiting: 0,
          webhook: { active: 'leads-1', verified: true },
          standbysLeft: 1,
          holds: [{ kind: 'cause', cause: 'clay.outage', since: expect.stringMatching(/^\d{4}-/) }],
        },
      ],
      incidents: [],
    });
  });

  it('finds the queues of a deployed installation by its name', async () => {
    const args = ['status', '--json', '--config', world.configFile];
    const env = { ...world.deployed, AWS_ENDPOINT_URL_SQS: sqs.address };
    expect(JSON.parse((await runCli(args, { env })).stdout)).toMatchObject({
      source: { store: { kind: 'table' } },
      mode: 'normal',
      feeds: [{ feed: 'leads', waiting: 0 }],
    });
  });

  it('says that it is not known how many wait when the queue does not answer', async () => {
    const args = ['status', '--config', world.configFile];
    const env = { ...world.deployed, AWS_ENDPOINT_URL_SQS: 'http://127.0.0.1:9' };
    const { code, stdout } = await runCli(args, { env });
    expect(code).toBe(1);
    expect(stdout).toContain('not known, the queue does not answer');
  });

  it('says of a feed without a relay how to give it one', async () => {
    const { code, stderr } = await here('status', 'accounts');
    expect(code).toBe(64);
    expect(stderr).toContain('error relay.not-configured: ');
    expect(stderr).toContain('feeds.accounts.relay.secret');
  });
});

describe('claywatch hold and resume', { timeout: 60_000 }, () => {
  it('hold stops a feed once, with who and why, and resume lets it go', async () => {
    const first = await here('hold', 'leads', '--reason', 'the table is being rebuilt', '--by', 'jane');
    expect(first).toMatchObject({ code: 0, stderr: '' });
    expect(first.stdout).toContain('claywatch resume leads');
    expect((await load()).holds).toMatchObject([
      { kind: 'operator', why: 'the table is being rebuilt', by: 'jane' },
    ]);
    expect(await jsonHere('hold', 'leads', '--by', 'joe')).toMatchObject({
      outcome: 'already-held',
      holds: [{ by: 'jane' }],
    });
    const released = await here('resume', 'leads');
    expect(released.stdout).toContain('jane: An operator holds it');
    expect(released.stdout).toContain('the first 10 rows slowly');
    expect(await load()).toMatchObject({ holds: [], trickle: { rowsLeft: 10 } });
  });

  it('changes nothing with --dry-run', async () => {
    expect(await jsonHere('hold', 'leads', '--dry-run')).toMatchObject({ outcome: 'dry-run' });
    expect((await load()).holds).toEqual([]);
    await held({ ...causeHold, kind: 'operator' });
    expect(await jsonHere('resume', 'leads', '--dry-run')).toMatchObject({ outcome: 'dry-run' });
    expect((await load()).holds).toHaveLength(1);
  });

  it('keeps secrets out of the reason', async () => {
    await here('hold', 'leads', '--reason', 'see https://example.com/v3/sources/webhook/0123456789abcdef');
    expect((await load()).holds[0]?.why).toBe('see (hidden)');
  });

  it("resume leaves holds that are not an operator's, and says why they are there", async () => {
    await held(causeHold);
    expect(await jsonHere('resume', 'leads')).toMatchObject({
      outcome: 'nothing-released',
      kept: [{ cause: 'clay.outage' }],
    });
    await held({ ...causeHold, kind: 'operator', why: 'Wait.' });
    const { stdout } = await here('resume', 'leads');
    expect(stdout).toContain('Still held afterwards');
    expect(stdout).toContain('clay.outage (clay)');
    expect(stdout).toContain('Released. One hold is left.');
    expect((await load()).holds).toMatchObject([{ kind: 'cause' }]);
  });

  it('resume --all asks first, and no means no', async () => {
    await held(causeHold);
    const declined = await asked('Release every hold?', 'n', 'resume', 'leads', '--all');
    expect(declined.shown).toContain('Nothing was changed.');
    expect((await load()).holds).toHaveLength(1);
    const agreed = await asked('Release every hold?', 'y', 'resume', 'leads', '--all');
    expect(agreed.shown).toContain('An incident that is still open does not hold it again');
    expect((await load()).holds).toEqual([]);
  });

  it('resume --all is refused where nobody can be asked, unless it is told not to ask', async () => {
    await held(causeHold);
    expect(await here('resume', 'leads', '--all')).toMatchObject({
      code: 64,
      stderr: expect.stringContaining('--yes'),
    });
    expect(await jsonHere('resume', 'leads', '--all', '--yes')).toMatchObject({ outcome: 'released' });
    expect((await load()).holds).toEqual([]);
  });
});

describe('claywatch failover', { timeout: 60_000 }, () => {
  it('says what would change and changes nothing, with --dry-run', async () => {
    const { code, stdout } = await here('failover', 'leads', '--dry-run');
    expect(code).toBe(0);
    expect(stdout).toMatch(/now: +leads-1, 36,000 of 50,000 rows \(72 %\)/);
    expect(stdout).toMatch(/after: +leads-2, 0 of 50,000 rows \(0 %\)/);
    expect(stdout).toContain('nothing asks for this');
    expect((await load()).active).toBe('leads-1');
  });

  it('asks a person on a terminal', async () => {
    await asked('Send rows there?', 'n', 'failover', 'leads');
    expect((await load()).active).toBe('leads-1');
    await asked('Send rows there?', 'y', 'failover', 'leads');
    expect(await load()).toMatchObject({ active: 'leads-2', rotation: { from: 'leads-1', why: 'operator' } });
  });

  it('goes back to a webhook that refused us, which then counts as new', async () => {
    await changeControl(controls, 'leads', (control) =>
      markStanding(
        rotate(control, { from: 'leads-1', to: 'leads-2', why: 'limit', ...doing }),
        'leads-1',
        'gone',
        doing,
      ),
    );
    const document = await jsonHere('failover', 'leads', '--to', 'leads-1', '--yes', '--by', 'jane');
    expect(document).toMatchObject({
      outcome: 'rotated',
      from: { webhook: 'leads-2' },
      to: { webhook: 'leads-1' },
      standing: 'gone',
      cautions: ['forgets', 'from-works'],
    });
    expect(await load()).toMatchObject({
      active: 'leads-1',
      webhooks: { 'leads-1': { standing: 'unproven' } },
      rotation: { by: 'jane' },
    });
    expect(await jsonHere('failover', 'leads', '--to', 'leads-1', '--yes')).toMatchObject({
      outcome: 'already',
    });
  });

  it.each([
    [['--to', 'leads-3', '--yes'], 'error relay.refused: ', 'claywatch webhook recount leads/leads-3'],
    [['--to', 'leads-4', '--yes'], 'error usage.invalid: ', 'Did you mean leads/leads-'],
    [[], 'error usage.invalid: ', '--yes'],
  ])('refuses %j', async (args, code, said) => {
    const ran = await here('failover', 'leads', ...args);
    expect(ran.code).toBe(64);
    expect(ran.stderr).toContain(code);
    expect(ran.stderr).toContain(said);
    expect((await load()).active).toBe('leads-1');
  });

  it('refuses when no other webhook takes rows', async () => {
    await changeControl(controls, 'leads', (control) => markStanding(control, 'leads-2', 'gone', doing));
    const ran = await here('failover', 'leads', '--yes');
    expect(ran.stderr).toContain('No other webhook of leads takes rows');
  });
});

describe('what holds rows', () => {
  const table = () => ({ client, tableName: 'claywatch-test' });
  const row = {
    feed: 'leads',
    id: 'row-1',
    json: '{"email":"jane@example.com"}',
    takenAt: now,
    after: 0,
    tries: 0,
    origin: 'sender',
  } as const;
  const config = parseConfig(CONFIG, 'test');
  const runtime = () => ({
    sqs: { endpoint: `http://127.0.0.1:${sqs.port}`, queuePrefix },
    rowsKeyFile: join(world.dir, 'rows-key'),
  });

  it('is opened with the key of the local runtime, or with that of the configuration', async () => {
    const local = openRowsAtRest({ config, env: {}, table: table(), runtime: runtime() });
    await (await local.queue()).send('leads', [row]);
    expect(await (await local.countingQueue()).depth('leads')).toMatchObject({ waiting: 1 });
    const { rowsKeyFile: _, ...keyless } = runtime();
    const same = openRowsAtRest({ config, env: { ROWS_KEY: KEY }, table: table(), runtime: keyless });
    const received = await (await same.queue()).receive('leads', { waitSeconds: 0, visibilitySeconds: 1 });
    expect(received.rows).toMatchObject([{ row }]);
    await (await same.outbox()).keep('leads', [row]);
    expect(await (await local.outbox()).find('leads', ['row-1'])).toEqual([row]);
    await Promise.all([local.close(), same.close()]);
  });

  it('is not opened without a key, nor without queues; both say what to do', async () => {
    const noKey = openRowsAtRest({ config, env: {}, table: table(), runtime: { sqs: runtime().sqs } });
    await expect(noKey.queue()).rejects.toMatchObject({ code: 'secret.not-found' });
    const { rowsKey: _, ...relay } = config.relay;
    const unsaid = openRowsAtRest({
      config: { ...config, relay },
      env: {},
      table: table(),
      runtime: { sqs: runtime().sqs },
    });
    await expect(unsaid.queue()).rejects.toMatchObject({ code: 'rows-key.invalid' });
    const noFile = openRowsAtRest({
      config,
      env: {},
      table: table(),
      runtime: { ...runtime(), rowsKeyFile: join(world.dir, 'absent') },
    });
    await expect(noFile.deadLetters()).rejects.toMatchObject({ code: 'rows-key.invalid' });
    const noQueues = openRowsAtRest({ config, env: {}, table: table(), runtime: {} });
    await expect(noQueues.countingQueue()).rejects.toMatchObject({ code: 'relay.not-configured' });
    await Promise.all([noKey, unsaid, noFile, noQueues].map((each) => each.close()));
  });
});
