import { afterEach, describe, expect, it } from 'vitest';
import { createFunctionHost, type FunctionHost } from '../../local/function-host.ts';

const hosts: FunctionHost[] = [];
afterEach(async () => {
  await Promise.all(hosts.splice(0).map((host) => host.stop()));
});

const module = new URL('./fixtures/echo.ts', import.meta.url);

const host = (timeoutMs = 20_000) => {
  const log: string[] = [];
  const created = createFunctionHost({
    functions: [
      { name: 'echo', module, env: { TABLE_NAME: 'a-table' }, timeoutMs },
      {
        name: 'other',
        module: new URL('./fixtures/echo.ts?other', import.meta.url),
        env: { TABLE_NAME: 'another', QUEUE: 'a-queue' },
        timeoutMs: 20_000,
      },
    ],
    onLog: (text) => log.push(text),
  });
  hosts.push(created);
  return {
    invoke: (event: unknown) => created.invoke('echo', event),
    other: (event: unknown) => created.invoke('other', event),
    windDown: created.windDown,
    stop: created.stop,
    log,
  };
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

  it('is refused under a name that nobody has', async () => {
    const { stop } = host();
    await expect(hosts.at(-1)?.invoke('nobody', {})).rejects.toThrow('no function nobody');
    await stop();
  });
});

describe('functions that share a worker', () => {
  it('see their own environments, also while both run and long after they waited', async () => {
    const { invoke, other } = host();
    const [first, second] = await Promise.all([invoke({ do: 'wait' }), other({ do: 'wait' })]);
    expect(first).toMatchObject({ functionName: 'echo', environment: { TABLE_NAME: 'a-table' } });
    expect((first as { environment: object }).environment).not.toHaveProperty('QUEUE');
    expect(second).toMatchObject({
      functionName: 'other',
      environment: { TABLE_NAME: 'another', QUEUE: 'a-queue' },
    });
  });

  it('finish what is under way when one of them hangs; the next event meets a new worker', async () => {
    const { invoke, other } = host(1_500);
    expect(await other({})).toMatchObject({ invocations: 1 });
    const hanging = expect(invoke({ do: 'hang' })).rejects.toThrow('echo timed out');
    const waiting = other({ do: 'wait', ms: 2_500 });
    await hanging;
    expect(await other({})).toMatchObject({ invocations: 1 });
    expect(await waiting).toMatchObject({ invocations: 2 });
  });

  it('hear that little time is left to them when all is winding down', async () => {
    const { invoke, windDown } = host();
    await invoke({});
    const waiting = [invoke({ do: 'wait-for-the-end' }), invoke({ do: 'wait-for-sigterm' })];
    await invoke({});
    windDown(1_000);
    expect(await Promise.all(waiting)).toMatchObject([{ functionName: 'echo' }, { functionName: 'echo' }]);
  });
});
