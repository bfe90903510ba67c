import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { auditOf } from '../../shared/report/audit.ts';
import { creditSeriesOf } from '../../shared/report/credit-series.ts';
import { feedSeriesOf } from '../../shared/report/feed-series.ts';
import { overviewOf } from '../../shared/report/overview.ts';
import { overviewResponse } from '../../shared/report/overview-shape.ts';
import { preflightOf } from '../../shared/report/preflight.ts';
import { rangeOf } from '../../shared/report/range.ts';
import { relayOf } from '../../shared/report/relay.ts';
import { relayResponse } from '../../shared/report/relay-shape.ts';
import { replaysOf } from '../../shared/report/replays.ts';
import { creditSeriesResponse, feedSeriesResponse } from '../../shared/report/series-shape.ts';
import {
  auditResponse,
  preflightResponse,
  replaysResponse,
  silencesResponse,
} from '../../shared/report/setup-shape.ts';
import { silencesOf } from '../../shared/report/silences.ts';
import { usageDocument } from '../../shared/usage/document.ts';
import { usageResponse } from '../../shared/usage/document-shape.ts';
import { busyCredits } from '../usage/sample.ts';
import {
  CONFIG,
  controlOf,
  incident,
  LEAKS,
  NOW,
  overviewData,
  proof,
  relayFacts,
  replayJob,
  silence,
  snapshotOf,
} from './arbitraries.ts';

const RUNS = { numRuns: 60 };
const CREDITS = busyCredits();

/** As it goes over the wire: what JSON drops or changes must not be needed. */
const onTheWire = (answer: unknown): unknown => {
  const text = JSON.stringify(answer);
  expect(text).not.toMatch(LEAKS);
  return JSON.parse(text);
};

const asked = fc.oneof(
  fc.record({ hours: fc.integer({ min: 1, max: 24 }) }),
  fc.record({ days: fc.integer({ min: 1, max: 35 }) }),
);

describe('whatever was sent to us, an answer has its shape and shows no secret', () => {
  it('overview', { timeout: 60_000 }, () => {
    fc.assert(
      fc.property(overviewData, (data) => {
        const answer = overviewOf(CONFIG, data, NOW);
        overviewResponse.parse(onTheWire(answer));
        for (const { sentence } of [answer, ...answer.feeds]) {
          expect(sentence).toMatch(/^[A-Z].*\.$/);
          expect(sentence.length).toBeLessThan(1_500);
        }
      }),
      RUNS,
    );
  });

  it('usage', { timeout: 60_000 }, () => {
    const source = { store: { kind: 'table', name: 'claywatch' }, config: null } as const;
    fc.assert(
      fc.property(overviewData, ({ usage }) => {
        usageResponse.parse(onTheWire(usageDocument(usage, source, { version: '0.1.0' })));
      }),
      RUNS,
    );
  });

  it('series of a feed', () => {
    fc.assert(
      fc.property(fc.option(snapshotOf('leads')), asked, (snapshot, range) => {
        const answer = feedSeriesOf('leads', snapshot, rangeOf(range, NOW), CONFIG);
        const { points, from } = feedSeriesResponse.parse(onTheWire(answer));
        expect(points.length).toBeLessThanOrEqual('hours' in range ? 289 : 841);
        expect(points.map(({ at }) => at)).toEqual([...new Set(points.map(({ at }) => at))].toSorted());
        expect(points.every(({ at }) => at >= from)).toBe(true);
      }),
      RUNS,
    );
  });

  it('series of credits', () => {
    fc.assert(
      fc.property(asked, fc.integer({ min: 0, max: 3 * 86_400_000 }), (range, later) => {
        const answer = creditSeriesOf(CREDITS, rangeOf(range, NOW + later));
        creditSeriesResponse.parse(onTheWire(answer));
      }),
      RUNS,
    );
  });

  it('relay', () => {
    fc.assert(
      fc.property(relayFacts, fc.array(incident, { maxLength: 4 }), (facts, incidents) => {
        relayResponse.parse(onTheWire(relayOf(CONFIG, facts, incidents, NOW)));
      }),
      RUNS,
    );
  });

  it('audit trail', () => {
    const data = fc.record({
      incidents: fc.array(incident, { maxLength: 4 }),
      controls: fc.array(controlOf('leads'), { maxLength: 2 }),
      silences: fc.array(silence, { maxLength: 3 }),
      replays: fc.array(replayJob, { maxLength: 3 }),
      rotations: fc.constant([]),
      completeFrom: fc.constant(0),
      hasOlder: fc.boolean(),
    });
    fc.assert(
      fc.property(data, fc.integer({ min: 1, max: 20 }), (given, limit) => {
        const answer = auditOf(given, { limit, before: Number.MAX_SAFE_INTEGER }, NOW);
        const { entries } = auditResponse.parse(onTheWire(answer));
        const times = entries.map(({ at }) => at);
        expect(times).toEqual(times.toSorted().reverse());
      }),
      RUNS,
    );
  });

  it('silences and replays', () => {
    fc.assert(
      fc.property(fc.array(silence), fc.array(replayJob), (silences, jobs) => {
        silencesResponse.parse(onTheWire(silencesOf(silences, NOW)));
        replaysResponse.parse(onTheWire(replaysOf(jobs, NOW)));
      }),
      RUNS,
    );
  });

  it('preflight', { timeout: 60_000 }, () => {
    const proofs = fc.array(proof, { maxLength: 4 });
    fc.assert(
      fc.property(overviewData, proofs, proofs, (data, undelivered, lately) => {
        const answer = preflightOf(CONFIG, { ...data, undelivered, proofs: lately }, NOW);
        const { checks } = preflightResponse.parse(onTheWire(answer));
        for (const { result, fix } of checks) if (result === 'not-ready') expect(fix).not.toBe('');
      }),
      RUNS,
    );
  });
});
