import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { guideOf, type Progress } from '../../console/src/trial/progress.ts';
import type { IncidentBrief } from '../../shared/respond/incident-shape.ts';

const AT = Date.parse('2026-11-22T10:00:00Z');
const instant = (seconds: number) => new Date(AT + seconds * 1_000).toISOString().replace('.000', '');

const incident = (over: Partial<IncidentBrief> = {}): IncidentBrief => ({
  ...{ id: 'inc-20261122-00000001', cause: 'clay.outage', subject: 'clay', title: 'Clay is down' },
  ...{ summary: '', status: 'triggered', severity: 'P1', peak_severity: 'P1' },
  ...{ detected_at: instant(4), opened_at: instant(6), updated_at: instant(6) },
  ...{ mitigated_at: null, resolved_at: null, respond_by: instant(900), next_update_at: instant(1800) },
  ...{ acknowledged: null, assignee: null, merged_into: null, hidden_by: null, messages_owed: 0 },
  ...over,
});

const begun: Progress = { fault: 'outage', startedAt: AT, endedAt: null, readAt: null };
const now = (progress: Progress | null, incidents: readonly IncidentBrief[]) =>
  guideOf(progress, incidents).steps.find(({ state }) => state === 'now')?.id;
const ada = { by: { name: 'Ada', via: 'console' as const }, at: instant(20), stale_at: instant(9_000) };

describe('the guided drill', () => {
  it('leads from the fault to the postmortem', () => {
    const acknowledged = incident({ status: 'acknowledged', acknowledged: ada });
    const resolved = incident({ status: 'resolved', acknowledged: ada, resolved_at: instant(70) });
    const mended = { ...begun, endedAt: AT + 40_000 };
    expect(now(null, [])).toBe('break');
    expect(now(begun, [])).toBe('found');
    expect(now(begun, [incident()])).toBe('acknowledge');
    expect(now(begun, [acknowledged])).toBe('mend');
    expect(now(mended, [acknowledged])).toBe('closed');
    expect(now(mended, [resolved])).toBe('read');
    const guide = guideOf({ ...mended, readAt: AT + 90_000 }, [resolved]);
    expect(guide.done).toBe(true);
    expect(guide.steps.map(({ tookMs }) => tookMs)).toEqual([null, 6_000, 14_000, null, 30_000, null]);
  });

  it('takes no incident for its own that was there before, is a drill, or is the effect of another', () => {
    const others = [
      incident({ opened_at: instant(-60) }),
      incident({ cause: 'drill' }),
      incident({ hidden_by: 'clay.outage' }),
    ];
    expect(guideOf(begun, others).incident).toBeNull();
    const [first, second] = [incident({ id: 'inc-20261122-00000002' }), incident({ opened_at: instant(30) })];
    expect(guideOf(begun, [second, first]).incident?.id).toBe(first.id);
  });

  it('counts what opened in the very second of the switch', () => {
    expect(
      guideOf({ ...begun, startedAt: AT + 900 }, [incident({ opened_at: instant(0) })]).incident,
    ).not.toBeNull();
  });

  it('never asks for what was overtaken: a fault that is mended first may close by itself', () => {
    const resolved = incident({ status: 'resolved', resolved_at: instant(70) });
    expect(now({ ...begun, endedAt: AT }, [resolved])).toBe('read');
  });

  it('has one step at a time, whatever the API says', () => {
    const anyIncident = fc.record({
      status: fc.constantFrom('triggered', 'acknowledged', 'mitigated', 'resolved', 'reviewed'),
      opened: fc.integer({ min: -100, max: 100 }),
      resolved: fc.option(fc.integer({ min: -100, max: 200 })),
      acknowledged: fc.boolean(),
    });
    const anyProgress = fc.option(
      fc.record({
        fault: fc.constant('outage'),
        startedAt: fc.constant(AT),
        endedAt: fc.option(fc.constant(AT + 1)),
        readAt: fc.option(fc.constant(AT + 2)),
      }),
    );
    fc.assert(
      fc.property(anyProgress, fc.array(anyIncident, { maxLength: 4 }), (progress, some) => {
        const incidents = some.map(({ status, opened, resolved, acknowledged }) =>
          incident({
            status: status as IncidentBrief['status'],
            opened_at: instant(opened),
            resolved_at: resolved === null ? null : instant(resolved),
            acknowledged: acknowledged ? ada : null,
          }),
        );
        const { steps, done } = guideOf(progress, incidents);
        expect(steps.filter(({ state }) => state === 'now')).toHaveLength(done ? 0 : 1);
        for (const { tookMs } of steps) expect(tookMs ?? 0).toBeGreaterThanOrEqual(0);
      }),
    );
  });
});
