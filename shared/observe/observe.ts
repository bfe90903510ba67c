import type { Clock } from '../clock.ts';
import { ClaywatchError } from '../errors.ts';
import { FINDINGS } from './findings.ts';
import { type Observation, observation } from './observation.ts';
import type { Probe } from './probe.ts';

export interface ObserveOptions {
  readonly clock: Clock;
  /** When to stop waiting, ms from now. */
  readonly deadlineMs: number;
  readonly signal?: AbortSignal;
  /** Hears of every observation as it is made; what it throws costs no observation. */
  readonly onObservation?: (seen: Observation, probe: Probe) => void;
}

/** Probes are told to stop this long before the deadline, ms, so that one that saw something can still say it. */
const HANDOVER_MS = 100;

/**
 * Runs all probes at once and waits for the last of them, or until the deadline. One that throws or is not done by
 * then is observed as `not-run`: a probe that was due and did not run is itself an observation. Observations come in
 * the order of the probes. Rejects only with the signal's reason.
 */
export const observe = async (
  probes: readonly Probe[],
  options: ObserveOptions,
): Promise<readonly Observation[]> => {
  const { clock, deadlineMs, signal } = options;
  signal?.throwIfAborted();
  const startedAt = clock.now();
  const stop = new AbortController();
  const timers = new AbortController();
  const results: (readonly Observation[] | undefined)[] = probes.map(() => undefined);
  const cutReason = `it had not finished after ${deadlineMs} ms`;

  const publish = (index: number, probe: Probe, seen: readonly Observation[]): void => {
    results[index] = seen;
    for (const one of seen) tell(options.onObservation, one, probe);
  };
  const runOne = async (probe: Probe, index: number): Promise<void> => {
    let seen: readonly Observation[];
    try {
      seen = await probe.run(stop.signal);
    } catch (error) {
      seen = notRun(probe, clock, startedAt, stop.signal.aborted ? cutReason : safeReason(error));
    }
    if (!timers.signal.aborted) publish(index, probe, seen);
  };
  const handover = async (): Promise<void> => {
    await clock.sleep(deadlineMs - Math.min(HANDOVER_MS, deadlineMs / 10), timers.signal);
    stop.abort(new Error('the deadline of the run is near'));
  };

  const aborted = Promise.withResolvers<never>();
  const onAbort = () => {
    stop.abort(signal?.reason);
    aborted.reject(signal?.reason);
  };
  signal?.addEventListener('abort', onAbort, { once: true });
  try {
    handover().catch(() => {});
    const deadline = clock.sleep(deadlineMs, timers.signal);
    deadline.catch(() => {});
    await Promise.race([Promise.all(probes.map(runOne)), deadline, aborted.promise]);
  } finally {
    signal?.removeEventListener('abort', onAbort);
    timers.abort();
    stop.abort(new Error('the run is over'));
  }
  for (const [index, probe] of probes.entries()) {
    if (!results[index]) publish(index, probe, notRun(probe, clock, startedAt, cutReason));
  }
  return results.flatMap((seen) => seen ?? []);
};

const tell = (hear: ObserveOptions['onObservation'], seen: Observation, probe: Probe): void => {
  try {
    hear?.(seen, probe);
  } catch {
    // Whoever shows observations must not be able to lose one.
  }
};

/** Surfaces that are read off another probe's answer have no `not-run`, and no probe of their own. */
const notRun = (probe: Probe, clock: Clock, startedAt: number, reason: string): readonly Observation[] => {
  const { surface } = probe;
  if (!hasNotRun(surface)) return [];
  return [
    observation({
      probe: probe.id,
      surface,
      subject: probe.subject,
      finding: 'not-run',
      at: startedAt,
      durationMs: Math.max(0, clock.now() - startedAt),
      attempts: 0,
      summary: `${probe.title}: not looked at, because ${reason}.`,
    }),
  ];
};

type SurfaceThatMayNotRun = {
  [S in keyof typeof FINDINGS]: 'not-run' extends keyof (typeof FINDINGS)[S] ? S : never;
}[keyof typeof FINDINGS];

const hasNotRun = (surface: Probe['surface']): surface is SurfaceThatMayNotRun =>
  'not-run' in FINDINGS[surface];

/** Our own errors are written to be shown; anybody else's may carry a URL or a header. */
const safeReason = (error: unknown): string => {
  if (error instanceof ClaywatchError) return `${error.code}: ${error.message}`;
  return `the probe itself failed (${error instanceof Error ? error.constructor.name : typeof error})`;
};
