import { afterEach, describe, expect, it } from 'vitest';
import { createFunctionHost, type FunctionHost } from '../../local/function-host.ts';

const hosts: FunctionHost[] = [];
afterEach(async () => {
  await Promise.all(hosts.splice(0).map((host) => host.stop()));
});

const host = (timeoutMs = 20_000) => {
  const log: string[] = [];
  const created = createFunctionHost({
    functionName: 'echo',
    module: new URL('./fixtures/echo.ts', import.meta.url),
    env: { TABLE_NAME: 'a-table' },
    timeoutMs,
    onLog: (text) => log.push(text),
  });
  hosts.push(created);
  return { invoke: created.invoke, stop: created.stop, log };
};

describe('a locally hosted function', () => {
  it('gets its event and context, sees its own environment only, and stays warm', async () => {
    const { invoke, log } = host();
    const event = { slot: '2026-11-21T17:24:00Z' };
    expect(await invoke(event)).toEqual({
      invocations: 1,
      event,
      functionName: 'echo',
      hasTimeLeft: true,
      environment: { TABLE_NAME: 'a-table' },
    });
    expect(await invoke(event)).toMatchObject({ invocations: 2 });
    await expect.poll(() => log.join('')).toBe('invocation 1\ninvocation 2\n');
  });

  it('hands on what the function throws, and serves the next event', async () => {
    const { invoke } = host();
    await expect(invoke({ do: 'throw' })).rejects.toMatchObject({
      name: 'RangeError',
      message: 'asked to throw',
    });
    expect(await invoke({})).toMatchObject({ invocations: 2 });
  });

  it('is cut off at its timeout and starts anew', async () => {
    const { invoke } = host(1_500);
    await expect(invoke({ do: 'hang' })).rejects.toThrow('echo timed out after 1500 ms');
    expect(await invoke({})).toMatchObject({ invocations: 1 });
  });

  it('fails the invocation under way when it dies, and starts anew', async () => {
    const { invoke } = host();
    await expect(invoke({ do: 'die' })).rejects.toThrow('echo exited with code 3');
    expect(await invoke({})).toMatchObject({ invocations: 1 });
  });

  it('fails the invocation under way when it is stopped', async () => {
    const { invoke, stop } = host();
    const hanging = expect(invoke({ do: 'hang' })).rejects.toThrow('echo was stopped');
    await stop();
    await hanging;
  });
});
