import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { configSchema } from '../../shared/config/schema.ts';
import { act } from '../../shared/incident/act.ts';
import { decide } from '../../shared/incident/decide.ts';
import { drillKey, drillVerdict } from '../../shared/incident/drill.ts';
import type { Incident } from '../../shared/incident/incident.ts';
import { changeControl, noted } from '../../shared/relay/control-change.ts';
import { createReports, type ReportPorts } from '../../shared/report/read.ts';
import { auditResponse } from '../../shared/report/setup-shape.ts';
import type { Silence } from '../../shared/silence/silence.ts';
import { NOON, opened, policy } from '../incident/fixtures.ts';
import { createMemoryControlStore } from '../support/memory-control-store.ts';
import { createMemoryCreditStore } from '../support/memory-credit-store.ts';
import { createMemoryProofLedger } from '../support/memory-proof.ts';
import { createMemoryReplayJobs } from '../support/memory-replay-jobs.ts';
import { createMemorySilenceStore } from '../support/memory-silence-store.ts';
import { createMemoryIncidentStore } from '../support/memory-store.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const setUp = async (incidents: readonly Incident[] = [], silences: readonly Silence[] = []) => {
  const store = createMemoryIncidentStore();
  for (const incident of incidents) await store.write({ ...incident, version: 1 }, null);
  let read = 0;
  const ports: ReportPorts = {
    incidents: {
      active: () => store.active(),
      list: async (query) => {
        const found = await store.list(query);
        read += found.length;
        return found;
      },
    },
    controls: createMemoryControlStore(),
    queue: { depth: async () => ({ waiting: 0, inFlight: 0, delayed: 0 }) },
    pacer: { state: async () => ({ perSecond: 10, slowedSince: null, pausedUntil: null }) },
    rows: { snapshot: async () => null },
    credits: createMemoryCreditStore(),
    watch: { load: async () => ({ lastSlot: NOON, health: {} }) },
    silences: createMemorySilenceStore(...silences),
    replays: createMemoryReplayJobs(),
    rotations: { all: async () => [] },
    proof: createMemoryProofLedger(),
  };
  const config = configSchema.parse({
    feeds: { leads: { relay: { secret: 'env:SENDER' }, webhooks: [{ id: 'leads-1', url: 'env:ONE' }] } },
  });
  const clock = { now: () => NOON + 2 * DAY };
  const reports = createReports(config, ports, clock);
  return {
    ports,
    audit: async (page: { limit: number; before?: number }) => auditResponse.parse(await reports.audit(page)),
    read: () => read,
  };
};

describe('the audit trail', () => {
  it('tells who did what to an incident, and what Claywatch did by itself, newest first', async () => {
    const incident = opened();
    const by = { name: 'Ada', via: 'console' } as const;
    const outcome = act(incident, { kind: 'acknowledge' }, by, { policy, now: NOON + MINUTE });
    const { audit } = await setUp(outcome.kind === 'done' ? [outcome.incident] : []);
    const { entries, back_to, more } = await audit({ limit: 50 });
    expect([back_to, more]).toEqual(['2025-10-01T00:00:00Z', false]);
    expect(entries).toEqual([
      expect.objectContaining({ what: 'incident', by: 'Ada', via: 'console', about: incident.id }),
      expect.objectContaining({ what: 'incident', by: 'claywatch', via: null, about: incident.id }),
    ]);
    expect(entries[0]?.text).toMatch(/^acknowledged: /);
    expect(entries[1]?.text).toMatch(/^triggered: /);
  });

  it('calls a drill a drill', async () => {
    const key = drillKey(NOON);
    const drill = decide(
      null,
      key,
      {
        kind: 'verdict',
        verdict: drillVerdict({ severity: 'P1', minutes: 5, by: 'Ada', now: NOON }),
        detectedAt: NOON,
      },
      policy,
      NOON,
    ) as Incident;
    const { audit } = await setUp([drill]);
    expect((await audit({ limit: 5 })).entries.map(({ what }) => what)).toEqual(['drill']);
  });

  it('tells of feeds, silences and replays as well', async () => {
    const silence: Silence = {
      ...{
        id: 'sil-00000001',
        kind: 'maintenance',
        from: NOON,
        to: NOON + HOUR,
        reason: 'We move.',
        by: 'Ben',
      },
      ...{ createdAt: NOON, endedAt: NOON + MINUTE, match: { feed: 'leads' } },
    };
    const { audit, ports } = await setUp([], [silence]);
    await changeControl(createControls(ports), 'leads', (control) =>
      noted(control, { at: NOON + 2 * MINUTE, kind: 'hold', text: 'Maintenance.', by: 'Cleo' }),
    );
    const { entries } = await audit({ limit: 50 });
    expect(entries.map(({ what, by, text }) => `${what} ${by} ${text}`)).toEqual([
      'feed Cleo hold: Maintenance.',
      'silence somebody maintenance of the feed leads was ended by hand.',
      'silence Ben maintenance of the feed leads from 2026-11-03T12:00:00Z to 2026-11-03T13:00:00Z: We move.',
    ]);
  });

  it('is read in bounds, however many incidents there were, and says how far back it looked', async () => {
    const incidents = Array.from({ length: 1_000 }, (_, index) =>
      opened({ cause: 'provider.failing', subject: `leads/p${index}` }, NOON + index * MINUTE),
    ).map((incident) => ({ ...incident, status: 'resolved' as const, pending: [] }));
    const { audit, read } = await setUp(incidents);
    const first = await audit({ limit: 50 });
    expect(first.entries).toHaveLength(50);
    expect(first).toMatchObject({ more: true, back_to: first.entries.at(-1)?.at });
    expect(read()).toBeLessThan(60);
  });

  it('loses and repeats nothing on the way to its end, whatever happened in one second', {
    timeout: 30_000,
  }, async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 0, max: 20_000 }), { maxLength: 30 }),
        fc.integer({ min: 1, max: 7 }),
        async (times, limit) => {
          const incidents = times.map((ms, index) => ({
            ...opened({ cause: 'provider.failing', subject: `leads/p${index}` }, NOON + ms),
            status: 'resolved' as const,
            pending: [],
          }));
          const { audit } = await setUp(incidents);
          const seen: string[] = [];
          let before: number | undefined;
          for (let page = 0; page < 100; page += 1) {
            const answer = await audit({ limit, ...(before !== undefined && { before }) });
            seen.push(...answer.entries.map(({ about, at }) => `${about} ${at}`));
            if (!answer.more) break;
            before = Date.parse(answer.entries.at(-1)?.at ?? answer.back_to);
          }
          expect(seen.toSorted()).toEqual(
            incidents
              .flatMap(({ id, timeline }) =>
                timeline.map(({ at }) => `${id} ${new Date(at).toISOString().slice(0, 19)}Z`),
              )
              .toSorted(),
          );
        },
      ),
      { numRuns: 60 },
    );
  });
});

/** The same store, to be written to. */
const createControls = ({ controls }: ReportPorts) => controls as ReturnType<typeof createMemoryControlStore>;
