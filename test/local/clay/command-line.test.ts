import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import type { Said } from '../../../local/clay/cli/exit.ts';
import { obey as obeyInColour } from '../../../local/clay/cli/prompt.ts';
import { postRows, showFaults, showState, switchFault } from '../../../local/clay/cli/remote.ts';
import { poolEntry } from '../../../local/clay/cli/settings.ts';
import type { Clay } from '../../../local/clay/core/clay.ts';
import { startClay } from '../../../local/clay/server/server.ts';
import { simulated } from './support.ts';

const MAIN = fileURLToPath(new URL('../../../local/clay/main.ts', import.meta.url));
const ENVIRONMENT = { PATH: process.env.PATH, NO_COLOR: '1' };

/** Whether there is colour depends on the environment of the tests. */
const plain = async (said: Promise<Said>): Promise<Said> => {
  const { text, code } = await said;
  return { text: stripVTControlCharacters(text), code };
};
const obey = (clay: Clay, line: string): string => stripVTControlCharacters(obeyInColour(clay, line));

const call = (...words: string[]): Promise<{ code: number; out: string; err: string }> =>
  new Promise((resolve) => {
    execFile(process.execPath, [MAIN, ...words], { env: ENVIRONMENT }, (error, out, err) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, out, err });
    });
  });

describe('a webhook on the command line', () => {
  it('has a name, a table, and what it has taken so far', () => {
    expect(poolEntry('leads-1:leads:44900', [])).toEqual({
      id: 'leads-1',
      table: 'leads',
      startCount: 44_900,
    });
    expect(poolEntry('leads-2:more', [])).toMatchObject({ startCount: 0 });
    for (const wrong of ['leads', 'leads-1:leads:many', ':leads', 'Leads:leads', 'a:b:c:d'])
      expect(() => poolEntry(wrong, [])).toThrow('ID:TABLE');
    expect(() => poolEntry('a:b', [{ id: 'a', table: 'c', startCount: 0 }])).toThrow('a webhook a already');
  });
});

describe('the commands that reach a running simulation', () => {
  it('switch faults, show them, and send rows', async () => {
    const { clay, urls, close } = await startClay({ port: 0 });
    const port = Number(new URL(urls.base).port);
    expect(await plain(switchFault(port, 'api-slow', ['on', 'delayMs=8000', 'surface=me']))).toEqual({
      code: 0,
      text: 'on   api-slow  delayMs=8000 surface=me',
    });
    expect(clay.faults.active()).toMatchObject([
      { name: 'api-slow', params: { delayMs: 8_000, surface: 'me' } },
    ]);
    expect((await plain(showFaults(port, undefined))).text).toMatch(
      /^On\n {2}api-slow {2}delayMs=8000 surface=me\n\nOff\n/,
    );
    expect(await plain(switchFault(port, 'outge', ['on']))).toEqual({
      code: 64,
      text: 'There is no fault "outge". Did you mean outage?',
    });
    expect(await plain(switchFault(port, 'outage', ['on', 'status=200']))).toEqual({
      code: 64,
      text: 'status: must be a number from 500 to 599',
    });
    expect(await plain(switchFault(port, 'outage', ['perhaps']))).toMatchObject({ code: 64 });
    expect((await plain(switchFault(port, 'api-slow', []))).text).toBe('off  api-slow');
    expect(clay.faults.active()).toEqual([]);
    expect(JSON.parse((await plain(showState(port, true))).text)).toMatchObject({ faults: [] });
    expect((await plain(postRows(port, 3, undefined))).text).toBe('leads-1: 3 answered 200');
    await close();
  });

  it('say how to start when nobody is there, and list the faults all the same', async () => {
    const { urls, close } = await startClay({ port: 0 });
    const port = Number(new URL(urls.base).port);
    await close();
    const answer = await plain(switchFault(port, 'outage', ['on']));
    expect(answer.code).toBe(1);
    expect(answer.text).toContain(`npm run clay -- --port ${port}`);
    const list = await plain(showFaults(port, undefined));
    expect(list.code).toBe(0);
    expect(list.text).toContain('status-green-but-incident');
  });
});

describe('the command line of the simulated Clay', () => {
  it('understands the port before the command as well as after it', async () => {
    const { clay, urls, close } = await startClay({ port: 0 });
    const port = ['--port', new URL(urls.base).port];
    expect(await call(...port, 'fault', 'outage')).toEqual({ code: 0, out: 'on   outage\n', err: '' });
    expect(await call('clear', ...port)).toEqual({ code: 0, out: '1 switched off\n', err: '' });
    expect(clay.faults.active()).toEqual([]);
    expect(await call(...port)).toMatchObject({ code: 1, err: expect.stringContaining('is taken') });
    await close();
  });

  it.each([
    [['outage'], /npm run clay -- fault outage on/],
    [['--port', '70000'], /whole number from 0 to 65535/],
    [['--port', '0', '--fault', 'outge'], /Did you mean outage/],
  ])('exits with 64 for %j', async (words, complaint) => {
    const answer = await call(...words);
    expect(answer.code).toBe(64);
    expect(answer.err).toMatch(complaint);
  });

  it('teaches in its help', async () => {
    const { code, out } = await call('--help');
    expect(code).toBe(0);
    expect(out).toContain('npm run clay -- fault outage on');
  });

  it('runs until it is interrupted, and ends with 0', async () => {
    const child = spawn(process.execPath, [MAIN, '--port', '0', '--fault', 'status-minor'], {
      env: ENVIRONMENT,
    });
    let out = '';
    child.stdout.setEncoding('utf8');
    for await (const text of child.stdout) {
      out += text;
      if (out.includes('Ctrl-C ends.')) break;
    }
    expect(out).toMatch(/Clay web +http:\/\/127\.0\.0\.1:\d+\/web\n/);
    expect(out).toContain('on   status-minor');
    child.kill('SIGINT');
    const [code] = await once(child, 'exit');
    expect(code).toBe(0);
  });
});

describe('the prompt of the simulated Clay', () => {
  const { clay } = simulated();

  it('switches a fault by its name, and back', () => {
    expect(obey(clay, 'outage')).toContain('on   outage');
    expect(obey(clay, '  outage ')).toContain('off  outage');
    expect(obey(clay, 'fault outage off')).toContain('(it was not on)');
  });

  it('changes the parameters of a fault that is on', () => {
    obey(clay, 'api-5xx');
    expect(obey(clay, 'api-5xx status=500')).toContain('status=500');
    expect(clay.faults.active()).toMatchObject([{ name: 'api-5xx', params: { status: 500 } }]);
    expect(obey(clay, 'clear')).toBe('1 switched off');
  });

  it.each([
    ['outge', /Did you mean outage/],
    ['fault', /Type help/],
    ['api-5xx status=200', /status: must be a number/],
    ['api-5xx nonsense', /"nonsense" is neither on, off, nor name=value/],
    ['rows 3 nowhere', /webhook: must be one of/],
    ['run nowhere', /There is no table/],
    ['help', /switch a fault on or off/],
    ['list noise', /apartSeconds/],
    ['state', /Credits/],
  ])('answers %s', (line, expected) => {
    expect(obey(clay, line)).toMatch(expected);
  });

  it('leaves on quit', () => {
    expect(obey(clay, 'quit')).toBe('quit');
  });
});
