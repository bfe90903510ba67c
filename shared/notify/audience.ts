import type { Incident, PendingNotification } from '../incident/incident.ts';
import { SEVERITIES, type Severity } from '../severity.ts';

/** Severities as one attribute value, most urgent first: `P1`, `P1.P4`. */
const encode = (severities: ReadonlySet<Severity>): string =>
  SEVERITIES.filter((severity) => severities.has(severity)).join('.');

/** Every value that an audience can have: the 15 ways of choosing some of the four severities. */
const AUDIENCES: readonly ReadonlySet<Severity>[] = Array.from(
  { length: 2 ** SEVERITIES.length - 1 },
  (_, index) => new Set(SEVERITIES.filter((_severity, bit) => ((index + 1) >> bit) & 1)),
);

/**
 * Who has to hear a message: those subscribed to its severity, and everybody who already heard of this incident at
 * another one. Without the second, somebody paged at P1 would never learn that it was lowered to P3 and resolved
 * there (invariant 3: recovery is delivered as surely as the trigger).
 */
export const audienceOf = (incident: Incident, pending: PendingNotification): string =>
  encode(new Set([pending.severity, ...incident.deliveries.flatMap((delivery) => delivery.severity ?? [])]));

/** The audiences that a subscription to these severities belongs to, for a filter policy of exact values. */
export const audiencesOf = (severities: readonly Severity[]): readonly string[] =>
  AUDIENCES.filter((audience) => severities.some((severity) => audience.has(severity))).map(encode);
