import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { drillTimes, wentWell } from '../../cli/drill-times.ts';
import { drillNews } from '../../cli/render/drill.ts';
import { LOCAL_AWS } from '../../local/aws.ts';
import { createDynamoClient } from '../../shared/aws/dynamodb/client.ts';
import { createDynamoIncidentStore } from '../../shared/aws/dynamodb/incident-store.ts';
import { createDynamoSilenceStore } from '../../shared/aws/dynamodb/silence-store.ts';
import { decide } from '../../shared/incident/decide.ts';
import { drillKey, drillVerdict } from '../../shared/incident/drill.ts';
import { type Incident, isOpen } from '../../shared/incident/incident.ts';
import { incidentPolicy } from '../../shared/incident/policy.ts';
import type { DeliveryProof } from '../../shared/notify/proof.ts';
import { configOf, incidentOf, THREE_AM } from '../notify/messages.ts';
import { type CountedWorld, startCountedWorld } from './counted-world.ts';
import { runCli } from './run-cli.ts';

let world: CountedWorld;
let table: { readonly client: ReturnType<typeof createDynamoClient>; readonly tableName: string };

beforeAll(async () => {
  world = await startCountedWorld({
    feeds: { leads: {} },
    notify: {
      email: [{ address: 'ops@example.com' }],
      sms: [{ number: '+4915112345678' }],
      pagerduty: [{ id: 'pagerduty', routingKey: 'env:PAGERDUTY_KEY' }],
      statusPages: [
        { id: 'page', kind: 'statuspage', apiUrl: 'https://api.example.com/v1', token: 'env:T', pageId: 'x' },
      ],
    },
  });
  table = {
    client: createDynamoClient({ ...LOCAL_AWS, endpoint: world.deployed.AWS_ENDPOINT_URL_DYNAMODB ?? '' }),
    tableName: world.deployed.TABLE_NAME ?? '',
  };
}, 60_000);
afterAll(async () => {
  table.client.destroy();
  await world.stop();
});

const store = () => createDynamoIncidentStore(table);
const open = async () => (await store().active()).filter(isOpen);
const run = (...args: readonly string[]) => runCli(['drill', '--state', world.dir, ...args]);

describe('claywatch drill --live', { timeout: 240_000 }, () => {
  afterEach(async () => {
    for (const incident of await open()) {
      const { resolvedAt: _, ...rest } = incident;
      const over = {
        ...rest,
        status: 'resolved',
        resolvedAt: Date.now(),
        version: incident.version + 1,
      } as const;
      await store().write({ ...over, pending: [] }, incident);
    }
  });

  it('says who would be told, and tells nobody, with --dry-run', async () => {
    const ran = await run('--live', '--dry-run');
    expect(ran).toMatchObject({ code: 0, stderr: '' });
    for (const way of ['e-mail ops@example.com', 'SMS +4915112345678', 'pagerduty'])
      expect(ran.stdout).toContain(`- ${way}`);
    expect(ran.stdout).not.toMatch(/- page$/m);
    expect(await open()).toEqual([]);
  });

  it('opens an incident that is a drill, once, and ends it', async () => {
    const started = await run(
      '--live',
      '--yes',
      '--no-wait',
      '--severity',
      'P2',
      '--minutes',
      '5',
      '--by',
      'Ada',
    );
    expect(started).toMatchObject({ code: 0, stderr: '' });
    const [drill] = await open();
    expect(drill).toMatchObject({ cause: 'drill', severity: 'P2', pending: [{ transition: 'triggered' }] });
    expect(drill?.summary).toBe('DRILL started by Ada, over in 5 min. Nothing is wrong.');
    expect(started.stdout).toContain(drill?.id);

    const again = await run('--live', '--yes', '--no-wait');
    expect(again.code).toBe(64);
    expect(again.stderr).toContain('runs already');

    const ended = await run('--live', '--end', '--yes', '--by', 'Ada', '--json');
    expect(ended.code).toBe(0);
    expect(JSON.parse(ended.stdout)).toMatchObject({ id: drill?.id, status: 'resolved', wentWell: false });
    const over = (await store().byId(drill?.id ?? '')) as Incident;
    expect(over.timeline.at(-1)?.text).toContain('DRILL over: ended by Ada.');
    expect((await run('--live', '--end', '--yes')).stderr).toContain('No drill is running.');
  });

  it('is refused while a real P1 or P2 is open, unless it is forced', async () => {
    const real = incidentOf('crm.sync-failing', { pending: [] });
    await store().write(real, null);
    const refused = await run('--live', '--yes', '--no-wait');
    expect(refused.code).toBe(64);
    expect(refused.stderr).toContain(`${real.id} is open, a real P2`);
    expect(await open()).toHaveLength(1);
    expect(await run('--live', '--yes', '--no-wait', '--force')).toMatchObject({ code: 0 });
    expect(await open()).toHaveLength(2);
  });

  it('says beforehand when a silence would hold its messages back', async () => {
    const now = Date.now();
    await createDynamoSilenceStore(table).create({
      ...{ id: 'sil-0a0a0a0a', from: now - 1_000, to: now + 600_000, match: {} },
      ...{ reason: 'Maintenance', by: 'Ada', createdAt: now, endedAt: null },
    } as never);
    const ran = await run('--live', '--dry-run');
    expect(ran.stdout).toContain('! The silence sil-0a0a0a0a (Maintenance) holds its messages back');
  });

  it.each([
    [[], 'Add --live'],
    [['--live'], 'Add --yes'],
    [['--live', '--yes', '--minutes', '0'], 'lasts a minute'],
    [['--live', '--yes', '--minutes', '999'], 'from 0 to 240'],
  ])('refuses %j', async (args, words) => {
    const ran = await run(...args);
    expect(ran.code).toBe(64);
    expect(ran.stderr).toContain(words);
  });
});

describe('the times of a drill', () => {
  const policy = incidentPolicy(configOf());
  const drill = decide(
    null,
    drillKey(THREE_AM),
    {
      kind: 'verdict',
      verdict: drillVerdict({ severity: 'P1', minutes: 10, by: 'Ada', now: THREE_AM }),
      detectedAt: THREE_AM,
    },
    policy,
    THREE_AM,
  ) as Incident;
  const proof = (over: Partial<DeliveryProof> = {}): DeliveryProof => ({
    notificationId: `${drill.id}:1:triggered`,
    incidentId: drill.id,
    transition: 'triggered',
    channel: 'sns',
    status: 'delivered',
    owedAt: THREE_AM + 40_000,
    triedAt: THREE_AM + 41_000,
    attempts: 1,
    deliveredAt: THREE_AM + 41_000,
    receipt: 'x',
    lastError: null,
    fellBackTo: null,
    ...over,
  });
  const over: Incident = { ...drill, status: 'resolved', resolvedAt: THREE_AM + 600_000, pending: [] };
  const end = {
    transition: 'resolved',
    owedAt: THREE_AM + 600_000,
    deliveredAt: THREE_AM + 601_000,
  } as const;

  it('count from its opening to the first message that was taken', () => {
    const times = drillTimes(drill, [
      proof({ channel: 'pagerduty', deliveredAt: THREE_AM + 45_000 }),
      proof(),
    ]);
    expect(times).toMatchObject({
      firstToldMs: 41_000,
      acknowledgedMs: null,
      resolvedMs: null,
      isSettled: false,
    });
    expect(times.ways[0]).toMatchObject({ channel: 'pagerduty', tookMs: 5_000 });
    expect(wentWell(times)).toBe(false);
  });

  it('are good when every message was taken, the one about the end as well', () => {
    expect(wentWell(drillTimes(over, [proof(), proof(end)]))).toBe(true);
    expect(wentWell(drillTimes(over, [proof(), proof({ ...end, status: 'owed', deliveredAt: null })]))).toBe(
      false,
    );
    expect(wentWell(drillTimes(over, [proof({ status: 'refused', deliveredAt: null }), proof(end)]))).toBe(
      false,
    );
    expect(wentWell(drillTimes(over, []))).toBe(false);
  });

  it('are told once each', () => {
    const first = drillTimes(drill, []);
    const told = drillTimes(drill, [proof()]);
    expect(drillNews(null, first, THREE_AM)).toHaveLength(1);
    expect(drillNews(first, told, THREE_AM + 42_000)).toEqual([expect.stringContaining('0:42')]);
    expect(drillNews(told, told, THREE_AM + 43_000)).toEqual([]);
  });
});
