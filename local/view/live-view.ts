import type { Incident } from '../../shared/incident/incident.ts';
import type { WatchReport } from '../../shared/watch/run.ts';
import type { InboxMessage } from '../inbox.ts';
import { type BannerOptions, banner } from './banner.ts';
import { messageBlock } from './message.ts';
import {
  carriedOverLine,
  changeLine,
  deliveryLine,
  explain,
  headline,
  runLine,
  verdictKey,
} from './report.ts';
import { clip, colorsFor, printable, timeOfDay } from './text.ts';

/** What is told of a running local runtime, for people or for programs. */
export interface View {
  started(start: BannerOptions): void;
  carriedOver(incidents: readonly Incident[]): void;
  runStarted(slot: number): void;
  report(report: WatchReport, missed: number): void;
  message(message: InboxMessage): void;
  fault(error: Error): void;
  notice(text: string): void;
  /** Leaves the cursor on a line of its own. */
  end(): void;
}

export interface Terminal {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

/** A run that takes longer than this is looking at a failure again. */
const LONG_RUN_MS = 1_500;

/**
 * One line per run; on a terminal, runs that say the same share one. A verdict is explained when it changes. Messages
 * are shown below the run that sent them.
 */
export const createLiveView = (out: Terminal, env: Readonly<Record<string, string | undefined>>): View => {
  const colors = colorsFor(out, env);
  const rewrites = Boolean(out.isTTY);
  /** What the open line says, while there is one; only on a terminal. */
  let open: string | undefined;
  let explained = '';
  let running = false;
  let longRun: NodeJS.Timeout | undefined;
  let waiting: InboxMessage[] = [];

  const closeLine = () => {
    if (open !== undefined) out.write('\n');
    open = undefined;
  };
  const line = (text: string | undefined) => {
    if (text === undefined) return;
    closeLine();
    out.write(`${text}\n`);
  };
  /** A line that a later one with the same key replaces. */
  const openLine = (key: string, text: string) => {
    if (!rewrites) return line(text);
    if (open !== undefined) out.write(open === key ? '\r\u001b[2K' : '\n');
    out.write(clip(text, out.columns ?? 80));
    open = key;
  };

  const looking = (slot: number) => {
    if (!rewrites) return;
    openLine('looking', `${colors.dim(timeOfDay(slot))}  ${colors.yellow('looking again, to be sure …')}`);
  };
  const showReport = (report: WatchReport) => {
    const words = headline(report);
    if (open === 'looking') open = words;
    openLine(words, runLine(report, colors));
    const key = verdictKey(report);
    if (key !== '' && key !== explained) for (const text of explain(report, colors)) line(text);
    if (key !== '') explained = key;
    for (const change of report.changes) line(changeLine(change, colors));
    line(deliveryLine(report, colors));
  };

  return {
    started: (start) => line(banner(start, colors)),
    carriedOver: (incidents) => {
      for (const incident of incidents) line(carriedOverLine(incident, colors));
    },
    runStarted: (slot) => {
      running = true;
      longRun = setTimeout(looking, LONG_RUN_MS, slot);
    },
    report: (report, missed) => {
      clearTimeout(longRun);
      running = false;
      if (missed > 0) {
        const slots = missed === 1 ? '1 slot' : `${missed} slots`;
        line(colors.dim(`          ${slots} passed without a run: a run was long, or the machine slept`));
      }
      showReport(report);
      for (const message of waiting.splice(0)) line(messageBlock(message, colors));
    },
    message: (message) => {
      if (running) waiting = [...waiting, message];
      else line(messageBlock(message, colors));
    },
    fault: (error) => {
      clearTimeout(longRun);
      running = false;
      line(colors.red(`          the run failed: ${printable(error.message)}`));
      for (const message of waiting.splice(0)) line(messageBlock(message, colors));
    },
    notice: (text) => line(colors.dim(text)),
    end: () => {
      clearTimeout(longRun);
      closeLine();
    },
  };
};
