import { setTimeout as sleep } from 'node:timers/promises';
import type { Context } from 'aws-lambda';
import { describe, expect, it } from 'vitest';
import { logged } from '../../functions/log.ts';
import { ownRowIds, rowBuckets } from '../../functions/row-log.ts';
import { systemClock } from '../../shared/clock.ts';
import { issueRowIds } from '../../shared/rows/row-id.ts';
import { capturedLog } from './captured-log.ts';

const contextOf = (awsRequestId: string, functionName = 'acme-leads-watch'): Context =>
  ({ functionName, awsRequestId }) as Context;

describe('a line of the log', () => {
  it('says of which installation, function and invocation it is, and whether that was the first', async () => {
    const { log, lines } = capturedLog('watch');
    const handle = logged(log, async (event: string) => log.info('finished', { event }));
    await handle('one', contextOf('request-1'));
    await handle('two', contextOf('request-2'));
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([
      {
        level: 'INFO',
        message: 'finished',
        timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
        service: 'claywatch',
        installation: 'acme-leads',
        function: 'watch',
        cold_start: true,
        function_request_id: 'request-1',
        event: 'one',
      },
      { cold_start: false, function_request_id: 'request-2', event: 'two' },
    ]);
  });

  it('belongs to its own invocation when several run at once', async () => {
    const { log, lines } = capturedLog('relay');
    const handle = logged(log, async (event: { readonly id: string; readonly turns: number }) => {
      for (let turn = 0; turn < event.turns; turn += 1) await sleep(0);
      log.info('done', { of: event.id });
    });
    await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        handle({ id: `request-${index}`, turns: 20 - index }, contextOf(`request-${index}`)),
      ),
    );
    const documents = lines.map((line) => JSON.parse(line));
    expect(documents).toHaveLength(20);
    for (const { of, function_request_id } of documents) expect(function_request_id).toBe(of);
  });

  it('is written outside of an invocation too', () => {
    const { log, lines } = capturedLog('watch');
    log.warn('throttled');
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ level: 'WARN', function: 'watch' });
  });

  it('leaves out what would double its price: where the function is, and how large', () => {
    const { log, lines } = capturedLog('relay');
    const handle = logged(log, () => log.info('rows taken', { feed: 'leads' }));
    handle(undefined, contextOf('c6af9ac6-7b61-11e6-9a41-93e8deadbeef', 'claywatch-relay'));
    expect(lines[0]).not.toMatch(/arn:|memory|function_name/);
    expect(JSON.stringify(JSON.parse(lines[0] ?? '')).length).toBeLessThan(300);
  });

  it('of level debug is not gathered unless somebody wants it', () => {
    const quiet = capturedLog('callback');
    quiet.log.debug('callbacks taken');
    expect([quiet.log.isDebugging(), quiet.lines]).toEqual([false, []]);
    const loud = capturedLog('callback', 'DEBUG');
    loud.log.debug('callbacks taken');
    expect([loud.log.isDebugging(), loud.lines.length]).toEqual([true, 1]);
  });
});

describe('rows in the log', () => {
  it('are named by the beginning that twenty of them share', () => {
    const ids = issueRowIds(45, systemClock);
    const buckets = rowBuckets(ids);
    expect(buckets).toHaveLength(3);
    for (const id of ids) expect(buckets).toContain(id.slice(0, 19));
  });

  it('are not named when their ids are not of our making', () => {
    const foreign = ['jane@example.com', 'cw-1', '', 'cw1ng3mxg1jhfvwts6f0mm'];
    expect(rowBuckets(foreign)).toEqual([]);
    const [own = ''] = issueRowIds(1, systemClock);
    expect(ownRowIds([...foreign, own])).toEqual([own]);
  });
});
