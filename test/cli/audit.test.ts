import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LOCAL_AWS } from '../../local/aws.ts';
import { createDynamoClient } from '../../shared/aws/dynamodb/client.ts';
import { createDynamoIncidentStore } from '../../shared/aws/dynamodb/incident-store.ts';
import { incidentId } from '../../shared/incident/id.ts';
import { auditResponse } from '../../shared/report/setup-shape.ts';
import { incidentOf } from '../notify/messages.ts';
import { type CountedWorld, startCountedWorld } from './counted-world.ts';
import { runCli } from './run-cli.ts';

let world: CountedWorld;
const at = Date.now() - 60_000;
const incident = incidentOf('webhook.gone', {
  id: incidentId('webhook.gone', 'leads/leads-1', at),
  subject: 'leads/leads-1',
  openedAt: at,
  updatedAt: at,
  timeline: [],
});

beforeAll(async () => {
  world = await startCountedWorld({ feeds: { leads: {} } });
  const client = createDynamoClient({
    ...LOCAL_AWS,
    endpoint: world.deployed.AWS_ENDPOINT_URL_DYNAMODB ?? '',
  });
  const table = { client, tableName: world.deployed.TABLE_NAME ?? '' };
  await createDynamoIncidentStore(table).write(incident, null);
  client.destroy();
}, 60_000);
afterAll(() => world.stop());

const deployed = (...args: readonly string[]) =>
  runCli([...args, '--config', world.configFile], { env: { ...world.deployed } });

describe('claywatch audit', { timeout: 60_000 }, () => {
  it('shows who did what, newest first, in the words and the shape of the API', async () => {
    await deployed('incidents', 'ack', incident.id, '--by', 'Ben');
    await deployed(
      'silence',
      'add',
      '--for',
      '1h',
      '--feed',
      'leads',
      '--reason',
      'New webhook',
      '--by',
      'Mia',
    );
    const { stdout, code } = await deployed('audit', '--json');
    expect(code).toBe(0);
    const { version, source, ...trail } = JSON.parse(stdout);
    const { entries } = auditResponse.parse(trail);
    expect(version).toBe(1);
    expect(entries.map(({ what, by, via }) => [what, by, via])).toEqual([
      ['silence', 'Mia', null],
      ['incident', 'Ben', 'cli'],
    ]);
    expect(source.store.kind).toBe('table');
    const text = (await deployed('audit')).stdout;
    expect(text).toContain('Ben');
    expect(text).toContain('New webhook');
  });

  it('asks for older ones', async () => {
    const { stdout } = await deployed('audit', '--before', '2h');
    expect(stdout).toContain('Nobody has changed anything.');
  });
});

describe('completion', { timeout: 60_000 }, () => {
  it('knows incidents and silences of the installation', async () => {
    const ask = async (...words: readonly string[]) =>
      (
        await runCli(['__complete', '--', ...words], {
          env: { ...world.deployed, CLAYWATCH_COMPLETION_MS: '30000' },
        })
      ).stdout;
    expect(await ask('incidents', 'show', '--config', world.configFile, 'inc')).toMatch(
      new RegExp(`^${incident.id}\\tP1 \\w+ webhook\\.gone leads/leads-1\\n$`),
    );
    expect(await ask('silence', 'end', '--config', world.configFile, '')).toMatch(
      /^sil-[0-9a-f]{8}\tsilence: New webhook\n$/,
    );
  });
});
