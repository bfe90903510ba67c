import { describe, expect, it } from 'vitest';
import { functionsOf } from '../../../functions/manifest.ts';
import { handler, replay } from '../../../functions/replay/handler.ts';
import { parseConfig } from '../../../shared/config/parse.ts';
import { planReplay } from '../../../shared/replay/plan.ts';
import { jobOf, storeReplay } from '../../../shared/replay/run.ts';
import { createReplayWorld, FEED, HOUR } from '../../replay/replay-world.ts';

const context = (ms: number) => ({ getRemainingTimeInMillis: () => ms });
const { signal } = new AbortController();

describe('the function of replays', () => {
  it.each([
    null,
    {},
    { job: 'rpl-20261103-0a1b2c3d' },
    { job: 'rpl-x', after: 1 },
    { job: 'rpl-20261103-0a1b2c3d', after: 0 },
    { job: '../x', after: 1 },
  ])('takes no event of another shape: %j', async (event) => {
    await expect(handler(event as never, context(60_000) as never)).rejects.toMatchObject({
      code: 'event.invalid',
    });
  });

  it('stops a minute before its time is up, and hands over', async () => {
    const world = createReplayWorld();
    await world.accepted(40);
    await world.clock.advance(2 * HOUR);
    const request = { feed: FEED, source: 'uncalled' as const, from: 0, to: world.clock.now() };
    const plan = await planReplay(world.config, request, world.ports);
    const { id } = await storeReplay(jobOf(plan, 'Ada', world.ports), world.ports);
    const calls: unknown[] = [];
    const starter = { start: async (call: unknown) => void calls.push(call) };
    const deps = { config: world.config, ports: { ...world.ports, starter } };
    const late = await replay(deps, { job: id, after: 1 }, context(59_000), signal);
    expect(late).toMatchObject({ kind: 'yielded', job: { status: 'running', queued: 0 } });
    expect(calls).toEqual([{ job: id, after: late.job?.version }]);
    const next = await replay(deps, { job: id, after: late.job?.version ?? 0 }, context(900_000), signal);
    expect(next).toMatchObject({ kind: 'done', job: { queued: 40 } });
  });

  it('has as much time as Lambda gives, and may call itself and send no row to Clay', () => {
    const { replay: description } = functionsOf(parseConfig({}, 'test'));
    expect(description.timeoutSeconds).toBe(900);
    expect(description.trigger).toEqual({ kind: 'call' });
    expect(description.grants).toContain('wake-replay');
    expect(description.grants).not.toContain('webhook-secrets');
  });
});
