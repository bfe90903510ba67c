import { poolOf } from '../../local/clay/core/options.ts';
import { startClay } from '../../local/clay/server/server.ts';
import { ROWS_PER_SECOND } from './plan.ts';

/** A simulated Clay in a process of its own, whose workspace may send faster: otherwise all of it takes ten times as long. */
const { urls } = await startClay({
  port: 0,
  options: {
    ...poolOf(
      ['leads-1', 'leads-2', 'leads-3'].map((id, index) => ({
        id,
        table: id,
        startCount: index === 0 ? 44_500 : 0,
      })),
    ),
    intakePerSecond: ROWS_PER_SECOND,
    intakeBurst: 2 * ROWS_PER_SECOND,
    // Long enough that a kill meets rows on their way.
    latencyMs: 30,
  },
});
console.log(JSON.stringify({ url: urls.base }));
