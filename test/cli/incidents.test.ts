import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { LOCAL_AWS } from '../../local/aws.ts';
import { createDynamoClient } from '../../shared/aws/dynamodb/client.ts';
import { createDynamoIncidentStore } from '../../shared/aws/dynamodb/incident-store.ts';
import { systemClock } from '../../shared/clock.ts';
import { INCIDENT_STATUSES, type Incident } from '../../shared/incident/incident.ts';
import type { IncidentStore } from '../../shared/incident/store.ts';
import { actResponse, incidentBrief, incidentDetail } from '../../shared/respond/incident-shape.ts';
import { opened } from '../incident/fixtures.ts';
import { type CountedWorld, startCountedWorld } from './counted-world.ts';
import { runCli } from './run-cli.ts';

let world: CountedWorld;
let store: IncidentStore;
let client: ReturnType<typeof createDynamoClient>;
let incident: Incident;
let count = 0;

beforeAll(async () => {
  world = await startCountedWorld({ feeds: { leads: {} } });
  client = createDynamoClient({ ...LOCAL_AWS, endpoint: world.deployed.AWS_ENDPOINT_URL_DYNAMODB ?? '' });
  store = createDynamoIncidentStore({ client, tableName: world.deployed.TABLE_NAME ?? '' });
}, 60_000);

beforeEach(async () => {
  count += 1;
  incident = opened({ cause: 'webhook.intake-failing', subject: `leads/leads-${count}` }, systemClock.now());
  await store.write(incident, null);
});

afterAll(async () => {
  client.destroy();
  await world.stop();
});

const incidents = (...args: readonly string[]) => runCli(['incidents', ...args, '--state', world.dir]);
const stored = async () => (await store.byId(incident.id)) as Incident;

describe('claywatch incidents', { timeout: 60_000 }, () => {
  it('lists and shows what is open, for people and as JSON', async () => {
    const listed = await incidents();
    expect(listed).toMatchObject({ code: 0, stderr: '' });
    expect(listed.stdout).toContain(`${incident.id}  ${incident.severity}  triggered`);
    expect(listed.stdout).toContain('nobody yet');
    const { incidents: all } = JSON.parse((await incidents('list', '--all', '--json')).stdout);
    expect(all.map((one: unknown) => incidentBrief.parse(one).id)).toContain(incident.id);

    const shown = await incidents('show', incident.id);
    expect(shown.stdout).toMatch(/What happened\n[\s\S]*What to do\n {2}1\. /);
    expect(shown.stdout.split('\n').every((line) => [...line].length <= 80)).toBe(true);
    incidentDetail.parse(JSON.parse((await incidents('show', incident.id, '--json')).stdout).incident);
  });

  it('acknowledges once, in the name that was given', async () => {
    const { code, stdout } = await incidents('ack', incident.id, '--by', 'Ada');
    expect([code, stdout]).toEqual([
      0,
      `Acknowledged. Nobody is paged any more.\n${incident.id} is acknowledged; who has it: Ada (command line).\n`,
    ]);
    const again = JSON.parse((await incidents('ack', incident.id, '--by', 'Ben', '--json')).stdout);
    expect(again.outcome).toBe('unchanged');
    expect((await stored()).acknowledgement?.by).toEqual({ name: 'Ada', via: 'cli' });
  });

  it('takes an incident through to its review', async () => {
    const done = async (...args: readonly string[]) => {
      const { version: _, source: __, ...answer } = JSON.parse((await incidents(...args, '--json')).stdout);
      return actResponse.parse(answer).incident;
    };
    expect(await done('assign', incident.id, 'Ben')).toMatchObject({ assignee: 'Ben' });
    expect((await done('note', incident.id, 'ticket 4711')).timeline.at(-1)?.text).toContain('ticket 4711');
    expect(await done('mitigate', incident.id, 'standby')).toMatchObject({ status: 'mitigated' });
    expect(await incidents('resolve', incident.id)).toMatchObject({
      code: 64,
      stderr: expect.stringContaining('incident.refused'),
    });
    expect(await done('resolve', incident.id, '--force')).toMatchObject({ status: 'resolved' });
    expect(await done('review', incident.id)).toMatchObject({ status: 'reviewed' });
  });

  it('prints a draft where no text is given, and changes nothing', async () => {
    const draft = await incidents('update', incident.id, '--audience', 'stakeholders');
    expect(draft).toMatchObject({ code: 0, stderr: '' });
    expect(draft.stdout).toContain(`[${incident.severity}]`);
    const { draft: made } = JSON.parse(
      (await incidents('update', incident.id, '--audience', 'public', '--json')).stdout,
    );
    expect(made.needsConfirmation).toBe(true);
    expect((await stored()).version).toBe(1);
  });

  it('ticks a step of the runbook by its number, shows who did, and takes the tick back', async () => {
    const done = await incidents('step', incident.id, '1', '--by', 'Ada');
    expect(done).toMatchObject({ code: 0, stderr: '' });
    expect((await stored()).steps).toMatchObject([{ by: { name: 'Ada', via: 'cli' } }]);
    expect((await incidents('show', incident.id)).stdout).toMatch(/\[done,\s+Ada,\s+cli\]/);
    expect((await incidents('step', incident.id, '1', '--undo')).code).toBe(0);
    expect((await stored()).steps).toEqual([]);
    expect(await incidents('step', incident.id, '99')).toMatchObject({ code: 64 });
  });

  it('sends an update, and one for the public only once it is confirmed', async () => {
    await incidents('update', incident.id, 'Rows are late.');
    expect((await stored()).timeline.at(-1)).toMatchObject({ kind: 'updated', audience: 'responders' });
    const outside = ['update', incident.id, 'We are looking into it.', '--audience', 'public'];
    expect(await incidents(...outside)).toMatchObject({ code: 64 });
    expect((await stored()).version).toBe(2);
    expect(await incidents(...outside, '--confirm')).toMatchObject({ code: 0 });
    expect((await stored()).timeline.at(-1)).toMatchObject({ audience: 'public' });
  });

  it('reaches every state, and goes back where there is a way back', async () => {
    const other = opened({ cause: 'clay.outage', subject: `clay-${count}` }, systemClock.now());
    await store.write(other, null);
    const does = async (...args: readonly string[]) => {
      const { code, stderr } = await incidents(...args);
      expect([args[0], code, stderr]).toEqual([args[0], 0, '']);
      return stored();
    };
    expect(await does('ack', incident.id)).toMatchObject({ status: 'acknowledged' });
    expect(await does('unack', incident.id)).toMatchObject({ status: 'triggered' });
    expect(await does('severity', incident.id, 'P2', 'few rows')).toMatchObject({ severity: 'P2' });
    expect((await stored()).timeline.at(-1)?.text).toContain('few rows');
    expect(await does('merge', incident.id, other.id)).toMatchObject({ mergedInto: { id: other.id } });
    expect(await does('unmerge', incident.id)).not.toHaveProperty('mergedInto');
    expect(await does('mitigate', incident.id)).toMatchObject({ status: 'mitigated' });
    expect(await does('resolve', incident.id, 'a wrong probe', '--force')).toMatchObject({
      status: 'resolved',
    });
    expect(await does('review', incident.id)).toMatchObject({ status: 'reviewed' });
    expect((await does('note', incident.id, 'learnt later')).timeline.at(-1)?.text).toBe('learnt later');
  });

  it('does a command with a key once, and says of another that the key is taken', async () => {
    const key = ['--idempotency-key', 'fake-key-1', '--json'];
    for (let times = 0; times < 2; times += 1)
      expect(JSON.parse((await incidents('note', incident.id, 'x', ...key)).stdout).outcome).toBe('done');
    expect((await stored()).version).toBe(2);
    const taken = await incidents('note', incident.id, 'y', ...key);
    expect([taken.code, JSON.parse(taken.stdout).error.code]).toEqual([64, 'request.conflict']);
  });

  it('says which command was probably meant, and where its help is', async () => {
    expect((await incidents('acc')).stderr).toContain('Did you mean ack?');
    expect((await incidents(incident.id)).stderr).toContain(`claywatch incidents show ${incident.id}`);
    expect((await incidents('note', incident.id)).stderr).toContain('`claywatch incidents note --help`');
    const { stdout, code } = await runCli(['incidents', '--help']);
    expect(code).toBe(0);
    for (const status of INCIDENT_STATUSES) expect(stdout).toMatch(new RegExp(`^  ${status} `, 'm'));
    for (const line of stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
  });

  it.each([
    [['show', 'inc-20261103-00000000'], 'incident.not-found'],
    [['ack', 'nonsense'], 'incident.not-found'],
    [['note', 'inc-20261103-00000000', 'x'], 'incident.not-found'],
    [['frobnicate'], 'usage.invalid'],
    [['merge', 'inc-20261103-00000000', 'inc-20261103-00000001'], 'incident.not-found'],
    [['severity', 'inc-20261103-00000000', 'P9'], 'usage.invalid'],
    [['ack', 'inc-20261103-00000000', '--idempotency-key', ''], 'usage.invalid'],
    [['note', 'inc-20261103-00000000'], 'usage.invalid'],
  ])('ends with 64 and says why: %j', async (args, code) => {
    const { code: exit, stdout } = await incidents(...args, '--json');
    expect([exit, JSON.parse(stdout).error.code]).toEqual([64, code]);
  });
});
