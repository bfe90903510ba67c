import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CAUSE_IDS } from '../../shared/cause.ts';
import type { Evidence, Verdict } from '../../shared/diagnose/verdict.ts';
import { act, type IncidentCommand } from '../../shared/incident/act.ts';
import { noteAction } from '../../shared/incident/actions.ts';
import { believed } from '../../shared/incident/belief.ts';
import { boundEvidence, clip, LIMITS } from '../../shared/incident/bounds.ts';
import { decide } from '../../shared/incident/decide.ts';
import { markDelivered, markFailed } from '../../shared/incident/deliveries.ts';
import type { Actor, Incident } from '../../shared/incident/incident.ts';
import { tick } from '../../shared/incident/tick.ts';
import { SEVERITIES } from '../../shared/severity.ts';
import {
  allDelivered,
  DAY,
  evidence,
  HOUR,
  NOON,
  opened,
  policy,
  resolved,
  verdict,
  WEBHOOK,
} from './fixtures.ts';

/** Texts that are large in another way each: bytes, escapes, malformed, invisible. */
const hostile = fc
  .tuple(
    fc.constantFrom('€', '"', '\\', '\u0000', '\ud800', '😀', '\u2028', ' ', 'x'),
    fc.constantFrom(1, 300, 5_000),
  )
  .map(([unit, length]) => unit.repeat(length));

describe('clip', () => {
  it('gives one well-formed line within the limit, and leaves such a line alone', () => {
    fc.assert(
      fc.property(
        fc.oneof(hostile, fc.string({ unit: 'binary' })),
        fc.integer({ min: 2, max: 300 }),
        (text, max) => {
          const line = clip(text, max);
          expect(line.length).toBeLessThanOrEqual(max);
          expect(line.isWellFormed()).toBe(true);
          expect(line).not.toMatch(/\p{Cc}/u);
          expect(clip(line, max)).toBe(line);
        },
      ),
    );
  });

  it('says where it cut, and does not cut a character in two', () => {
    expect(clip('abcdef', 4)).toBe('abc…');
    expect(clip('ab😀cd', 4)).toBe('ab…');
    expect(clip('one\r\n\ttwo')).toBe('one two');
  });
});

describe('evidence', () => {
  it('keeps numbers that JSON cannot say as words', () => {
    const facts = { a: Number.NaN, b: Number.POSITIVE_INFINITY, c: 1.5, d: false };
    const bounded = boundEvidence(evidence({ facts }));
    expect(bounded.facts).toEqual({ a: 'NaN', b: 'Infinity', c: 1.5, d: false });
    expect(JSON.parse(JSON.stringify(bounded))).toStrictEqual(bounded);
  });
});

describe('an action', () => {
  it('is noted once, on the timeline too, and tells nobody by itself', () => {
    const incident = opened();
    const action = {
      ref: 'hold:leads:1',
      kind: 'hold',
      mode: 'act',
      feed: 'leads',
      since: NOON,
      text: 'Held.',
    } as const;
    const noted = noteAction(incident, action, NOON + 1);
    expect(noted.actions).toEqual([{ ...action, opening: 0 }]);
    expect(noted.timeline.at(-1)).toEqual({ at: NOON + 1, kind: 'action', text: 'Held.' });
    expect(noted.pending).toEqual(incident.pending);
    expect(noteAction(noted, action, NOON + 2)).toBe(noted);
    expect(noteAction(incident, { ...action, mode: 'propose' }, NOON).timeline.at(-1)?.kind).toBe('proposed');
  });
});

describe('the size of an incident', () => {
  const fill = (text: string, round: number): Verdict => {
    const items: Evidence[] = Array.from({ length: 14 }, (_, index) =>
      evidence({
        probe: `${round % 7}-${index}-${text}`,
        finding: text,
        summary: text,
        facts: Object.fromEntries(
          Array.from({ length: 14 }, (__, fact) => [`${fact}${text}`, `${fact}${text}`]),
        ),
      }),
    );
    return verdict({
      severity: SEVERITIES[round % 4] ?? 'P1',
      summary: text,
      evidence: items,
      ruledOut: Array.from({ length: 32 }, () => ({ cause: 'webhook.limit-approaching', why: text })),
      wouldChange: Array.from({ length: 32 }, () => text),
    });
  };
  const effects = CAUSE_IDS.flatMap((cause) =>
    Array.from({ length: 4 }, (_, index) => verdict({ cause, subject: `${'s'.repeat(40)}/${index}` })),
  );

  const actor = (text: string): Actor => ({ name: text, via: 'claywatch' });

  /** People talk without end about an incident of which every other list is full. */
  const talkedAbout = (text: string): Incident => {
    let incident = worst(text);
    const now = incident.updatedAt + 1;
    const fact = { kind: 'verdict', verdict: fill(text, 1), detectedAt: now } as const;
    incident = decide(incident, WEBHOOK, fact, policy, now) as Incident;
    const commands: readonly IncidentCommand[] = [
      { kind: 'note', text },
      { kind: 'update', text, audience: 'stakeholders' },
      { kind: 'acknowledge' },
      { kind: 'assign', to: text },
      { kind: 'set-severity', severity: 'P2', text },
      { kind: 'set-severity', severity: 'P3', text },
      { kind: 'mitigate', text },
      { kind: 'unacknowledge' },
    ];
    for (let round = 0; round < 30; round += 1)
      for (const command of commands) {
        const outcome = act(incident, command, actor(text), { policy, now: now + round });
        if (outcome.kind === 'done') incident = outcome.incident;
      }
    return incident;
  };

  const worst = (text: string): Incident => {
    let incident: Incident | null = null;
    let now = NOON;
    const settle = (from: Incident, round: number): Incident => {
      // Most messages fail; one in three goes out, so that both lists fill.
      const head = from.pending[0];
      if (!head) return from;
      const failed = markFailed(from, head.id, text, now);
      return round % 3 === 0 ? markDelivered(failed, head.id, text, now) : failed;
    };
    const acted = (from: Incident, round: number): Incident =>
      noteAction(
        from,
        { ref: `${round} ${text}`, kind: 'hold', mode: 'act', feed: 'f'.repeat(40), since: now, text },
        now,
      );
    for (let round = 0; round < 160; round += 1) {
      now += DAY;
      const fact = {
        kind: 'verdict',
        verdict: fill(text, round),
        detectedAt: now,
        effects: round === 0 ? effects : [],
      } as const;
      incident = acted(settle(decide(incident, WEBHOOK, fact, policy, now) as Incident, round), round);
      if (round % 2) {
        now += DAY;
        incident = decide(
          incident,
          WEBHOOK,
          { kind: 'cleared', evidence: fact.verdict.evidence },
          policy,
          now,
        );
      }
    }
    return incident as Incident;
  };

  it.each(['€', '"', '\\', '\u0000', '\ud800', '😀', 'x'])(
    'stays under 300 KB whatever it is fed for however long (%j)',
    (unit) => {
      const incident = worst(unit.repeat(500));
      expect(incident.timeline).toHaveLength(LIMITS.timeline);
      expect(incident.evidence.length).toBeLessThanOrEqual(LIMITS.evidence);
      expect(incident.pending).toHaveLength(LIMITS.pending);
      expect(incident.deliveries).toHaveLength(LIMITS.deliveries);
      expect(incident.effects).toHaveLength(LIMITS.effects);
      expect(Buffer.byteLength(JSON.stringify(incident))).toBeLessThan(300 * 1_024);
    },
  );

  it.each(['€', '"', '\\', '\ud800', '😀'])(
    'stays under 380 KB however much people write, and keeps the newest of it whole (%j)',
    (unit) => {
      const incident = talkedAbout(unit.repeat(3_000));
      expect(incident.timeline).toHaveLength(LIMITS.timeline);
      expect(incident.pending).toHaveLength(LIMITS.pending);
      expect(incident.timeline.filter(({ text }) => text.length > 1_900).length).toBeGreaterThan(5);
      const said = incident.pending.findLast(({ transition }) => transition === 'updated');
      expect(said?.text?.length).toBeGreaterThan(1_900);
      expect(Buffer.byteLength(JSON.stringify(incident))).toBeLessThan(380 * 1_024);
    },
  );

  it('drops what was sent before what people did, of the timeline of a long incident', () => {
    const anna: Actor = { name: 'Anna', via: 'cli' };
    let incident = opened();
    for (let hour = 1; hour <= 200; hour += 1) {
      const now = NOON + hour * HOUR;
      if (hour === 30) {
        const outcome = act(incident, { kind: 'note', text: 'called Clay' }, anna, { policy, now });
        if (outcome.kind === 'done') incident = outcome.incident;
      }
      incident = allDelivered(tick(incident, policy, now), now);
    }
    const kinds = incident.timeline.map(({ kind }) => kind);
    expect(kinds).toHaveLength(LIMITS.timeline);
    expect(kinds).toContain('note');
    expect(kinds.filter((kind) => kind === 'escalated')).toHaveLength(8);
  });

  it('remembers how things stand, however many updates people write', () => {
    let incident = allDelivered(opened(), NOON);
    for (let round = 1; round <= 60; round += 1) {
      const outcome = act(
        incident,
        { kind: 'update', text: `${round}`, audience: 'stakeholders' },
        actor('Anna'),
        {
          policy,
          now: NOON + round,
        },
      );
      if (outcome.kind === 'done') incident = allDelivered(outcome.incident, NOON + round);
    }
    expect(incident.deliveries).toHaveLength(LIMITS.deliveries);
    expect(believed(incident)).toEqual({ open: true, severity: 'P1' });
    expect(resolved(incident, NOON + HOUR).pending.map(({ transition }) => transition)).toEqual(['resolved']);
  });

  it('keeps the first and the newest of what is owed, and how the timeline began', () => {
    const incident = worst('x');
    expect(incident.timeline[0]?.kind).toBe('triggered');
    expect(incident.timeline.at(-1)?.at).toBe(incident.updatedAt);
    expect(incident.pending.at(-1)?.transition).toBe('resolved');
  });
});
