import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CAUSE_IDS } from '../../shared/cause.ts';
import { SEVERITIES } from '../../shared/severity.ts';
import { isAbout, isInForce, type Silenceable, silenceFor } from '../../shared/silence/match.ts';
import type { Silence } from '../../shared/silence/silence.ts';

const AT = Date.UTC(2026, 10, 3, 12);
const HOUR = 3_600_000;

const silence = (over: Partial<Silence> = {}): Silence => ({
  id: 'sil-00000001',
  kind: 'silence',
  from: AT,
  to: AT + HOUR,
  reason: 'known',
  by: 'Ada',
  createdAt: AT,
  endedAt: null,
  match: {},
  ...over,
});

const incident: Silenceable = {
  cause: 'webhook.gone',
  subject: 'leads/leads-1',
  feed: 'leads',
  severity: 'P2',
};

describe('a silence', () => {
  it('is in force from its beginning up to its end, and not at its end', () => {
    const times = [AT - 1, AT, AT + HOUR - 1, AT + HOUR];
    expect(times.map((at) => isInForce(silence(), at))).toEqual([false, true, true, false]);
    const ended = silence({ endedAt: AT + 10 });
    expect([AT + 9, AT + 10].map((at) => isInForce(ended, at))).toEqual([true, false]);
  });

  it('that was called off before it began is never in force', () => {
    fc.assert(
      fc.property(fc.integer({ min: AT - HOUR, max: AT + 2 * HOUR }), (at) => {
        expect(isInForce(silence({ endedAt: AT - 1 }), at)).toBe(false);
      }),
    );
  });

  it.each([
    ['everything, when nothing is given', {}, true],
    ['a cause', { causes: ['webhook.gone'] }, true],
    ['one of several causes', { causes: ['clay.outage', 'webhook.gone'] }, true],
    ['another cause', { causes: ['clay.outage'] }, false],
    ['no cause at all', { causes: [] }, false],
    ['a subject', { subject: 'leads/leads-1' }, true],
    ['another subject', { subject: 'leads/leads-2' }, false],
    ['the beginning of a subject', { subject: 'leads' }, false],
    ['a feed', { feed: 'leads' }, true],
    ['another feed', { feed: 'accounts' }, false],
    ['what is this urgent or less', { atMost: 'P2' }, true],
    ['what is less urgent', { atMost: 'P3' }, false],
    ['what is more urgent or less', { atMost: 'P1' }, true],
    ['a cause that fits and a feed that does not', { causes: ['webhook.gone'], feed: 'accounts' }, false],
  ] as const)('about %s', (_, match, expected) => {
    expect(isAbout(silence({ match }), incident)).toBe(expected);
  });

  it('about a feed does not cover what hits every feed', () => {
    const outage: Silenceable = { cause: 'clay.outage', subject: 'clay', feed: null, severity: 'P1' };
    expect(isAbout(silence({ match: { feed: 'leads' } }), outage)).toBe(false);
  });
});

describe('the silence that covers an incident', () => {
  it('is the one that lasts longest', () => {
    const short = silence({ id: 'sil-00000001', to: AT + 10 });
    const long = silence({ id: 'sil-00000002', to: AT + 30 });
    const endedEarly = silence({ id: 'sil-00000003', to: AT + HOUR, endedAt: AT + 20 });
    expect(silenceFor([short, long, endedEarly], incident, AT)?.id).toBe(long.id);
    expect(silenceFor([], incident, AT)).toBeNull();
  });

  it('covers only what it is about, while it is in force', () => {
    const any = fc.record({
      from: fc.integer({ min: 0, max: 100 }),
      length: fc.integer({ min: 0, max: 100 }),
      feed: fc.constantFrom('leads', 'accounts', undefined),
      atMost: fc.constantFrom(...SEVERITIES, undefined),
      cause: fc.constantFrom(...CAUSE_IDS, undefined),
    });
    fc.assert(
      fc.property(fc.array(any, { maxLength: 5 }), fc.integer({ min: 0, max: 200 }), (wanted, at) => {
        const silences = wanted.map(({ from, length, feed, atMost, cause }, index) =>
          silence({
            id: `sil-${index}`,
            from,
            to: from + length,
            match: { ...(feed && { feed }), ...(atMost && { atMost }), ...(cause && { causes: [cause] }) },
          }),
        );
        const found = silenceFor(silences, incident, at);
        const fitting = silences.filter((one) => isInForce(one, at) && isAbout(one, incident));
        if (found === null) expect(fitting).toEqual([]);
        else {
          expect(fitting).toContain(found);
          expect(Math.max(...fitting.map(({ to }) => to))).toBe(found.to);
        }
      }),
    );
  });
});
