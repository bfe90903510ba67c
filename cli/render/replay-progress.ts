import type { ReplayEvent } from '../../shared/replay/run.ts';
import { type Terminal, widthOf } from '../terminal.ts';
import { amount, rows } from './amounts.ts';
import { cell } from './text.ts';

export interface ReplayProgress {
  readonly show: (event: ReplayEvent) => void;
  readonly clear: () => void;
}

const CLEAR_LINE = '\r\u001b[2K';

const textOf = (event: ReplayEvent): string => {
  const { queued, planned, skipped } = event.job;
  const so = `${amount(queued)} of ${rows(planned)} queued${skipped > 0 ? `, ${amount(skipped)} skipped` : ''}`;
  return event.kind === 'waiting' ? `${so}; ${rows(event.ahead)} wait in the queue, Ctrl-C stops here` : so;
};

/** One line that says how far it is, on a terminal only, and gone when it is over. */
export const createReplayProgress = (terminal: Terminal, quiet: boolean): ReplayProgress => {
  const { stderr } = terminal;
  if (!stderr.isTTY || quiet) return { show: () => {}, clear: () => {} };
  return {
    show: (event) => {
      stderr.write(CLEAR_LINE + cell(textOf(event), widthOf(terminal) - 1).trimEnd());
    },
    clear: () => {
      stderr.write(CLEAR_LINE);
    },
  };
};
