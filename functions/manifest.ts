import type * as z from 'zod';
import type { Config } from '../shared/config/schema.ts';
import { watchEnvironment } from './watch/environment.ts';

/** Invoked by EventBridge Scheduler (deployed) or by the local schedule, with `{ "slot": "<scheduled time>" }`. */
export interface ScheduleTrigger {
  readonly kind: 'schedule';
  readonly everyMinutes: number;
}

/**
 * What a function may do, and nothing else: `table` reads and writes items, `alerts` publishes to the alert topic,
 * `secrets` reads the secrets that the configuration names.
 */
export type Grant = 'table' | 'alerts' | 'secrets';

export interface FunctionDescription {
  readonly name: string;
  /** The module whose export `handler` is the function; relative to the root of the repository. */
  readonly entry: string;
  readonly description: string;
  readonly memoryMb: number;
  readonly timeoutSeconds: number;
  readonly trigger: ScheduleTrigger;
  /** Exactly the variables that the function is given; their values come from whoever runs it. */
  readonly environment: z.ZodObject;
  readonly grants: readonly Grant[];
}

/**
 * The one description of what runs and when. CDK deploys it and the local runtime runs it, so that the two cannot
 * drift.
 */
export const functionsOf = (config: Config) =>
  ({
    watch: {
      name: 'watch',
      entry: 'functions/watch/handler.ts',
      description: 'Looks at Clay, names what broke, keeps the incident and tells people.',
      // Less memory is less CPU, and TLS handshakes then look like a slow Clay.
      memoryMb: 512,
      // Ends before the next run begins; looking takes at most 22 s of it.
      timeoutSeconds: 50,
      trigger: { kind: 'schedule', everyMinutes: config.schedule.everyMinutes },
      environment: watchEnvironment,
      grants: ['table', 'alerts', 'secrets'],
    },
  }) as const satisfies Readonly<Record<string, FunctionDescription>>;
