import type { Clock } from '../../clock.ts';
import type { Config } from '../../config/schema.ts';
import type { SecretReader } from '../../config/secret-reference.ts';
import type { HttpClient } from '../../http/port.ts';
import type { Surface } from '../findings.ts';
import { type Observation, observation } from '../observation.ts';
import type { Probe } from '../probe.ts';
import { type Look, lookUntilSure, type Seen } from './look.ts';

/** What probes are made of. */
export interface ProbeContext {
  readonly http: HttpClient;
  readonly clock: Clock;
  readonly secrets: SecretReader;
  /** Look again after a failure within the run. */
  readonly confirm: boolean;
  readonly policy: Config['observe'];
}

/** A probe as its own file describes it. */
export interface ProbeDefinition<S extends Surface, L extends Look<S>> {
  readonly id: string;
  readonly surface: S;
  readonly subject: string;
  readonly everyMinutes: number;
  readonly title: string;
  /** Default: `observe.timeoutMs`. */
  readonly timeoutMs?: number | undefined;
  /** Default: `observe.slowAfterMs`. */
  readonly slowAfterMs?: number | undefined;
  /** True when every look costs something, so that there is one per run whatever it finds. */
  readonly onceOnly?: boolean;
  /** Looks once. Takes no longer than `timeoutMs`; rejects only when `signal` aborts. */
  readonly look: (timeoutMs: number, signal?: AbortSignal) => Promise<L>;
  /** What else can be read off the same answer. */
  readonly alsoSeen?: (seen: Seen<L>) => readonly Observation[];
}

/** Adds to a definition what all probes share: looking again, slowness, and the shape of what is returned. */
export const defineProbe = <S extends Surface, L extends Look<S>>(
  definition: ProbeDefinition<S, L>,
  { clock, confirm, policy }: ProbeContext,
): Probe => {
  const { id, surface, subject, everyMinutes, title } = definition;
  const lookPolicy = {
    surface,
    timeoutMs: definition.timeoutMs ?? policy.timeoutMs,
    slowAfterMs: definition.slowAfterMs ?? policy.slowAfterMs,
    againAfterMs: definition.onceOnly ? [] : policy.confirmAfterMs,
    againTimeoutMs: policy.confirmTimeoutMs,
    confirm,
  };
  return {
    id,
    surface,
    subject,
    everyMinutes,
    title,
    run: async (signal) => {
      const seen = await lookUntilSure<S, L>(definition.look, lookPolicy, clock, signal);
      const { look, ...rest } = seen;
      const own = observation<S>({
        probe: id,
        surface,
        subject,
        finding: look.finding,
        summary: look.summary,
        facts: look.facts ?? {},
        ...(look.phases ? { phases: look.phases } : {}),
        ...rest,
      });
      return [own, ...(definition.alsoSeen?.(seen) ?? [])];
    },
  };
};
