import type { Incident } from '../../shared/incident/incident.ts';
import type { RelayStatus } from '../../shared/relay/status.ts';
import type { WatchReport } from '../../shared/watch/run.ts';
import type { InboxMessage } from '../inbox.ts';
import type { PeopleStatus } from '../people-status.ts';
import type { FaultOf } from '../runtime.ts';
import { type BannerOptions, banner } from './banner.ts';
import { messageBlock } from './message.ts';
import { createPeopleView, type PeopleView } from './people.ts';
import { createRelayView } from './relay.ts';
import {
  carriedOverLine,
  changeLine,
  deliveryLine,
  explain,
  headline,
  runLine,
  verdictKey,
} from './report.ts';
import { clip, colorsFor, printable, stateFlag, timeOfDay } from './text.ts';

/** What is told of a running local runtime, for people or for programs. */
export interface View {
  started(start: BannerOptions): void;
  carriedOver(incidents: readonly Incident[]): void;
  runStarted(slot: number): void;
  /**
   * @param relay how the relay goes; null without one, or when nobody can say
   * @param people who has what; null when nobody can say
   */
  report(report: WatchReport, missed: number, relay: RelayStatus | null, people: PeopleStatus | null): void;
  message(message: InboxMessage): void;
  fault(error: Error, of: FaultOf): void;
  notice(text: string): void;
  /** Nothing more will come. */
  end(): void;
}

export interface Terminal {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

const FAILED: Readonly<Record<FaultOf, string>> = {
  run: 'the run failed',
  forwarder: 'a forwarder failed; the next one goes on',
  channels: 'messages for chat channels could not be handed over; they are tried again',
  replay: 'a replay stopped; it can be resumed',
  console: 'the page of the console could not be built; everything else goes on',
  inbox: 'a message could not be taken into the inbox; it is tried again',
};
const CLEAR_LINE = '\r\u001b[2K';
const LINE_BEFORE = '\u001b[1A\r\u001b[2K';
/** A run that takes longer than this is looking at a failure again. */
const LONG_RUN_MS = 1_500;

/**
 * One line per run; on a terminal, runs that say the same share one. A verdict is explained when it changes. Messages
 * are shown below the run that sent them.
 */
export const createLiveView = (out: Terminal, env: Readonly<Record<string, string | undefined>>): View => {
  const colors = colorsFor(out, env);
  const relayView = createRelayView(colors);
  let peopleView: PeopleView | undefined;
  const rewrites = Boolean(out.isTTY);
  /** What the last line on the terminal says, while a later run may still take its place. */
  let open: string | undefined;
  /** Below it stands that a run takes long. */
  let looking = false;
  let explained = '';
  /** What fails again and again on its own says so once. */
  const said = new Map<FaultOf, string>();
  let running = false;
  let longRun: NodeJS.Timeout | undefined;
  const waiting: InboxMessage[] = [];

  const stopLooking = () => {
    clearTimeout(longRun);
    if (looking) out.write(CLEAR_LINE);
    looking = false;
  };
  const line = (text: string | undefined) => {
    if (text === undefined) return;
    stopLooking();
    open = undefined;
    out.write(`${text}\n`);
  };
  /** A line that a later one with the same key replaces. */
  const openLine = (key: string, text: string) => {
    stopLooking();
    if (!rewrites) return line(text);
    if (open === key) out.write(LINE_BEFORE);
    out.write(`${clip(text, out.columns ?? 80)}\n`);
    open = key;
  };
  const sayLooking = (slot: number) => {
    looking = true;
    const text = `${colors.dim(timeOfDay(slot))}  ${colors.yellow('not all well; looking again to be sure')}`;
    out.write(clip(text, out.columns ?? 80));
  };

  /** E-mail first: it says the most. */
  const showWaiting = () => {
    const sorted = waiting.splice(0).sort((a, b) => a.protocol.localeCompare(b.protocol));
    for (const message of sorted) line(messageBlock(message, colors, out.columns));
  };
  const showReport = (report: WatchReport, relay: RelayStatus | null) => {
    const words = headline(report);
    openLine(words, runLine(report, colors, relayView.flow(report, relay)));
    const key = verdictKey(report);
    if (key !== '' && key !== explained) for (const text of explain(report, colors)) line(text);
    if (key !== '') explained = key;
    for (const change of report.changes) line(changeLine(change, colors));
    for (const text of relayView.changes(relay)) line(text);
    line(deliveryLine(report, colors));
  };

  return {
    started: (start) => {
      peopleView = createPeopleView(colors, {
        config: start.runtime.config,
        stateFlag: stateFlag(start.runtime.stateDir),
      });
      line(banner(start, colors));
    },
    carriedOver: (incidents) => {
      for (const incident of incidents) line(carriedOverLine(incident, colors));
    },
    runStarted: (slot) => {
      running = true;
      if (rewrites) longRun = setTimeout(sayLooking, LONG_RUN_MS, slot);
    },
    report: (report, missed, relay, people) => {
      running = false;
      if (missed > 0) {
        const slots = missed === 1 ? '1 slot' : `${missed} slots`;
        line(colors.dim(`          ${slots} passed without a run: a run was long, or the machine slept`));
      }
      showReport(report, relay);
      showWaiting();
      for (const text of peopleView?.changes(people) ?? []) line(text);
    },
    message: (message) => {
      if (running) waiting.push(message);
      else line(messageBlock(message, colors, out.columns));
    },
    fault: (error, of) => {
      const text = `          ${FAILED[of]}: ${printable(error.message)}`;
      if (of === 'run' || said.get(of) !== text) line(colors.red(text));
      said.set(of, text);
      if (of !== 'run') return;
      running = false;
      showWaiting();
    },
    notice: (text) => line(colors.dim(text)),
    end: stopLooking,
  };
};
