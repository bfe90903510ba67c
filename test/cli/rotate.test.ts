import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { LOCAL_AWS } from '../../local/aws.ts';
import { createDynamoClient } from '../../shared/aws/dynamodb/client.ts';
import { createDynamoRotationStore } from '../../shared/aws/dynamodb/rotation-store.ts';
import type { ConfigInput } from '../../shared/config/schema.ts';
import { type Change, changeState, type RotationState } from '../../shared/rotate/state.ts';
import { createMemorySecrets, type MemorySecrets } from '../rotate/memory-secrets.ts';
import { type SecretsServer, startSecretsServer } from '../rotate/secrets-server.ts';
import { type CountedWorld, startCountedWorld } from './counted-world.ts';
import { runCli } from './run-cli.ts';

const VALUE = 'a-value-that-nobody-may-see';
const SUPPLIED = 'a-supplied-value-that-nobody-may-see';
const ROTATE = 'arn:aws:lambda:eu-central-1:111122223333:function:acme-rotate';
const DAY = 86_400_000;

const CONFIG: ConfigInput = {
  installation: 'acme',
  clay: { apiKey: 'env:CLAY_API_KEY' },
  feeds: {
    leads: {
      webhooks: [{ id: 'leads-1', url: 'env:LEADS_1' }],
      callbacks: { secret: 'secretsmanager:acme/senders' },
    },
  },
};

let world: CountedWorld;
let secrets: MemorySecrets;
let server: SecretsServer;
let states: ReturnType<typeof createDynamoRotationStore>;
let client: ReturnType<typeof createDynamoClient>;

beforeAll(async () => {
  world = await startCountedWorld(CONFIG);
  client = createDynamoClient({ ...LOCAL_AWS, endpoint: world.deployed.AWS_ENDPOINT_URL_DYNAMODB ?? '' });
  states = createDynamoRotationStore({ client, tableName: world.deployed.TABLE_NAME ?? '' });
}, 60_000);

afterAll(async () => {
  client.destroy();
  await world.stop();
});

/** A secret that Secrets Manager rotates with the function, and nothing happened yet. */
beforeEach(async () => {
  secrets = createMemorySecrets('acme/senders');
  secrets.put(VALUE);
  server = await startSecretsServer(secrets);
  server.rotatedBy = ROTATE;
  await keep({ changes: [] });
  return () => server.stop();
});

const keep = (more: Partial<RotationState>) =>
  changeState(states, { secret: secrets.name, arn: secrets.arn }, ({ secret, arn, version }) => ({
    ...{ secret, arn, version, changes: [] },
    ...more,
  }));

const change = (over: Partial<Change> = {}): Change => ({
  version: 'new',
  from: 'old',
  at: Date.now() - 2 * DAY,
  keys: ['feeds.leads.callbacks.secret'],
  overlap: 'traffic',
  outcome: 'open',
  waiting: ['callbacks/leads/Enrich person'],
  since: Date.now() - 2 * DAY,
  ...over,
});

/** The overlap of a rotation, as its labels and the table have it. */
const inOverlap = async (over: Partial<Change> = {}) => {
  const from = secrets.holder('AWSCURRENT') ?? '';
  const version = secrets.put('next-value-that-nobody-may-see', 'AWSPENDING');
  await secrets.port.move('', 'CLAYWATCH_ALSO_VALID', { to: from });
  await secrets.port.move('', 'AWSCURRENT', { to: version, from });
  await secrets.port.move('', 'AWSPENDING', { from: version });
  await keep({ changes: [change({ version, from, ...over })] });
};

const deployed = async (...args: readonly string[]) => {
  const ran = await runCli(['rotate', ...args, '--config', world.configFile], {
    env: { ...world.deployed, AWS_ENDPOINT_URL_SECRETS_MANAGER: server.endpoint },
  });
  for (const value of [VALUE, SUPPLIED, 'next-value']) expect(ran.stdout + ran.stderr).not.toContain(value);
  return ran;
};
const document = async (...args: readonly string[]) => JSON.parse((await deployed(...args, '--json')).stdout);

describe('claywatch rotate, without a name', { timeout: 60_000 }, () => {
  it('lists what can be rotated, and reads no value', async () => {
    const { code, stdout, stderr } = await deployed();
    expect(stderr).toBe('');
    expect(code).toBe(0);
    expect(stdout).toMatch(/acme\/senders\n {2}not rotated yet/);
    expect(stdout).toContain('feeds.leads.callbacks.secret; Claywatch makes the new value');
    expect(server.calls).toEqual(['DescribeSecret']);
    for (const line of stdout.split('\n')) expect([...line].length).toBeLessThanOrEqual(80);
  });

  it('names who was not seen with the new value while both are valid', async () => {
    await inOverlap();
    const { code, stdout } = await deployed();
    expect(code).toBe(0);
    expect(stdout).toMatch(/changing, last 2 d ago/);
    expect(stdout.replace(/\s+/g, ' ')).toContain('Still on the old one: callbacks/leads/Enrich person');
    const { secrets: listed } = await document();
    expect(listed).toMatchObject([
      {
        secret: 'acme/senders',
        state: 'changing',
        made: 'generated',
        waiting: ['callbacks/leads/Enrich person'],
        labels: { pending: null, isSupplied: false, rotatedBy: 'acme-rotate' },
      },
    ]);
    expect(listed[0].labels.alsoValid).toMatch(/^put-/);
    expect(Date.parse(listed[0].until)).toBeGreaterThan(Date.now());
  });

  it('ends with 1 where a rotation failed or waits for people, and says why', async () => {
    await keep({
      attempt: { token: 't', step: 'testSecret', at: Date.now(), result: 'refused', why: 'clay.apiKey: 401' },
    });
    const failed = await deployed();
    expect(failed.code).toBe(1);
    expect(failed.stdout).toContain('failed in its step testSecret');
    await inOverlap({ outcome: 'mixed' });
    const mixed = await deployed();
    expect(mixed.code).toBe(1);
    expect(mixed.stdout).toContain('some still send the old secret');
  });

  it('tells a pending and a supplied version', async () => {
    secrets.put(SUPPLIED, 'CLAYWATCH_SUPPLIED');
    secrets.rotateSecret('token-of-a-rotation');
    const { stdout } = await deployed();
    expect(stdout).toContain('Pending: version token-of-a-rotation.');
    expect(stdout).toContain('A supplied value waits: claywatch rotate acme/senders');
  });

  it('ends with 2 where Secrets Manager may not be asked, and says what is missing', async () => {
    server.denied.add('DescribeSecret');
    const { code, stdout } = await deployed();
    expect(code).toBe(2);
    expect(stdout).toContain('secretsmanager:DescribeSecret was denied');
  });

  it('says of a local runtime that it rotates nothing', async () => {
    const { code, stdout } = await runCli(['rotate', '--state', world.dir]);
    expect(code).toBe(0);
    expect(stdout.replace(/\s+/g, ' ')).toContain('it reads secrets from its environment');
  });
});

describe('claywatch rotate SECRET', { timeout: 60_000 }, () => {
  it('has Secrets Manager rotate it with --yes', async () => {
    const { code, stdout } = await deployed('acme/senders', '--yes');
    expect(code).toBe(0);
    expect(stdout).toContain('Begun.');
    expect(stdout.replace(/\s+/g, ' ')).toContain('Give the new value to every sender');
    expect(server.rotations).toHaveLength(1);
  });

  it('says what would come of it and begins nothing with --dry-run', async () => {
    secrets.put(SUPPLIED, 'CLAYWATCH_SUPPLIED');
    const planned = await document('secretsmanager:acme/senders', '--dry-run');
    expect(planned).toMatchObject({ secret: 'acme/senders', outcome: 'dry-run', plan: 'supplied' });
    expect(server.rotations).toEqual([]);
  });

  it('begins nothing where nobody can be asked', async () => {
    const { code, stderr } = await deployed('acme/senders');
    expect(code).toBe(64);
    expect(stderr).toContain('Add --yes');
    expect(server.calls).toEqual([]);
  });

  it('takes one up again that is under way', async () => {
    secrets.rotateSecret('token-of-a-rotation');
    expect(await document('acme/senders', '--yes')).toMatchObject({ outcome: 'again', plan: 'again' });
  });

  it.each([
    ['an overlap that is not over', () => inOverlap(), 'callbacks/leads/Enrich person'],
    [
      'no function',
      () => {
        server.rotatedBy = undefined;
      },
      'aws secretsmanager rotate-secret --secret-id acme/senders --rotation-lambda-arn',
    ],
    [
      "somebody else's function",
      () => {
        server.rotatedBy = `${ROTATE}s-of-somebody-else`;
      },
      'acme-rotates-of-somebody-else',
    ],
  ])('is refused by %s, and says what to do', async (_, arrange, said) => {
    await arrange();
    const { code, stderr } = await deployed('acme/senders', '--yes');
    expect(code).toBe(64);
    expect(stderr.replace(/\s+/g, ' ')).toContain(said);
    expect(server.rotations).toEqual([]);
  });

  it('names the right that is missing', async () => {
    server.denied.add('RotateSecret');
    const { code, stderr } = await deployed('acme/senders', '--yes');
    expect(code).toBe(64);
    expect(stderr).toContain('secretsmanager:RotateSecret');
  });

  it('knows which names there are', async () => {
    const { code, stderr } = await deployed('acme/sender', '--yes');
    expect(code).toBe(64);
    expect(stderr).toContain('Did you mean acme/senders?');
  });

  it('is refused for a local runtime, which says where its secrets are', async () => {
    const { code, stderr } = await runCli(['rotate', 'acme/senders', '--yes', '--state', world.dir]);
    expect(code).toBe(64);
    expect(stderr.replace(/\s+/g, ' ')).toContain('it reads secrets from its environment');
  });
});
