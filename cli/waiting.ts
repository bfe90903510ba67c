import type { Terminal } from './terminal.ts';

/** Whoever waits for longer than this wants to know that something happens, ms. */
const SAY_AFTER_MS = 1_000;
const SAY_EVERY_MS = 1_000;
const CLEAR_LINE = '\r\u001b[2K';

export interface Waiting {
  /** Takes the line away; may be called again. */
  readonly stop: () => void;
}

/** A program that others run by has nobody waiting before it. */
const isWatched = ({ stderr, env }: Terminal): boolean =>
  Boolean(stderr.isTTY) && env.TERM !== 'dumb' && !env.CI;

/**
 * Says on stderr that it still works, once nothing was said for a second, until the command says anything itself: its
 * own progress, a question, its answer.
 */
export const showWaiting = (terminal: Terminal, argv: readonly string[]): Waiting => {
  const [command = ''] = argv;
  if (!isWatched(terminal) || command === '' || command.startsWith('-') || command === '__complete')
    return { stop: () => {} };
  const { stdout, stderr } = terminal;
  const began = Date.now();
  const streams = [...new Set([stdout, stderr])];
  const own = streams.map((stream) => ({ stream, write: stream.write }));
  const say = stderr.write.bind(stderr);
  let shown = false;
  let stopped = false;

  const stop = () => {
    if (stopped) return;
    stopped = true;
    clearInterval(timer);
    for (const { stream, write } of own) stream.write = write;
    if (shown) say(CLEAR_LINE);
  };
  const timer = setInterval(() => {
    if (Date.now() - began < SAY_AFTER_MS) return;
    shown = true;
    say(`${CLEAR_LINE}Working, ${Math.round((Date.now() - began) / 1_000)} s ...`);
  }, SAY_EVERY_MS);
  timer.unref();
  for (const { stream } of own) {
    const write = stream.write.bind(stream) as (...parts: readonly unknown[]) => boolean;
    stream.write = ((...parts: readonly unknown[]) => {
      stop();
      return write(...parts);
    }) as typeof stream.write;
  }
  return { stop };
};
