import { describe, expect, it } from 'vitest';
import { type Reply, rig } from '../scripted-http.ts';

const PRIMARY = 'https://prometheus.example/api/v1/query';
const BACKUP = 'https://backup.example/api/v1/query';
const rate = (errors: number): Reply => ({ status: 200, body: JSON.stringify({ errors }) });

const look = (primary: Reply, backup: Reply | null) =>
  rig(
    {
      probes: {
        errors: {
          kind: 'metrics',
          url: PRIMARY,
          conditions: ['status == 200', 'body.errors < 5'],
          ...(backup ? { backupUrl: BACKUP } : {}),
        },
      },
    },
    (request) => (request.url.startsWith(BACKUP) && backup ? backup : primary),
    { confirm: false },
  ).run('probe:errors');

const DOWN: Reply = { failure: 'connection-refused' };

describe('a source of metrics', () => {
  it.each<[Reply, string, string]>([
    [rate(1), 'passing', 'ok'],
    [rate(9), 'condition-failed', 'failing'],
    [DOWN, 'unreachable', 'unknown'],
    [{ status: 503 }, 'unreachable', 'unknown'],
    [{ status: 429 }, 'unreachable', 'unknown'],
  ])('%j, without a backup, is %s', async (reply, finding, outcome) => {
    expect(await look(reply, null)).toMatchObject([
      { probe: 'probe:errors', surface: 'metrics', finding, outcome },
    ]);
  });

  it('that gives numbers leaves its backup alone', async () => {
    expect(await look(rate(1), DOWN)).toMatchObject([
      { finding: 'passing' },
      { probe: 'probe:errors/source', finding: 'readable' },
    ]);
  });

  it.each<[Reply, string]>([
    [rate(1), 'passing'],
    [rate(9), 'condition-failed'],
  ])('that is down lets its backup (%j) speak in its place, by name: %s', async (backup, finding) => {
    const [seen, source] = await look(DOWN, backup);
    expect(seen).toMatchObject({ finding, surface: 'metrics' });
    expect(seen?.summary).toMatch(/^By its backup: /);
    expect(source).toMatchObject({ probe: 'probe:errors/source', finding: 'unreadable', outcome: 'unknown' });
  });

  it('is unknown when its backup is down as well, never a fault of what it measures', async () => {
    expect(await look(DOWN, { status: 500 })).toMatchObject([
      { finding: 'unreachable', outcome: 'unknown' },
      { finding: 'unreadable', outcome: 'unknown' },
    ]);
  });
});
