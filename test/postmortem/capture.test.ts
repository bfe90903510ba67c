import { describe, expect, it } from 'vitest';
import { act } from '../../shared/incident/act.ts';
import { noteAction } from '../../shared/incident/actions.ts';
import type { ProbeHealth } from '../../shared/observe/health.ts';
import { observation } from '../../shared/observe/observation.ts';
import { captureEvidence, type Seen } from '../../shared/postmortem/capture.ts';
import { occasionDue } from '../../shared/postmortem/occasion.ts';
import { initialControl } from '../../shared/relay/control.ts';
import { MINUTE, NOON, opened, policy, resolved } from '../incident/fixtures.ts';
import { feedOf, windowOf } from './stories.ts';

const INCIDENT = opened();

const probe = (name: string, outcome: 'ok' | 'failing', summary: string): ProbeHealth => {
  const seen = observation({
    ...{ probe: name, surface: 'integration', subject: 'integration', durationMs: 12, summary },
    ...{ finding: outcome === 'ok' ? 'healthy' : 'server-error', at: NOON },
  });
  return {
    ...{ probe: name, outcome, since: NOON, firstFailedAt: null, evidence: seen, last: seen },
    ...{
      runs: { ok: 1, slow: 0, failing: 0 },
      unknownSince: null,
      failures: 0,
      changes: [],
      flapping: false,
    },
  };
};

const capture = (over: Partial<Seen> = {}) =>
  captureEvidence({
    incident: INCIDENT,
    occasion: 'opened',
    health: {},
    snapshots: [],
    balance: null,
    ownErrors: [],
    now: NOON,
    ...over,
  });
const bytes = (value: unknown): number => Buffer.byteLength(JSON.stringify(value));

describe('evidence', () => {
  it('is what probes, ledgers, the relay and the balance say at that moment', () => {
    const windows = [
      windowOf(NOON - 5 * MINUTE, { credits: 8, creditsOnMisses: 2, actions: 4, hit: 3, missed: 1 }),
    ];
    const hold = { kind: 'operator', since: NOON, why: 'new webhook', by: 'Anna' } as const;
    const kept = capture({
      health: { integration: probe('integration', 'failing', 'GET /health answered 503') },
      snapshots: [feedOf('leads', { asOf: NOON, windows, waiting: 7 }), feedOf('accounts', { asOf: NOON })],
      controls: [{ ...initialControl('leads'), holds: [hold] }],
      waiting: { leads: 12 },
      balance: { credits: 4_200.5, actions: 17 },
      ownErrors: ['notify: timed out'],
    });
    expect(kept).toMatchObject({
      ...{ incidentId: INCIDENT.id, at: NOON, occasion: 'opened', health: 'GET /health answered 503' },
      probes: [{ probe: 'integration', outcome: 'failing', finding: 'server-error' }],
      feeds: [
        {
          feed: 'leads',
          outstanding: 7,
          waiting: 12,
          onHold: true,
          cost: { credits: 8, creditsWasted: 2, actionsWasted: 1 },
        },
        { feed: 'accounts', waiting: null, onHold: null },
      ],
      credits: { balance: 4_200.5, actions: 17 },
      ownErrors: ['notify: timed out'],
    });
  });

  it('keeps no webhook URL, credential or mail address', () => {
    const leak =
      'POST https://api.clay.com/v3/sources/webhook/pull-in-data-from-a-webhook-1 Bearer sk-12345678 ada@example.com';
    const kept = JSON.stringify(
      capture({ health: { a: probe('a', 'failing', leak) }, ownErrors: [leak], occasion: leak }),
    );
    expect(kept).not.toMatch(/pull-in-data|sk-1234|ada@/);
  });

  it('stays under 30 KB whatever is seen, and keeps what fails rather than what works', () => {
    const wide = '\u4e2d'.repeat(5_000);
    const many = Array.from({ length: 400 }, (_, index) =>
      probe(`${index}-${wide}`, index === 399 ? 'failing' : 'ok', wide),
    );
    const kept = capture({
      health: Object.fromEntries(many.map((one) => [one.probe, one])),
      snapshots: Array.from({ length: 300 }, (_, index) => feedOf(`${index}${wide}`, { asOf: NOON })),
      ownErrors: Array.from({ length: 500 }, () => wide),
    });
    expect(bytes(kept)).toBeLessThan(30_000);
    expect(kept.probes[0]?.outcome).toBe('failing');
    expect(kept.feeds.length).toBeGreaterThan(5);
  });

  it('keeps numbers that are none as not known', () => {
    const kept = capture({ balance: { credits: Number.NaN, actions: Number.POSITIVE_INFINITY } });
    expect(kept.credits).toEqual({ balance: null, actions: null });
  });
});

describe('the occasion to keep evidence', () => {
  const by = { name: 'Anna', via: 'slack' } as const;
  const acted = (kind: 'note' | 'acknowledge', now: number) => {
    const command = kind === 'note' ? ({ kind, text: 'looking' } as const) : ({ kind } as const);
    const outcome = act(INCIDENT, command, by, { policy, now });
    return outcome.kind === 'refused' ? INCIDENT : outcome.incident;
  };

  it('is every turn that nothing was kept for yet, wherever it came from', () => {
    expect(occasionDue(INCIDENT, null)).toBe('opened');
    const first = capture();
    expect(occasionDue(INCIDENT, first)).toBeNull();
    expect(occasionDue(acted('note', NOON + MINUTE), first)).toBeNull();
    expect(occasionDue(acted('acknowledge', NOON + MINUTE), first)).toBe('acknowledged');
    expect(occasionDue(resolved(INCIDENT, NOON + MINUTE), first)).toBe('resolved');
  });

  it('is what was done about the rows, and that they were sent on after the end', () => {
    const first = capture();
    const at = NOON + MINUTE;
    const held = noteAction(
      INCIDENT,
      { ref: 'hold:leads:1', kind: 'hold', mode: 'act', feed: 'leads', since: at, text: 'Rows are held.' },
      at,
    );
    expect(occasionDue(held, first)).toBe('action');
    expect(occasionDue(held, null)).toBe('opened');
    const over = resolved(INCIDENT, at);
    const feed = { feed: 'leads', submitted: 1, calledBack: 1, outstanding: 0, onHold: false };
    const last = { at: at + 1, feeds: [{ ...feed, waiting: 7 }] };
    expect(occasionDue(over, last, { leads: 3 })).toBeNull();
    expect(occasionDue(over, last, {})).toBeNull();
    expect(occasionDue(over, last, { leads: 0 })).toBe('rows-sent-on');
    expect(occasionDue(INCIDENT, { ...last, at }, { leads: 0 })).toBeNull();
    expect(occasionDue(over, { ...last, feeds: [{ ...feed, waiting: 0 }] }, { leads: 0 })).toBeNull();
  });

  it('comes once, also when the clock was put back', () => {
    const over = resolved(INCIDENT, NOON + 60 * MINUTE);
    const kept = capture({ incident: over, occasion: 'resolved', now: NOON + MINUTE });
    expect(kept.at).toBe(NOON + 60 * MINUTE);
    expect(occasionDue(over, kept)).toBeNull();
  });
});
