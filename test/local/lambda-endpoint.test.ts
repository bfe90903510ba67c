import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LOCAL_AWS } from '../../local/aws.ts';
import { type LambdaEndpoint, startLambdaEndpoint } from '../../local/lambda-endpoint.ts';

let lambda: LambdaEndpoint;
let client: LambdaClient;
let started: unknown[];

beforeEach(async () => {
  started = [];
  lambda = await startLambdaEndpoint({
    forward: {
      start: (event) => void started.push(event),
      invoke: async (event) => {
        if ((event as { fail?: boolean }).fail) throw new RangeError('asked to fail');
        return { got: event };
      },
    },
  });
  client = new LambdaClient({ ...LOCAL_AWS, endpoint: lambda.endpoint, maxAttempts: 1 });
});
afterEach(async () => {
  client.destroy();
  await lambda.stop();
});

const invoke = (FunctionName: string, InvocationType: 'Event' | 'RequestResponse', payload?: unknown) =>
  client.send(
    new InvokeCommand({
      FunctionName,
      InvocationType,
      ...(payload === undefined ? {} : { Payload: Buffer.from(JSON.stringify(payload)) }),
    }),
  );

describe("Lambda's API on this machine", () => {
  it('starts a function for an event, and answers 202 at once', async () => {
    const { StatusCode } = await invoke('forward', 'Event', { why: 'a row' });
    expect(StatusCode).toBe(202);
    expect(started).toEqual([{ why: 'a row' }]);
    await invoke('arn:aws:lambda:us-east-1:000000000000:function:forward', 'Event');
    expect(started).toEqual([{ why: 'a row' }, {}]);
  });

  it('answers with what the function returned or threw to whoever waits for it', async () => {
    const fine = await invoke('forward', 'RequestResponse', { a: 1 });
    expect(JSON.parse(Buffer.from(fine.Payload ?? []).toString())).toEqual({ got: { a: 1 } });
    expect(fine.FunctionError).toBeUndefined();
    const failed = await invoke('forward', 'RequestResponse', { fail: true });
    expect(failed.FunctionError).toBe('Unhandled');
    expect(JSON.parse(Buffer.from(failed.Payload ?? []).toString())).toEqual({
      errorType: 'RangeError',
      errorMessage: 'asked to fail',
    });
  });

  it('knows no other function, and takes nothing but JSON', async () => {
    await expect(invoke('watch', 'Event')).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
    await expect(invoke('toString', 'Event')).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
    const path = '/2015-03-31/functions/forward/invocations';
    const init = { method: 'POST', headers: { 'x-amz-invocation-type': 'Event' } };
    expect((await fetch(`${lambda.endpoint}${path}`, { ...init, body: '{' })).status).toBe(400);
    expect((await fetch(`${lambda.endpoint}${path}`)).status).toBe(404);
    expect((await fetch(`${lambda.endpoint}/`, init)).status).toBe(404);
    expect(started).toEqual([]);
  });
});
