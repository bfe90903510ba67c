import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { only, type Reply, rig, START } from '../scripted-http.ts';

/** Looks at Clay's web page with one reply per attempt, the last one for all that follow. */
const look = (replies: readonly Reply[], options: { confirm?: boolean; observe?: object } = {}) => {
  const made = rig(
    { observe: options.observe ?? {} },
    (_request, count) => replies[Math.min(count, replies.length) - 1] ?? {},
    { confirm: options.confirm ?? true },
  );
  return { ...made, seen: only(made.run('clay.web')) };
};
const UP: Reply = { afterMs: 100 };
const DOWN: Reply = { afterMs: 100, status: 503 };
const RESET: Reply = { afterMs: 50, failure: 'connection-reset' };
const HANG: Reply = { afterMs: 60_000 };

describe('looking again', () => {
  it('does not happen after a good look', async () => {
    const { seen, requests } = look([UP]);
    expect(await seen).toMatchObject({
      finding: 'up',
      attempts: 1,
      confirmed: true,
      at: START,
      durationMs: 100,
    });
    expect(requests).toHaveLength(1);
  });

  it('does not happen after a look that could not see', async () => {
    const { seen, requests } = look([{ status: 403, headers: { 'cf-mitigated': 'challenge' } }]);
    expect(await seen).toMatchObject({ finding: 'blocked', outcome: 'unknown', attempts: 1 });
    expect(requests).toHaveLength(1);
  });

  it('happens 2 s and 5 s after the end of the first failure, and confirms it', async () => {
    const { seen, requests } = look([RESET, DOWN]);
    expect(await seen).toMatchObject({
      finding: 'server-error',
      attempts: 3,
      confirmed: true,
      durationMs: 5_150,
    });
    expect(requests.map(({ at }) => at - START)).toEqual([0, 2_050, 5_050]);
  });

  it('ends with the first attempt that does not fail, which is what was seen', async () => {
    const { seen, requests } = look([DOWN, UP]);
    expect(await seen).toMatchObject({
      finding: 'up',
      outcome: 'ok',
      attempts: 2,
      confirmed: true,
      facts: { firstFailure: 'server-error' },
    });
    expect(requests).toHaveLength(2);
  });

  it('ends with an attempt that could not see', async () => {
    const { seen } = look([DOWN, { status: 404 }]);
    expect(await seen).toMatchObject({ finding: 'unexpected-answer', attempts: 2 });
  });

  it('takes no more than 13 s by default when everything hangs', async () => {
    const { seen, requests } = look([HANG]);
    expect(await seen).toMatchObject({
      finding: 'timed-out',
      attempts: 3,
      confirmed: true,
      durationMs: 13_000,
    });
    expect(requests.map(({ at }) => at - START)).toEqual([0, 7_000, 10_000]);
  });

  it('is not done without confirmation, and the failure counts as unconfirmed', async () => {
    const { seen, requests } = look([DOWN], { confirm: false });
    expect(await seen).toMatchObject({ finding: 'server-error', attempts: 1, confirmed: false });
    expect(requests).toHaveLength(1);
  });

  it('leaves a single failure unconfirmed when no times are configured', async () => {
    const { seen } = look([DOWN], { observe: { confirmAfterMs: [] } });
    expect(await seen).toMatchObject({ attempts: 1, confirmed: false });
  });

  it('takes the configured times in order, once each', async () => {
    const { seen, requests } = look([RESET], { observe: { confirmAfterMs: [4_000, 1_000, 4_000] } });
    expect(await seen).toMatchObject({ attempts: 3 });
    expect(requests.map(({ at }) => at - START)).toEqual([0, 1_050, 4_050]);
  });

  it('hands over the failure it saw when it is stopped while waiting', async () => {
    const controller = new AbortController();
    const { clock, start } = rig({}, () => DOWN);
    const running = start('clay.web', controller.signal);
    await clock.advance(1_000);
    controller.abort(new Error('deadline'));
    expect(await only(running)).toMatchObject({ finding: 'server-error', attempts: 1, confirmed: false });
    expect(clock.pending()).toBe(0);
  });

  it('rejects when it is stopped before it saw anything', async () => {
    const controller = new AbortController();
    const made = rig({}, () => HANG);
    const running = made.start('clay.web', controller.signal);
    await made.clock.advance(100);
    controller.abort(new Error('deadline'));
    await expect(running).rejects.toThrow('deadline');
  });

  it('never waits longer than planned when the clock jumps back by an hour', async () => {
    const made = rig({}, (_request, count) => {
      if (count === 2) made.clock.jump(-3_600_000);
      return RESET;
    });
    const seen = await only(made.run('clay.web'));
    expect(made.requests).toHaveLength(3);
    expect(seen.durationMs).toBeGreaterThanOrEqual(0);
    expect(made.clock.now() - START).toBe(5_150 - 3_600_000);
  });
});

describe('a slow answer', () => {
  it('is a failure of its own, with how long it took', async () => {
    const { seen } = look([{ afterMs: 4_000 }, { afterMs: 2_000 }]);
    expect(await seen).toMatchObject({ finding: 'up', facts: { firstFailure: 'slow' } });
  });

  it('is not made an outage by attempts that had less time than it', async () => {
    const { seen } = look([{ afterMs: 4_000 }]);
    const { finding, confirmed, attempts, summary } = await seen;
    expect({ finding, confirmed, attempts }).toEqual({ finding: 'slow', confirmed: true, attempts: 3 });
    expect(summary).toContain('4000 ms');
  });

  it('becomes an outage when the further attempts fail in another way', async () => {
    const { seen } = look([{ afterMs: 4_000 }, DOWN]);
    expect(await seen).toMatchObject({ finding: 'server-error', confirmed: true });
  });

  it('is not what one lost packet makes of an endpoint that may take longer than the further attempts last', async () => {
    const patient = { timeoutMs: 10_000, slowAfterMs: 8_000 };
    const { seen } = look([RESET, { afterMs: 4_000 }], { observe: patient });
    expect(await seen).toMatchObject({ finding: 'connection-reset', attempts: 1, confirmed: false });
    const hanging = look([HANG], { observe: patient });
    expect(await hanging.seen).toMatchObject({ finding: 'timed-out', attempts: 3, confirmed: true });
  });
});

describe('whatever the network does', () => {
  const reply = fc.record(
    {
      afterMs: fc.integer({ min: 0, max: 20_000 }),
      status: fc.integer({ min: 100, max: 599 }),
      failure: fc.constantFrom('dns-failed', 'connection-refused', 'connection-reset', 'tls-failed'),
    },
    { requiredKeys: ['afterMs'] },
  ) as fc.Arbitrary<Reply>;

  it('a look ends in time, asks at most three times, and leaves no timer behind', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(reply, { minLength: 1, maxLength: 4 }),
        fc.boolean(),
        async (replies, confirm) => {
          const { seen, requests, clock } = look(replies, { confirm });
          const { outcome, attempts, confirmed, durationMs } = await seen;
          expect(durationMs).toBeLessThanOrEqual(confirm ? 13_000 : 5_000);
          expect(requests.length).toBeLessThanOrEqual(confirm ? 3 : 1);
          expect(attempts).toBeLessThanOrEqual(requests.length);
          if (outcome !== 'failing') expect(confirmed).toBe(true);
          if (outcome === 'failing' && !confirm) expect(confirmed).toBe(false);
          expect(clock.pending()).toBe(0);
        },
      ),
      { numRuns: 60 },
    );
  });
});
