import { afterEach, expect, it, vi } from 'vitest';
import { createFunctionHost, type FunctionHost } from '../../local/function-host.ts';

let host: FunctionHost | undefined;
afterEach(async () => {
  await host?.stop();
  vi.restoreAllMocks();
});

it('a function that runs here logs what it logs on Lambda, to the file and not to the terminal', async () => {
  const written: string[] = [];
  const terminal = [process.stdout, process.stderr].map((stream) =>
    vi.spyOn(stream, 'write').mockImplementation(() => true),
  );
  host = createFunctionHost({
    functions: [
      {
        name: 'watch',
        functionName: 'acme-watch',
        module: new URL('../../functions/watch/handler.ts', import.meta.url),
        env: {},
        timeoutMs: 60_000,
      },
    ],
    onLog: (text) => written.push(text),
  });
  await expect(host.invoke('watch', { no: 'slot' })).rejects.toThrow(/not one of this function's/);
  await expect.poll(() => written.join(''), { timeout: 5_000 }).toMatch(/\n$/);
  const lines = written.join('').trimEnd().split('\n');
  expect(lines.map((line) => JSON.parse(line))).toMatchObject([
    {
      level: 'ERROR',
      message: 'failed',
      installation: 'acme',
      function: 'watch',
      cold_start: true,
      function_request_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      error_code: 'event.invalid',
    },
  ]);
  const shown = terminal.flatMap(({ mock }) => mock.calls.map(([text]) => String(text)));
  expect(shown.join('')).not.toContain('event.invalid');
}, 60_000);
