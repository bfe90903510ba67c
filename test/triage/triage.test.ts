import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../shared/config/parse.ts';
import type { ConfigInput } from '../../shared/config/schema.ts';
import type { SecretReader } from '../../shared/config/secret-reference.ts';
import type { HttpClient, HttpRequest } from '../../shared/http/port.ts';
import { refineTriage, runTriage, type TriageOptions } from '../../shared/triage/triage.ts';
import { createVirtualClock, type VirtualClock } from '../support/virtual-clock.ts';

interface Slow {
  readonly status: number;
  readonly body?: string;
  readonly afterMs: number;
}

/** Answers in the clock's time, by host and path. */
const httpOf =
  (clock: VirtualClock, answer: (request: HttpRequest, url: URL) => Slow): HttpClient =>
  async (request, signal) => {
    const { status, body = '', afterMs } = answer(request, new URL(request.url));
    const startedAt = clock.now();
    await clock.sleep(Math.min(afterMs, request.timeoutMs), signal);
    const phases = { totalMs: clock.now() - startedAt };
    return afterMs > request.timeoutMs
      ? { kind: 'failure', failure: 'timed-out', detail: 'TIMEOUT_FIRST_BYTE', phases }
      : {
          kind: 'answer',
          status,
          headers: { 'content-type': 'application/json' },
          body,
          truncated: false,
          phases,
        };
  };

const STATUS_PAGE = JSON.stringify({ page: { name: 'Clay' }, status: { indicator: 'none' }, incidents: [] });

/** Clay's public side as it is when all is well, each with a time of its own. */
const publicClay = (_: HttpRequest, url: URL): Slow => {
  if (url.host === 'status.clay.com') return { status: 200, body: STATUS_PAGE, afterMs: 300 };
  if (url.host === 'api.clay.com') return { status: 401, body: '{}', afterMs: 200 };
  if (url.host === 'www.clay.com') return { status: 200, body: '<html>', afterMs: 900 };
  return { status: 204, afterMs: 50 };
};

const noSecrets: SecretReader = { read: () => Promise.reject(new Error('no secret is needed')) };

const triage = (
  input: ConfigInput,
  answer: (request: HttpRequest, url: URL) => Slow,
  options: Partial<TriageOptions> = {},
  secrets = noSecrets,
) => {
  const clock = createVirtualClock(Date.UTC(2026, 10, 21));
  const config = parseConfig(input, 'test');
  const run = runTriage(
    config,
    { http: httpOf(clock, answer), clock, secrets },
    { confirm: false, webhookCheck: 'none', ...options },
  );
  return clock.run(run).then((report) => ({ report, config, clock }));
};

describe('triage', () => {
  it('without any configuration checks the public side of Clay', async () => {
    const { report } = await triage({}, publicClay);
    expect(report.observations.map(({ probe }) => probe)).toEqual([
      'connectivity',
      'clay.web',
      'clay.app',
      'clay.api',
      'clay.status',
    ]);
    expect(report.diagnosis.conclusion).toBe('healthy');
  });

  it('takes exactly as long as its slowest check', async () => {
    const { report, clock } = await triage({}, publicClay);
    expect(report.slowest).toEqual({ probe: 'clay.web', durationMs: 900 });
    expect(report.wallMs).toBe(900);
    expect(clock.pending()).toBe(0);
  });

  it('ends although nothing ever answers', async () => {
    const { report } = await triage({}, () => ({ status: 200, afterMs: Number.POSITIVE_INFINITY }), {
      confirm: true,
    });
    expect(report.observations).toHaveLength(5);
    expect(report.observations.every(({ outcome }) => outcome !== 'ok')).toBe(true);
    expect(report.diagnosis.conclusion).toBe('cannot-tell');
    expect(report.wallMs).toBeLessThan(30_000);
  });

  it('looks once by default, and again at failures when it is to confirm', async () => {
    let looks = 0;
    const flaky = (request: HttpRequest, url: URL): Slow => {
      if (url.host !== 'www.clay.com') return publicClay(request, url);
      looks += 1;
      return { status: looks === 1 ? 503 : 200, afterMs: 100 };
    };
    expect((await triage({}, flaky)).report.diagnosis.conclusion).toBe('problem');
    looks = 0;
    const { report } = await triage({}, flaky, { confirm: true });
    expect(report.diagnosis.conclusion).toBe('healthy');
    expect(report.observations.find(({ probe }) => probe === 'clay.web')?.attempts).toBe(2);
  });

  it('uses the severities of the configuration', async () => {
    const down = (request: HttpRequest, url: URL): Slow =>
      url.host === 'www.clay.com' ? { status: 503, afterMs: 1 } : publicClay(request, url);
    const { report } = await triage({ severities: { 'clay.degraded': 'P1' } }, down);
    expect(report.diagnosis.primary).toMatchObject({ cause: 'clay.degraded', severity: 'P1' });
  });

  it('names what a person saw, once they say so', async () => {
    const { report, config, clock } = await triage({}, publicClay);
    const refined = refineTriage(report, config, { 'auto-run': 'no' }, clock.now());
    expect(refined.diagnosis.conclusion).toBe('problem');
    expect(refined.diagnosis.primary?.cause).toBe('enrichment.stalled');
    expect(refined.diagnosis.questions.map(({ id }) => id)).not.toContain('auto-run');
  });

  it('sends no row for a webhook whose watch is a canary, unless it is asked to', async () => {
    const webhookUrl = 'https://api.clay.com/v3/sources/webhook/not-a-real-webhook';
    const posted: string[] = [];
    const spy = (request: HttpRequest, url: URL): Slow => {
      if (url.pathname.startsWith('/v3/sources/')) posted.push(request.body ?? '');
      return url.pathname.startsWith('/v3/sources/') ? { status: 200, afterMs: 1 } : publicClay(request, url);
    };
    const feeds: ConfigInput['feeds'] = {
      leads: { webhooks: [{ id: 'one', url: 'env:HOOK', check: 'canary', everyMinutes: 1_440 }] },
    };
    const secrets: SecretReader = { read: async () => webhookUrl };
    const { report } = await triage({ feeds }, spy, {}, secrets);
    expect(posted).toEqual([]);
    expect(report.untested).toMatchObject([{ subject: 'leads/one', url: 'ok' }]);
    await triage({ feeds }, spy, { webhookCheck: 'row' }, secrets);
    expect(posted).toHaveLength(1);
  });
});
