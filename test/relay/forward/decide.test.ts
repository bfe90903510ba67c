import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decide } from '../../../shared/relay/forward/decide.ts';
import { NEVER_SENT, type SendState } from '../../../shared/relay/sends.ts';

const NOW = Date.UTC(2026, 10, 3, 12);
const RULES = { claimMs: 20_000, tries: 5 };
const state = (more: Partial<SendState>): SendState => ({ ...NEVER_SENT, ...more });
const open = (attempt: number, agoMs: number) => ({ attempt, webhook: 'leads-1', at: NOW - agoMs });

describe('what becomes of a message', () => {
  it.each([
    ['never sent', 0, NEVER_SENT, { kind: 'send', attempt: 1 }],
    ['accepted', 0, state({ attempts: 1, accepted: 1 }), { kind: 'drop' }],
    ['accepted, and replayed', 1, state({ attempts: 1, accepted: 1 }), { kind: 'send', attempt: 2 }],
    ['replayed, and accepted', 1, state({ attempts: 2, accepted: 2 }), { kind: 'drop' }],
    [
      'came back unheard',
      0,
      state({ attempts: 1, open: open(1, 60_000), calledBack: true }),
      { kind: 'drop' },
    ],
    ['under way', 0, state({ attempts: 1, open: open(1, 5_000) }), { kind: 'wait', waitMs: 15_000 }],
    ['uncertain', 0, state({ attempts: 1, open: open(1, 20_000) }), { kind: 'send', attempt: 2 }],
    [
      'begun by a clock an hour ahead',
      0,
      state({ attempts: 1, open: open(1, -3_600_000) }),
      { kind: 'send', attempt: 2 },
    ],
    ['uncertain five times', 0, state({ attempts: 5, open: open(5, 90_000) }), { kind: 'give-up' }],
  ] as const)('%s', (_, after, known, decision) => {
    expect(decide({ after }, known, NOW, RULES)).toEqual(decision);
  });

  it('is never a second request while one may be under way, and never one for what is known to be there', () => {
    const states = fc.record({
      attempts: fc.nat({ max: 10 }),
      accepted: fc.nat({ max: 10 }),
      open: fc.option(
        fc.record({
          attempt: fc.nat({ max: 10 }),
          webhook: fc.constant('w'),
          at: fc.integer({ min: NOW - 100_000, max: NOW + 1_000 }),
        }),
      ),
      calledBack: fc.boolean(),
    });
    fc.assert(
      fc.property(states, fc.nat({ max: 5 }), (known, after) => {
        const decision = decide({ after }, known, NOW, RULES);
        if (decision.kind !== 'send') return;
        expect(decision.attempt).toBe(known.attempts + 1);
        expect(known.accepted).toBeLessThanOrEqual(after);
        expect(known.calledBack).toBe(false);
        expect(known.open === null || known.open.at <= NOW - RULES.claimMs).toBe(true);
      }),
    );
  });
});
