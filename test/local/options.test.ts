import { describe, expect, it } from 'vitest';
import { HELP, parseOptions } from '../../local/options.ts';
import type { ClaywatchError } from '../../shared/errors.ts';

const refusal = (...args: string[]): ClaywatchError => {
  try {
    parseOptions(args);
  } catch (error) {
    return error as ClaywatchError;
  }
  throw new Error('was not refused');
};

describe('the options of npm start', () => {
  it('need none: the trial, state in .claywatch, callbacks at 4401, the simulated Clay at 7700', () => {
    expect(parseOptions([])).toEqual({
      state: '.claywatch',
      fresh: false,
      once: false,
      json: false,
      help: false,
      port: 4401,
      clayPort: 7700,
    });
  });

  it('take a configuration, a cadence, a state directory and a port', () => {
    const args = [
      '--config',
      'a.json',
      '--every',
      '30',
      '--state',
      '/tmp/s',
      '--clay-port',
      '0',
      '--port',
      '0',
      '--once',
    ];
    expect(parseOptions(args)).toMatchObject({
      config: 'a.json',
      everySeconds: 30,
      state: '/tmp/s',
      clayPort: 0,
      port: 0,
      once: true,
    });
  });

  it.each([
    ['--every', '0', '--every takes a whole number from 1 to 3600, not "0".'],
    ['--every', '1.5', '--every takes a whole number from 1 to 3600, not "1.5".'],
    ['--every', '1e3', '--every takes a whole number from 1 to 3600, not "1e3".'],
    ['--port', '65536', '--port takes a whole number from 0 to 65535, not "65536".'],
    ['--clay-port', '70000', '--clay-port takes a whole number from 0 to 65535, not "70000".'],
  ])('refuse %s %s', (flag, value, message) => {
    expect(refusal(flag, value)).toMatchObject({ code: 'usage.invalid', message });
  });

  it('refuse an option that does not exist, a missing value and a stray word', () => {
    expect(refusal('--confg', 'x')).toMatchObject({ code: 'usage.invalid' });
    expect(refusal('--confg', 'x').message).toContain('--confg');
    expect(refusal('--config').message).toContain('--config');
    expect(refusal('start').message).toContain('start');
  });

  it('are all explained in the help', () => {
    for (const option of ['config', 'every', 'state', 'fresh', 'once', 'json', 'port', 'clay-port', 'help'])
      expect(HELP).toContain(`--${option}`);
  });
});
