import { describe, expect, it } from 'vitest';
import { type ConfigInput, configSchema } from '../../shared/config/schema.ts';
import type { DeliveryProof } from '../../shared/notify/proof.ts';
import { FINDINGS, SURFACES } from '../../shared/observe/findings.ts';
import { stepHealth } from '../../shared/observe/health.ts';
import { type Observation, observation } from '../../shared/observe/observation.ts';
import { initialControl } from '../../shared/relay/control.ts';
import { markStanding, rotate } from '../../shared/relay/control-change.ts';
import { type PreflightData, preflightOf } from '../../shared/report/preflight.ts';
import { preflightResponse } from '../../shared/report/setup-shape.ts';
import { SURFACE_WORDS } from '../../shared/report/surfaces.ts';
import { usageOf } from '../../shared/usage/usage.ts';
import { evidence, opened } from '../incident/fixtures.ts';
import { NOW } from '../usage/sample.ts';

const MINUTE = 60_000;

const CONFIG: ConfigInput = {
  feeds: {
    leads: {
      webhooks: [
        { id: 'leads-1', url: 'env:ONE' },
        { id: 'leads-2', url: 'env:TWO' },
      ],
      relay: { secret: 'env:SENDER' },
    },
  },
  notify: { email: [{ address: 'ops@example.com' }] },
};

const inUse = rotate(initialControl('leads'), {
  ...{ from: null, to: 'leads-1', why: 'first', at: NOW, by: 'claywatch' },
});

const look = (
  seen: readonly Observation[] = [],
  over: Partial<PreflightData> = {},
  control = inUse,
  input = CONFIG,
) => {
  const config = configSchema.parse(input);
  const health = Object.fromEntries(
    seen.map((one) => [one.probe, stepHealth(undefined, one, { ...config.observe, failureThreshold: 1 })]),
  );
  const tally = {
    ...{ feed: 'leads', webhooks: {}, lookedAt: null, emptyAt: null, oldestTakenAt: null },
  };
  const { checks } = preflightResponse.parse(
    preflightOf(
      config,
      {
        watch: { lastSlot: NOW - MINUTE, health },
        incidents: [],
        relay: {
          feeds: { leads: { control, tally, depth: null, snapshot: null } },
          pace: { perSecond: 10, slowedSince: null, pausedUntil: null },
        },
        usage: usageOf(
          config,
          { snapshots: [], credits: { version: 0, credits: null, actions: null, last: null } },
          NOW,
        ),
        undelivered: [],
        proofs: [],
        ...over,
      },
      NOW,
    ),
  );
  return { checks, of: (what: string) => checks.find((check) => check.what === what) };
};

const key = (finding: 'authorized' | 'unauthorized' | 'blocked') =>
  observation({
    probe: 'clay.key',
    surface: 'clay-key',
    subject: 'clay-api-key',
    finding,
    at: NOW - MINUTE,
    durationMs: 5,
    summary: `GET /me said ${finding}`,
    attempts: 3,
  });

const proof = (over: Partial<DeliveryProof>): DeliveryProof => ({
  ...{ notificationId: 'inc-20261120-00000000:1:triggered', incidentId: 'inc-20261120-00000000' },
  ...{ transition: 'triggered', channel: 'sns', status: 'owed', owedAt: NOW - 60 * MINUTE, triedAt: null },
  ...{ attempts: 0, deliveredAt: null, receipt: null, lastError: null, fellBackTo: null },
  ...over,
});

describe('preflight', () => {
  it('says what the watch last saw of everything that it looks at, and when', () => {
    expect(look([key('authorized')]).of('Clay API key')).toEqual({
      what: 'Clay API key',
      result: 'ready',
      found: 'GET /me said authorized',
      fix: '',
      at: '2026-11-20T16:41:00Z',
    });
  });

  it('says what to do about what does not work: as the incident about it says, else in its own words', () => {
    expect(look([key('unauthorized')]).of('Clay API key')).toMatchObject({
      result: 'not-ready',
      fix: expect.stringContaining('clay.apiKey'),
    });
    const incident = {
      ...opened({ cause: 'api-key.invalid', subject: 'clay-api-key' }, NOW - MINUTE),
      evidence: [evidence({ probe: 'clay.key' })],
    };
    const told = look([key('unauthorized')], { incidents: [incident] }).of('Clay API key');
    expect(told?.fix).not.toBe(look([key('unauthorized')]).of('Clay API key')?.fix);
    expect(told?.fix.length).toBeGreaterThan(20);
  });

  it('never calls fine what cannot be seen, nor anything once the watch does not run', () => {
    expect(look([key('blocked')]).of('Clay API key')?.result).toBe('unknown');
    const watch = { lastSlot: NOW - 60 * MINUTE, health: {} };
    const config = configSchema.parse(CONFIG);
    const health = { 'clay.key': stepHealth(undefined, key('authorized'), config.observe) };
    const stale = look([], { watch: { ...watch, health } });
    expect(stale.checks[0]).toMatchObject({ what: 'The watch', result: 'not-ready' });
    expect(stale.of('Clay API key')).toMatchObject({ result: 'unknown', fix: expect.stringMatching(/./) });
  });

  it.each(SURFACES)('has words for %s, and for every finding of it', (surface) => {
    expect(SURFACE_WORDS[surface].title).toMatch(/\S/);
    for (const finding of Object.keys(FINDINGS[surface])) {
      const seen = observation({
        ...{ probe: 'p', surface, subject: 's', at: NOW, durationMs: 1, summary: 'seen', attempts: 3 },
        finding: finding as never,
      });
      const found = look([seen]).checks.find(({ found: text }) => text === 'seen');
      expect(found).toBeDefined();
      if (found?.result === 'not-ready') expect(found.fix).toMatch(/\.$|\)$/);
      if (seen.outcome !== 'ok') expect(found?.result).not.toBe('ready');
    }
  });

  it('shows the pool of each feed with what is held of each webhook, and asks for a standby', () => {
    expect(look().of('Pool of leads')).toMatchObject({
      result: 'ready',
      found: 'leads-1: in use, 0 of 50,000 rows; leads-2: standby, not used yet, 0 of 50,000 rows.',
    });
    const gone = markStanding(inUse, 'leads-2', 'gone', { at: NOW, by: 'claywatch' });
    expect(look([], {}, gone).of('Pool of leads')).toMatchObject({
      result: 'not-ready',
      found: expect.stringContaining('leads-2: not there any more'),
      fix: expect.stringContaining('feeds.leads.webhooks'),
    });
  });

  it('shows which way to people works, by what was proved, and which is closed', () => {
    expect(look().of('E-mail and SMS')).toMatchObject({ result: 'unknown' });
    const delivered = proof({ status: 'delivered', deliveredAt: NOW - MINUTE });
    expect(look([], { proofs: [delivered] }).of('E-mail and SMS')).toMatchObject({
      result: 'ready',
      at: '2026-11-20T16:41:00Z',
    });
    const refused = proof({ status: 'refused', lastError: 'jane.doe@example.com said no' });
    const closed = look([], { proofs: [delivered], undelivered: [refused] }).of('E-mail and SMS');
    expect(closed?.result).toBe('not-ready');
    expect(closed?.found).toContain('refused a message');
    expect(closed?.found).not.toContain('jane');
  });

  it('names what could be watched and is not, with the key that turns it on', () => {
    const { of } = look();
    expect(of('Callbacks of leads')).toMatchObject({
      result: 'skipped',
      fix: 'Set feeds.leads.callbacks.secret.',
    });
    expect(of('Clay API key and credits')?.fix).toBe('Set clay.apiKey.');
    expect(of('Relay of leads')).toBeUndefined();
  });

  it('puts what is not ready first, after the watch itself', () => {
    const results = look([key('unauthorized')]).checks.map(({ result }) => result);
    expect(results[0]).toBe('ready');
    expect(results[1]).toBe('not-ready');
    expect(results.at(-1)).toBe('skipped');
  });
});
