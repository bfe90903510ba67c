import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { styleOf, withColour } from '../../cli/terminal.ts';
import { showWaiting } from '../../cli/waiting.ts';
import { recordingTerminal } from './recording-terminal.ts';

const coloured = (isTTY: boolean, env: Readonly<Record<string, string>>, ...argv: readonly string[]) =>
  styleOf(withColour(recordingTerminal({ isTTY, env }).terminal, argv)).red('x') !== 'x';

describe('colours', () => {
  it('are for terminals that can show them', () => {
    expect(coloured(true, {})).toBe(true);
    expect(coloured(false, {})).toBe(false);
    expect(coloured(true, { TERM: 'dumb' })).toBe(false);
  });

  it('follow NO_COLOR and FORCE_COLOR, the first of them first', () => {
    expect(coloured(true, { NO_COLOR: '1' })).toBe(false);
    expect(coloured(true, { NO_COLOR: '' })).toBe(true);
    expect(coloured(false, { FORCE_COLOR: '1' })).toBe(true);
    expect(coloured(false, { FORCE_COLOR: '0' })).toBe(false);
    expect(coloured(true, { NO_COLOR: '1', FORCE_COLOR: '1' })).toBe(false);
  });

  it('follow what is said on the line before all else, the last word counting', () => {
    expect(coloured(true, {}, 'status', '--no-color')).toBe(false);
    expect(coloured(false, { NO_COLOR: '1' }, '--color', 'status')).toBe(true);
    expect(coloured(true, { FORCE_COLOR: '1' }, '--color', '--no-color')).toBe(false);
    expect(coloured(true, {}, 'incidents', 'note', 'x', '--', '--no-color')).toBe(true);
  });
});

describe('the line that says that it still works', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('comes after a second, counts, and is gone with the first word of the command', () => {
    const { terminal, text, err } = recordingTerminal({ isTTY: true });
    const waiting = showWaiting(terminal, ['usage']);
    vi.advanceTimersByTime(999);
    expect(err()).toBe('');
    vi.advanceTimersByTime(2_001);
    expect(err()).toMatch(/Working, 1 s \.\.\..*Working, 3 s \.\.\.$/s);
    terminal.stdout.write('an answer\n');
    expect([text(), err()]).toEqual(['an answer\n', '\r\u001b[2K']);
    vi.advanceTimersByTime(5_000);
    waiting.stop();
    expect(err()).toBe('');
  });

  it('never comes where the command is quick, or speaks for itself', () => {
    const { terminal, err } = recordingTerminal({ isTTY: true });
    const waiting = showWaiting(terminal, ['triage']);
    terminal.stderr.write('1 of 9 checks done');
    vi.advanceTimersByTime(5_000);
    expect(err()).toBe('1 of 9 checks done');
    waiting.stop();
  });

  it.each([
    ['nobody looks', { isTTY: false }, ['usage']],
    ['the terminal is dumb', { isTTY: true, env: { TERM: 'dumb' } }, ['usage']],
    ['a program runs it', { isTTY: true, env: { CI: 'true' } }, ['usage']],
    ['a shell asks', { isTTY: true }, ['__complete', '--', '']],
    ['there is no command', { isTTY: true }, ['--help']],
  ])('never comes where %s', (_, over, argv) => {
    const { terminal, err } = recordingTerminal(over);
    const waiting = showWaiting(terminal, argv);
    vi.advanceTimersByTime(5_000);
    expect(err()).toBe('');
    waiting.stop();
  });
});
