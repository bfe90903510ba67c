import { NO_ANSWER, type Surface } from '../observe/findings.ts';
import type { Evidence, Signal } from '../observe/signals.ts';

/** The signals of one moment, by surface; what the questions of the tree read. */
export interface Board {
  /** A surface may have two signals of one subject: a failure still in force, and that it cannot be seen now. */
  of(...surfaces: readonly Surface[]): readonly Signal[];
  all(): readonly Signal[];
}

const NONE: readonly Signal[] = [];

export const boardOf = (signals: readonly Signal[]): Board => {
  const bySurface = new Map<Surface, Signal[]>();
  for (const signal of signals) {
    const row = bySurface.get(signal.surface) ?? [];
    row.push(signal);
    bySurface.set(signal.surface, row);
  }
  return {
    of: (...surfaces) => {
      const [only] = surfaces;
      if (surfaces.length === 1 && only) return bySurface.get(only) ?? NONE;
      return surfaces.flatMap((surface) => bySurface.get(surface) ?? NONE);
    },
    all: () => signals,
  };
};

const SILENT: ReadonlySet<string> = new Set(NO_ANSWER);

export const noAnswer = (signal: Signal): boolean => SILENT.has(signal.finding);
/** The other side is down, as far as one probe can see: no answer, or an answer of 500 and above. */
export const isDown = (signal: Signal): boolean => noAnswer(signal) || signal.finding === 'server-error';
/** Down, or too slow. */
export const isTroubled = (signal: Signal): boolean => isDown(signal) || signal.finding === 'slow';
export const isOk = (signal: Signal): boolean => signal.outcome === 'ok';
export const isFailing = (signal: Signal): boolean => signal.outcome === 'failing';
export const isUnknown = (signal: Signal): boolean => signal.outcome === 'unknown';
/** Proof that packets reach Clay and come back, whatever the answer said. */
export const answered = (signal: Signal): boolean =>
  !noAnswer(signal) && signal.finding !== 'not-run' && signal.finding !== 'unreachable';

export const evidenceFrom = (signals: readonly Signal[]): readonly Evidence[] =>
  signals.map((signal) => signal.evidence);
