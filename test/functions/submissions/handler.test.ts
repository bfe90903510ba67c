import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDependencies } from '../../../functions/submissions/dependencies.ts';
import { submissionsEnvironment } from '../../../functions/submissions/environment.ts';
import { parseConfig } from '../../../shared/config/parse.ts';

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'claywatch-submissions-'));
});
afterAll(() => rm(directory, { recursive: true }));

const dependenciesOf = async (installation: string) => {
  const config = parseConfig(
    {
      installation,
      feeds: {
        leads: {
          webhooks: [
            { id: 'leads-1', url: 'env:ONE', limit: 1_000 },
            { id: 'leads-2', url: 'env:TWO', unlimited: true },
          ],
          submissions: { secret: 'env:SENDER', entity: 'email' },
        },
        accounts: { submissions: { secret: 'env:SENDER' } },
      },
    },
    'test',
  );
  const path = join(directory, `${installation}.json`);
  await writeFile(path, JSON.stringify(config));
  const environment = submissionsEnvironment.parse({ CLAYWATCH_CONFIG: path, TABLE_NAME: 'claywatch' });
  return createDependencies(environment, { SENDER: 'fake' }, () => undefined);
};

describe('what submissions goes by', () => {
  it('follows from the configuration', async () => {
    const { feeds, maxBytes } = await dependenciesOf('acme');
    expect(feeds.leads).toMatchObject({
      webhooks: ['leads-1', 'leads-2'],
      entity: 'email',
      retainMs: 35 * 86_400_000,
    });
    expect([...(feeds.leads?.limits ?? [])]).toEqual([
      ['leads-1', 1_000],
      ['leads-2', null],
    ]);
    expect(maxBytes).toBe(262_144);
  });

  it('hashes an entity one way, and differently in every feed and installation', async () => {
    const [acme, other] = [await dependenciesOf('acme'), await dependenciesOf('other')];
    const hashes = [acme.feeds.leads, acme.feeds.accounts, other.feeds.leads].map((feed) =>
      feed?.hash('jane@example.com'),
    );
    expect(new Set(hashes).size).toBe(3);
    for (const hash of hashes) expect(hash).toMatch(/^[0-9a-f]{24}$/);
    expect(acme.feeds.leads?.hash('jane@example.com')).toBe(hashes[0]);
  });
});
