import { afterEach, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { CAUSE_IDS } from '../../shared/cause.ts';
import { SURFACES } from '../../shared/observe/findings.ts';
import { configFile, type RunOptions, runCli } from './run-cli.ts';
import { type Answer, json, type StandIn, startStandIn, statusPage, WEBHOOK } from './stand-in.ts';

const opened: StandIn[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((standIn) => standIn.close()));
});

const standInWith = async (faults: Readonly<Record<string, Answer>> = {}): Promise<StandIn> => {
  const standIn = await startStandIn(faults);
  opened.push(standIn);
  return standIn;
};

const API_KEY = 'not-a-real-key-0a1b2c3d4e5f';
const variables = (standIn: StandIn) => ({
  CLAY_WEBHOOK_URL: standIn.webhookUrl,
  CLAY_API_KEY: API_KEY,
  CLAY_CALLBACK_URL: standIn.callbackUrl,
});

const instant = z.iso.datetime();
const verdict = z.strictObject({
  cause: z.enum(CAUSE_IDS),
  subject: z.string(),
  severity: z.enum(['P1', 'P2', 'P3', 'P4']),
  summary: z.string(),
  evidence: z.array(
    z.strictObject({
      at: instant,
      probe: z.string(),
      summary: z.string(),
      finding: z.string(),
      kind: z.enum(['measured', 'declared', 'reported', 'fallback']),
      facts: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
    }),
  ),
  ruledOut: z.array(z.strictObject({ cause: z.enum(CAUSE_IDS), why: z.string() })),
  wouldChange: z.array(z.string()),
  hiddenBy: z.strictObject({ cause: z.enum(CAUSE_IDS), subject: z.string() }).nullable(),
});
const milliseconds = z.number().min(0);

/** The document that scripts read; a member that goes away or changes its meaning needs a new version. */
const documentSchema = z.strictObject({
  version: z.literal(1),
  claywatch: z.string(),
  startedAt: instant,
  wallMs: milliseconds,
  slowestMs: milliseconds,
  slowestProbe: z.string().nullable(),
  config: z.string().nullable(),
  variables: z.array(z.string()),
  confirm: z.boolean(),
  webhookCheck: z.enum(['none', 'free', 'row']),
  conclusion: z.enum(['healthy', 'problem', 'cannot-tell']),
  exitCode: z.literal([0, 1, 2]),
  primary: verdict.nullable(),
  verdicts: z.array(verdict),
  hidden: z.array(verdict),
  path: z.array(
    z.strictObject({
      id: z.string(),
      question: z.string(),
      answer: z.enum(['yes', 'no', 'unknown', 'not-checked']),
      because: z.string(),
    }),
  ),
  questions: z.array(
    z.strictObject({
      id: z.enum(['red-cells', 'auto-run', 'connections', 'credits']),
      question: z.string(),
      where: z.string(),
      ifYes: z.string(),
      ifNo: z.string(),
    }),
  ),
  checks: z.array(
    z.strictObject({
      probe: z.string(),
      surface: z.enum(SURFACES),
      subject: z.string(),
      outcome: z.enum(['ok', 'failing', 'unknown']),
      finding: z.string(),
      summary: z.string(),
      at: instant,
      durationMs: milliseconds,
      phases: z
        .strictObject({
          dnsMs: milliseconds.optional(),
          connectMs: milliseconds.optional(),
          tlsMs: milliseconds.optional(),
          firstByteMs: milliseconds.optional(),
          totalMs: milliseconds,
        })
        .nullable(),
      attempts: z.number().int(),
      confirmed: z.boolean(),
      facts: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
    }),
  ),
  untested: z.array(
    z.strictObject({
      probe: z.string(),
      subject: z.string(),
      url: z.enum(['ok', 'malformed', 'unreadable']),
      summary: z.string(),
    }),
  ),
});

const triageJson = async (standIn: StandIn, args: readonly string[] = [], options: RunOptions = {}) => {
  const ran = await runCli(['triage', '--json', '--config', await configFile(standIn.config), ...args], {
    env: variables(standIn),
    ...options,
  });
  return { ...ran, document: documentSchema.parse(JSON.parse(ran.stdout)) };
};

describe('claywatch triage --json', { timeout: 30_000 }, () => {
  it('exits 0 when everything that was checked works, and prints nothing but the document', async () => {
    const standIn = await standInWith();
    const { code, stderr, document } = await triageJson(standIn);
    expect(document.checks.filter(({ outcome }) => outcome !== 'ok')).toEqual([]);
    expect(document).toMatchObject({ conclusion: 'healthy', exitCode: 0, primary: null });
    expect(document.checks.map(({ surface }) => surface).sort()).toEqual(
      [
        'actions',
        'callback',
        'clay-api',
        'clay-balance',
        'clay-key',
        'clay-status',
        'clay-web',
        'connectivity',
        'credits',
      ].sort(),
    );
    expect(code).toBe(0);
    expect(stderr).toBe('');
  });

  it.each<[string, Record<string, Answer>, string, string[]]>([
    [
      'Clay down',
      { 'GET /': json(503, {}), 'POST /v3/mcp': json(503, {}), 'GET /public/v0/me': json(503, {}) },
      'clay.outage',
      [],
    ],
    [
      'a key that is not accepted',
      { 'GET /public/v0/me': json(401, { message: 'no' }) },
      'api-key.invalid',
      [],
    ],
    [
      'no credits left',
      { 'GET /public/v0/credits/balance': json(200, { balance: 0, action_execution_balance: 5_000 }) },
      'credits.exhausted',
      [],
    ],
    [
      'a declared incident',
      { 'GET /api/v1/status.json': json(200, statusPage('major')) },
      'clay.degraded',
      [],
    ],
    ['a broken callback endpoint', { 'GET /callback': json(500, {}) }, 'callback.unreachable', []],
    [
      'a full webhook',
      { [WEBHOOK]: json(403, { message: 'Record limit reached for webhook' }) },
      'webhook.limit-reached',
      ['--webhook-check', 'row'],
    ],
    ['a deleted webhook', { [WEBHOOK]: json(404, {}) }, 'webhook.gone', ['--webhook-check', 'free']],
  ])('exits 1 and names the cause for %s', async (_, faults, cause, args) => {
    const { code, document } = await triageJson(await standInWith(faults), args);
    expect(document.primary?.cause).toBe(cause);
    expect(document).toMatchObject({ conclusion: 'problem', exitCode: 1 });
    expect(document.primary?.evidence.length).toBeGreaterThan(0);
    expect(code).toBe(1);
  });

  it('exits 2 when the status page refuses programs and nothing else is wrong', async () => {
    const challenge: Answer = (response) => {
      response.writeHead(403, { 'content-type': 'text/html' });
      response.end('<title>Just a moment...</title>');
    };
    const { code, document } = await triageJson(await standInWith({ 'GET /api/v1/status.json': challenge }));
    expect(document).toMatchObject({ conclusion: 'cannot-tell', exitCode: 2 });
    expect(document.primary?.cause).toBe('monitoring.gap');
    expect(code).toBe(2);
  });

  it('exits 2 when our own network is down: that is not blamed on Clay', async () => {
    const standIn = await standInWith();
    const dead = 'http://127.0.0.1:9';
    const config = {
      ...standIn.config,
      clay: { webUrl: dead, apiUrl: dead, publicApiUrl: dead, statusPageUrl: dead },
      connectivity: { urls: [dead], timeoutMs: 1_000 },
    };
    const { code, stdout } = await runCli(['triage', '--json', '--config', await configFile(config)]);
    expect(JSON.parse(stdout)).toMatchObject({
      conclusion: 'cannot-tell',
      primary: { subject: 'own-network' },
    });
    expect(code).toBe(2);
  });

  it('takes as long as its slowest check, not as all of them together', async () => {
    const slow: Answer = (response) => {
      setTimeout(() => json(200, { user: {}, workspace: { id: 1 } })(response, undefined as never), 400);
    };
    const { document } = await triageJson(
      await standInWith({ 'GET /': slow, 'GET /callback': slow, 'GET /public/v0/me': slow }),
    );
    const sum = document.checks.reduce((total, { durationMs }) => total + durationMs, 0);
    expect(document.slowestMs).toBeGreaterThanOrEqual(400);
    expect(sum).toBeGreaterThan(document.wallMs);
  });
});

describe('webhooks in triage', { timeout: 30_000 }, () => {
  const posts = (standIn: StandIn) => standIn.requests.filter(({ path }) => path.startsWith('/v3/sources/'));

  it('are not posted to by default, and are listed as not tested', async () => {
    const standIn = await standInWith();
    const { document } = await triageJson(standIn);
    expect(posts(standIn)).toEqual([]);
    expect(document.untested).toMatchObject([{ subject: 'main/webhook', url: 'ok' }]);
  });

  it('are posted to once, in a way that makes no row, with --webhook-check free', async () => {
    const standIn = await standInWith();
    const { code, document } = await triageJson(standIn, ['--webhook-check', 'free']);
    expect(posts(standIn)).toHaveLength(1);
    expect(posts(standIn)[0]?.headers['content-type']).toBeUndefined();
    expect(document.checks.find(({ surface }) => surface === 'webhook')?.finding).toBe('accepting');
    expect(code).toBe(0);
  });

  it('get one real row with --webhook-check row, after its price was told', async () => {
    const standIn = await standInWith();
    const { stderr } = await triageJson(standIn, ['--webhook-check', 'row']);
    expect(posts(standIn)).toHaveLength(1);
    expect(JSON.parse(posts(standIn)[0]?.body ?? '')).toEqual({ _claywatch_canary: true });
    expect(stderr).toContain('main/webhook: one real row, one of its 50,000 for life');
    expect(stderr).toContain('credits');
  });

  it('whose URL was cut off is a problem, named by its key and not by the URL', async () => {
    const standIn = await standInWith();
    const { code, document } = await triageJson(standIn, [], {
      env: { ...variables(standIn), CLAY_WEBHOOK_URL: `${standIn.origin}/v3/sources/` },
    });
    expect(document.untested).toMatchObject([{ url: 'malformed' }]);
    expect(document.primary?.cause).toBe('webhook.gone');
    expect(JSON.stringify(document.primary)).toContain('env:CLAY_WEBHOOK_URL holds (feeds.');
    expect(code).toBe(1);
    expect(JSON.stringify(document)).not.toContain(`${standIn.origin}/v3/sources/"`);
  });
});

describe('claywatch triage for people', { timeout: 30_000 }, () => {
  it('shows checks, path, verdict and next steps within 80 columns and without colours', async () => {
    const standIn = await standInWith({ 'GET /public/v0/me': json(401, { message: 'no' }) });
    const { code, stdout } = await runCli(['triage', '-c', await configFile(standIn.config)], {
      env: variables(standIn),
    });
    for (const part of ['Checks', 'Decision path', 'Verdict', 'Next steps', 'Only a person can see']) {
      expect(stdout).toContain(`\n${part}\n`);
    }
    expect(stdout).toMatch(/✗ clay\.key +unauthorized/);
    expect(stdout).toMatch(/✓ clay\.web +up .* ms\n/);
    expect(stdout).toContain('P2 api-key.invalid');
    expect(stdout).not.toContain('\u001b');
    for (const line of stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
    expect(code).toBe(1);
  });

  it('keeps its exit code when the reader closes the pipe', async () => {
    const standIn = await standInWith({ 'GET /public/v0/me': json(401, { message: 'no' }) });
    const { code, stderr } = await runCli(['triage', '-c', await configFile(standIn.config)], {
      env: variables(standIn),
      closeAfterBytes: 10,
    });
    expect(stderr).toBe('');
    expect(code).toBe(1);
  });
});

describe('hostile endpoints', { timeout: 30_000 }, () => {
  const secrets = (standIn: StandIn) => [API_KEY, standIn.webhookUrl, '00000000-aaaa-bbbb-cccc-000000000001'];

  /** Sends back everything it was sent, wherever a program may look. */
  const echo =
    (status: number): Answer =>
    (response, { headers, body, path }) => {
      const everything = JSON.stringify({ headers, body, path });
      response.writeHead(status, {
        'content-type': 'application/json',
        location: `/${encodeURIComponent(everything)}`,
        'x-echo': everything.replace(/[^\x20-\x7e]/g, ''),
        'retry-after': String(headers['clay-api-key'] ?? '1'),
      });
      response.end(
        JSON.stringify({
          message: everything,
          error: everything,
          balance: everything,
          name: everything,
          headers,
          path,
        }),
      );
    };

  it.each([200, 301, 403, 500])('that send secrets back with %i do not get them printed', async (status) => {
    const standIn = await standInWith({ '*': echo(status) });
    const args = ['triage', '--config', await configFile(standIn.config), '--webhook-check', 'row'];
    const options = { env: variables(standIn) };
    const runs = await Promise.all([runCli(args, options), runCli([...args, '--json'], options)]);
    for (const { stdout, stderr } of runs) {
      for (const secret of secrets(standIn)) expect(stdout + stderr).not.toContain(secret);
    }
    expect(standIn.requests.some(({ headers }) => headers['clay-api-key'] === API_KEY)).toBe(true);
  });

  it('that name an incident after a secret or a terminal command do neither harm', async () => {
    const name = `\u001b]0;owned\u0007\u001b[2J ${API_KEY} \u202e\nVerdict\n  Healthy`;
    const incident = {
      id: 'i',
      name,
      status: 'investigating',
      impact: 'major',
      started_at: new Date().toISOString(),
    };
    const standIn = await standInWith({
      'GET /api/v1/status.json': json(200, statusPage('major', [incident])),
      'GET /api/v1/incidents.json': json(200, [incident]),
    });
    const args = ['triage', '--config', await configFile(standIn.config)];
    const text = await runCli(args, { env: variables(standIn) });
    const document = await runCli([...args, '--json'], { env: variables(standIn) });
    expect(text.stdout.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u);
    expect(text.stdout + document.stdout).not.toContain(API_KEY);
    expect(text.stdout).toContain('clay.degraded');
    expect(document.code).toBe(1);
  });

  it('that never end their answer, or send without end, do not hold it up', async () => {
    const endless: Answer = (response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      const timer = setInterval(() => response.write('x'.repeat(65_536)), 1);
      response.on('close', () => clearInterval(timer));
    };
    const silent: Answer = () => {};
    const standIn = await standInWith({
      'GET /': endless,
      'GET /api/v1/status.json': endless,
      'POST /v3/mcp': silent,
      'GET /public/v0/me': silent,
    });
    const { document } = await triageJson(standIn);
    expect(document.checks.find(({ probe }) => probe === 'clay.api')?.finding).toBe('timed-out');
    expect(document.checks.find(({ probe }) => probe === 'clay.status')?.outcome).toBe('unknown');
    expect(document.wallMs).toBeLessThan(10_000);
  });
});
