import type { ActiveFault } from '../faults/switchboard.ts';
import type { CallbackCounts } from './callbacks.ts';
import type { TableReport } from './tables.ts';
import type { WebhookReport } from './webhooks.ts';

/** Everything that the simulation counts; no row's contents, no secret, no webhook's address. */
export interface ClayState {
  /** ISO 8601, UTC. */
  readonly now: string;
  readonly meters: {
    readonly credits: number;
    readonly actions: number | null;
    readonly spent: { readonly credits: number; readonly actions: number };
  };
  readonly webhooks: readonly WebhookReport[];
  readonly tables: readonly TableReport[];
  readonly callbacks: CallbackCounts;
  /** Requests by surface, and by what they were answered with. */
  readonly requests: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly faults: readonly ActiveFault[];
}
