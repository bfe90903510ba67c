import type { Probe } from '../../shared/observe/probe.ts';
import type { Terminal } from '../terminal.ts';
import { widthOf } from '../terminal.ts';
import { cell } from './text.ts';

export interface Progress {
  readonly start: (probes: readonly Probe[]) => void;
  readonly done: (probe: Probe) => void;
  readonly clear: () => void;
}

const CLEAR_LINE = '\r\u001b[2K';
const nothing = () => {};

/** One line that says what is still awaited, on a terminal only, and gone when it is over. */
export const createProgress = (terminal: Terminal, quiet: boolean): Progress => {
  const { stderr } = terminal;
  if (!stderr.isTTY || quiet) return { start: nothing, done: nothing, clear: nothing };
  const waiting = new Set<string>();
  let total = 0;
  const draw = () => {
    const names = [...waiting].join(', ');
    const line = `${total - waiting.size} of ${total} checks done${names ? `, waiting for ${names}` : ''}`;
    stderr.write(CLEAR_LINE + cell(line, widthOf(terminal) - 1).trimEnd());
  };
  return {
    start: (probes) => {
      total = probes.length;
      for (const { id } of probes) waiting.add(id);
      draw();
    },
    done: ({ id }) => {
      waiting.delete(id);
      draw();
    },
    clear: () => {
      stderr.write(CLEAR_LINE);
    },
  };
};
