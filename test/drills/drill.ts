import type { ClayOptions } from '../../local/clay/core/options.ts';
import type { FaultName } from '../../local/clay/faults/catalogue.ts';
import type { Cause } from '../../shared/cause.ts';
import type { ConfigInput } from '../../shared/config/schema.ts';
import type { Transition } from '../../shared/incident/incident.ts';
import type { Severity } from '../../shared/severity.ts';
import type { TrafficSettings } from '../support/traffic.ts';
import type { World } from '../support/world.ts';

/** Something that happens at a minute of the drill, one second after that minute's run: the worst moment. */
export interface Step {
  readonly minute: number;
  readonly on?: FaultName | readonly FaultName[];
  readonly params?: Readonly<Record<string, string | number>>;
  readonly off?: FaultName | readonly FaultName[] | 'all';
  /** Anything else; says in a few words what it does. */
  readonly act?: { readonly what: string; readonly run: (world: World) => void | Promise<void> };
}

/** One incident that must come of it. */
export interface ExpectedIncident {
  readonly cause: Cause;
  readonly subject: string;
  /** The most urgent that it becomes. */
  readonly severity: Severity;
  /** From the fault to the first message, seconds; what is later is a failure of the drill. Null: nobody is told. */
  readonly notifiedWithinSeconds: number | null;
  /** From the fault to the first message of the most urgent severity, seconds; default: not looked at. */
  readonly urgentWithinSeconds?: number;
  /** What its last summary must say. */
  readonly says?: RegExp;
  /** From the end of the fault to resolved, seconds; null: still open at the end, rightly. */
  readonly resolvedWithinSeconds: number | null;
  /** Messages in order, but for reminders: those are held against the deadlines (reminders.ts). */
  readonly messages: readonly Transition[];
  /** Instead: every message in order, reminders included; where people act, or where it flaps. */
  readonly all?: readonly Transition[];
  /** Whom escalations paged by name, in order; default: not looked at. */
  readonly paged?: readonly string[];
  /** The minute of the step that begins it; default: the first step's. */
  readonly beginsAt?: number;
  /** The minute of the step that ends it; default: the last step's. */
  readonly endsAt?: number;
}

/** What must have become of the rows that senders gave to the relay. None is ever lost, whatever is said here. */
export interface RelayAnswer {
  /** Rows still wait at the end, rightly; default: none but those of the last minutes. */
  readonly waits?: boolean;
  /** Rows that Clay has more than once, at most; default 0. */
  readonly duplicates?: number;
  /** Where rows go at the end. */
  readonly active?: string;
  /** From the first step to the first hold, seconds; null: nothing is ever held. Default: not looked at. */
  readonly heldWithinSeconds?: number | null;
  /** From the last step to rows flowing again, seconds. */
  readonly flowsWithinSeconds?: number;
  /** Faults that the forwarder meets, rightly. */
  readonly faults?: RegExp;
  /** What timelines must say that Claywatch did, or proposes. */
  readonly did?: readonly RegExp[];
}

/** A scripted fault with a known right answer. */
export interface Drill {
  readonly name: string;
  readonly title: string;
  /** Where the right answer comes from. */
  readonly source: string;
  readonly minutes: number;
  readonly steps: readonly Step[];
  /** Everything that must be opened; whatever else is opened is a false alarm. */
  readonly expect: readonly ExpectedIncident[];
  readonly config?: ConfigInput;
  readonly clay?: Partial<ClayOptions>;
  readonly seed?: number;
  /** Epoch ms; default: a Wednesday morning. */
  readonly startsAt?: number;
  /** Rows flow, with the configuration and the workspace that this takes. */
  readonly traffic?: Partial<TrafficSettings>;
  /** These columns call back every minute with the secret of the feed, which can be rotated. */
  readonly rotating?: readonly string[];
  /** Senders post to the relay. */
  readonly relay?: RelayAnswer;
}

/** Makes what must be opened, by the times in which a catalogue has it told and resolved. */
export const expectedWithin =
  (
    timesOf: (
      severity: Severity,
    ) => Pick<ExpectedIncident, 'notifiedWithinSeconds' | 'resolvedWithinSeconds'>,
  ) =>
  (
    cause: Cause,
    subject: string,
    severity: Severity,
    over: Partial<ExpectedIncident> = {},
  ): ExpectedIncident => ({
    cause,
    subject,
    severity,
    ...timesOf(severity),
    messages: ['triggered', 'resolved'],
    ...over,
  });

/** Open at the end of the drill, rightly. */
export const STAYS = {
  resolvedWithinSeconds: null,
  messages: ['triggered'],
} satisfies Partial<ExpectedIncident>;
