import middy from '@middy/core';
import type { Context } from 'aws-lambda';
import { describe, expect, it } from 'vitest';
import { logOutcome, parseEvent } from '../../functions/edge.ts';
import { logged } from '../../functions/log.ts';
import { type WatchEvent, watchEvent } from '../../functions/watch/event.ts';
import { ClaywatchError } from '../../shared/errors.ts';
import { capturedLog } from './captured-log.ts';

const context = { functionName: 'acme-watch', awsRequestId: 'request-1' } as Context;

/** A handler behind the edge, and everything that it logged. */
const behindEdge = (
  handle: (event: WatchEvent) => Promise<{ readonly done: number; readonly row: string }>,
) => {
  const { log: logger, lines } = capturedLog('watch');
  const handler = logged(
    logger,
    middy(handle)
      .use(logOutcome(logger, ({ done }: { readonly done: number }) => ({ done })))
      .use(parseEvent(watchEvent)),
  );
  return {
    invoke: (event: unknown) => handler(event as WatchEvent, context),
    log: () => lines.map((line) => JSON.parse(line)),
    text: () => lines.join('\n'),
  };
};

describe('the event of the schedule', () => {
  it.each([
    ['2026-11-21T17:24:00Z', Date.UTC(2026, 10, 21, 17, 24)],
    ['2026-11-21T17:24:37Z', Date.UTC(2026, 10, 21, 17, 24, 37)],
    ['2026-11-21T17:24:37.912Z', Date.UTC(2026, 10, 21, 17, 24, 37)],
    ['2026-11-21T18:24:00+01:00', Date.UTC(2026, 10, 21, 17, 24)],
  ])('gives the slot %s, in whole seconds', async (slot, expected) => {
    let seen: unknown;
    const { invoke } = behindEdge(async (event) => {
      seen = event;
      return { done: 1, row: '' };
    });
    await invoke({ slot });
    expect(seen).toEqual({ slot: expected });
  });

  it.each([
    [undefined],
    [null],
    [{}],
    ['2026-11-21T17:24:00Z'],
    [{ slot: '' }],
    [{ slot: null }],
    [{ slot: 1_795_281_840_000 }],
    [{ slot: '<aws.scheduler.scheduled-time>' }],
    [{ slot: '2026-11-21' }],
    [{ slot: '2026-11-21T17:24:00' }],
    [{ slot: '2026-13-40T17:24:00Z' }],
    [{ time: '2026-11-21T17:24:00Z', source: 'aws.events', detail: { secret: 'fake-row-data' } }],
  ])('is refused when it is %j, and nothing of it is shown', async (event) => {
    const { invoke, log, text } = behindEdge(async () => ({ done: 1, row: '' }));
    await expect(invoke(event)).rejects.toMatchObject({ code: 'event.invalid' });
    expect(log()).toMatchObject([{ level: 'ERROR', message: 'failed', error_code: 'event.invalid' }]);
    expect(text()).not.toMatch(/fake-row-data|scheduled-time>/);
  });
});

describe('the log of an invocation', () => {
  const event = { slot: '2026-11-21T17:24:00Z' };

  it('is one line, with what was picked of the answer and nothing else', async () => {
    const { invoke, log, text } = behindEdge(async () => ({ done: 3, row: 'fake-row-data' }));
    expect(await invoke(event)).toEqual({ done: 3, row: 'fake-row-data' });
    expect(log()).toMatchObject([
      { level: 'INFO', message: 'finished', done: 3, function_request_id: 'request-1' },
    ]);
    expect(text()).not.toContain('fake-row-data');
  });

  it('says of a fault that a person can act on what to do, and fails the invocation with it', async () => {
    const fault = new ClaywatchError('secret.not-found', 'The secret env:X does not exist.', 'Set X.');
    const { invoke, log } = behindEdge(async () => Promise.reject(fault));
    await expect(invoke(event)).rejects.toBe(fault);
    expect(log()).toMatchObject([
      {
        error_code: 'secret.not-found',
        error_message: 'The secret env:X does not exist.',
        remedy: 'Set X.',
      },
    ]);
  });

  it('takes webhook addresses, keys and tokens out of any other fault, which the dead-letter queue shows too', async () => {
    const webhook =
      'https://api.clay.com/v3/sources/webhook/pull-in-data-from-a-webhook-00000000-1111-2222-3333-444444444444';
    const fault = new TypeError(`POST ${webhook} with Bearer fake0token1fake2token3 failed`, {
      cause: new Error(webhook),
    });
    const { invoke, text } = behindEdge(async () => Promise.reject(fault));
    const thrown = await invoke(event).catch((error) => error);
    expect(thrown).toMatchObject({ name: 'TypeError' });
    expect(thrown.cause).toBeUndefined();
    for (const shown of [thrown.message, thrown.stack, text()]) {
      expect(shown).not.toMatch(/sources\/webhook|00000000-1111|fake0token1/);
      expect(shown).toContain('failed');
    }
    expect(thrown.stack).toMatch(/edge\.test\.ts/);
  });

  it('survives something thrown that is no error', async () => {
    const { invoke, log } = behindEdge(async () => Promise.reject('broken'));
    await expect(invoke(event)).rejects.toThrow('broken');
    expect(log()).toMatchObject([{ error_name: 'Error', error_message: 'broken' }]);
  });
});
