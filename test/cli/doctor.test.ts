import { describe, expect, it } from 'vitest';
import { examineInstallation, type InstallationPorts } from '../../cli/doctor-installation.ts';
import type { ConfigInput } from '../../shared/config/schema.ts';
import { ClaywatchError } from '../../shared/errors.ts';
import type { HttpOutcome } from '../../shared/http/port.ts';
import type { Examined } from '../../shared/notify/examined.ts';
import type { Rotation } from '../../shared/observe/rotation.ts';
import { configOf, THREE_AM } from '../notify/messages.ts';

const MINUTE = 60_000;
const VALUE = 'a-value-that-nobody-may-see';

const CONFIG: ConfigInput = {
  clay: { apiKey: 'secretsmanager:claywatch/clay-api-key' },
  feeds: {
    leads: {
      webhooks: [{ id: 'leads-1', url: 'secretsmanager:claywatch/webhooks#leads1' }],
      relay: { secret: 'secretsmanager:claywatch/senders' },
    },
  },
  notify: { pagerduty: [{ id: 'pagerduty', routingKey: 'secretsmanager:claywatch/pagerduty' }] },
};

const answer = (status: number): HttpOutcome => ({
  ...{ kind: 'answer', status, headers: {}, body: '{}', truncated: false },
  phases: { totalMs: 1 },
});

const healthy = (over: Partial<InstallationPorts> = {}): InstallationPorts => ({
  watch: { load: async () => ({ lastSlot: THREE_AM - MINUTE, health: {}, version: 7 }) },
  functionNamed: async () => ({ state: 'Active', lastUpdate: 'Successful', reason: '' }),
  secrets: { read: async () => VALUE },
  rotations: { latest: async () => [] },
  http: async () => answer(401),
  endpoint: 'https://api.example.com/',
  isLocal: false,
  now: THREE_AM,
  ...over,
});

const examined = (over: Partial<InstallationPorts> = {}, config: ConfigInput = CONFIG) =>
  examineInstallation(configOf(config), healthy(over));

const only = (checks: readonly Examined[], result: Examined['result']) =>
  checks.filter((check) => check.result === result);

describe('the installation', () => {
  it('is ready when everything runs', async () => {
    const checks = await examined();
    expect(checks.map(({ what, result }) => [what, result])).toEqual([
      ['table', 'ready'],
      ['watch', 'ready'],
      ['functions', 'ready'],
      ['secrets', 'ready'],
      ['rotation of secrets', 'ready'],
      ['endpoint', 'ready'],
    ]);
  });

  it.each([
    [0, 'No run has ever finished.'],
    [THREE_AM - 4 * MINUTE, 'No run has finished for 4 min'],
  ])('whose watch last ran at %s is not ready, and it says where to look', async (lastSlot, found) => {
    const [broken, ...more] = only(
      await examined({ watch: { load: async () => ({ lastSlot, health: {}, version: 1 }) } }),
      'not-ready',
    );
    expect(more).toEqual([]);
    expect(broken?.what).toBe('watch');
    expect(broken?.found).toContain(found);
    expect(broken?.fix).toContain('claywatch-watch');
  });

  it('with a function that is missing or failed names it', async () => {
    const broken = only(
      await examined({
        functionNamed: async (name) => {
          if (name === 'claywatch-relay') return null;
          const failed = name === 'claywatch-watch';
          return {
            state: 'Active',
            lastUpdate: failed ? 'Failed' : 'Successful',
            reason: failed ? 'No role' : '',
          };
        },
      }),
      'not-ready',
    );
    expect(broken.map(({ what }) => what)).toEqual(['function claywatch-watch', 'function claywatch-relay']);
    expect(broken[0]?.found).toContain('Failed: No role');
  });

  it('with an empty secret names it and its keys, and shows nothing of any other', async () => {
    const checks = await examined({
      secrets: {
        read: async (reference) => {
          if (!reference.includes('#')) return VALUE;
          throw new ClaywatchError('secret.not-found', `no ${VALUE}`, '');
        },
      },
    });
    const [broken] = only(checks, 'not-ready');
    expect(broken?.what).toBe('secret claywatch/webhooks');
    expect(broken?.found).toContain('member leads1');
    expect(broken?.found).toContain('feeds.leads.webhooks[0].url');
    expect(broken?.fix).toContain('file:///dev/stdin');
    expect(JSON.stringify(checks)).not.toContain(VALUE);
  });

  it('whose secrets may not be read here is unknown, not broken', async () => {
    const checks = await examined({
      secrets: {
        read: async () => {
          throw new ClaywatchError('secret.forbidden', 'not allowed', '');
        },
      },
    });
    expect(only(checks, 'not-ready')).toEqual([]);
    expect(only(checks, 'unknown')).toHaveLength(4);
  });

  it.each([
    [answer(200), 'without a secret'],
    [answer(404), 'answers 404'],
    [answer(429), 'answers 429'],
    [
      { kind: 'failure', failure: 'dns-failed', detail: 'ENOTFOUND', phases: { totalMs: 1 } } as const,
      'dns-failed',
    ],
  ])('whose endpoint answers otherwise than 401 is not ready', async (outcome, found) => {
    const [broken] = only(await examined({ http: async () => outcome }), 'not-ready');
    expect(broken).toMatchObject({ what: 'endpoint' });
    expect(broken?.found).toContain(found);
    expect(broken?.fix).not.toBe('');
  });

  it('asks the endpoint without a secret, at its status', async () => {
    const asked: unknown[] = [];
    await examined({
      http: async ({ url, headers }) => {
        asked.push([url, headers]);
        return answer(401);
      },
    });
    expect(asked).toEqual([['https://api.example.com/v1/status', undefined]]);
  });

  it('with a rotation that ended badly says how, and what to do', async () => {
    const result = (kind: object): Rotation => ({
      secret: 'claywatch/senders',
      at: THREE_AM,
      result: kind as never,
    });
    for (const [kind, found] of [
      [{ kind: 'denied', step: 'createSecret', action: 'secretsmanager:PutSecretValue' }, 'PutSecretValue'],
      [{ kind: 'failed', step: 'testSecret', why: 'Clay answered 401' }, 'Clay answered 401'],
      [{ kind: 'unfinished', waiting: ['feeds.leads'] }, 'Not everybody'],
      [{ kind: 'rolled-back', waiting: ['feeds.leads'] }, 'old one is current again'],
    ] as const) {
      const [broken] = only(
        await examined({ rotations: { latest: async () => [result(kind)] } }),
        'not-ready',
      );
      expect(broken?.what).toBe('rotation of claywatch/senders');
      expect(broken?.found).toContain(found);
    }
  });

  it('never rejects: what cannot be asked is unknown, and nothing of it is a secret', async () => {
    const fails = async (): Promise<never> => {
      throw new Error('https://api.clay.com/v3/sources/webhook/pull-in-data-from-a-webhook-1 refused');
    };
    const checks = await examined({
      ...{ watch: { load: fails }, functionNamed: fails, secrets: { read: fails } },
      ...{ rotations: { latest: fails }, http: fails },
    });
    expect(only(checks, 'unknown').length).toBe(checks.length);
    expect(JSON.stringify(checks)).not.toContain('webhook/pull-in-data');
  });

  it('that is local has no functions, and secrets of its own', async () => {
    const checks = await examined({ isLocal: true, functionNamed: null, endpoint: undefined }, {});
    expect(only(checks, 'skipped').map(({ what }) => what)).toEqual(['functions', 'secrets', 'endpoint']);
  });
});
