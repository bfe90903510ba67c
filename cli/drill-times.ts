import { drillEndsAt } from '../shared/incident/drill.ts';
import { type Incident, isOpen } from '../shared/incident/incident.ts';
import type { DeliveryProof } from '../shared/notify/proof.ts';
import { acknowledgedAt } from '../shared/postmortem/times.ts';

/** One message on one way to people. */
export interface ToldWay {
  readonly channel: string;
  readonly transition: DeliveryProof['transition'];
  readonly status: DeliveryProof['status'];
  /** After the moment it was owed, ms; null: not taken. */
  readonly tookMs: number | null;
  readonly error: string | null;
}

/** How a drill went so far; times after its opening, ms; null: not yet. */
export interface DrillTimes {
  readonly id: string;
  readonly severity: Incident['severity'];
  readonly status: Incident['status'];
  readonly openedAt: number;
  readonly endsAt: number;
  /** The first page that a way to people took. */
  readonly firstToldMs: number | null;
  readonly acknowledgedMs: number | null;
  readonly acknowledgedBy: string | null;
  readonly resolvedMs: number | null;
  readonly ways: readonly ToldWay[];
  /** It is over, and nothing about it is owed any more. */
  readonly isSettled: boolean;
}

const isArrived = ({ status }: Pick<DeliveryProof, 'status'>): boolean =>
  status === 'delivered' || status === 'superseded';

/** What the incident and the proofs of its messages say of how a drill went; pure. */
export const drillTimes = (incident: Incident, proofs: readonly DeliveryProof[]): DrillTimes => {
  const { id, severity, status, openedAt, timeline, acknowledgement, resolvedAt } = incident;
  const after = (at: number | null | undefined): number | null =>
    at === null || at === undefined ? null : Math.max(0, at - openedAt);
  const ways = proofs.map(
    ({ channel, transition, status: how, owedAt, deliveredAt, lastError }): ToldWay => ({
      channel,
      transition,
      status: how,
      tookMs: deliveredAt === null ? null : Math.max(0, deliveredAt - owedAt),
      error: how === 'delivered' ? null : lastError,
    }),
  );
  const told = proofs.flatMap(({ transition, deliveredAt }) =>
    transition === 'triggered' && deliveredAt !== null ? [deliveredAt] : [],
  );
  const isOwed = incident.pending.length > 0 || proofs.some((proof) => proof.status === 'owed');
  return {
    id,
    severity,
    status,
    openedAt,
    endsAt: drillEndsAt(incident),
    firstToldMs: told.length === 0 ? null : after(Math.min(...told)),
    acknowledgedMs: after(acknowledgedAt(incident)),
    acknowledgedBy:
      timeline.find(({ kind }) => kind === 'acknowledged')?.by?.name ?? acknowledgement?.by.name ?? null,
    resolvedMs: isOpen(incident) ? null : after(resolvedAt),
    ways,
    isSettled: !isOpen(incident) && !isOwed,
  };
};

/** Whether every message of a drill that is over was taken where it was owed. */
export const wentWell = ({ isSettled, firstToldMs, ways }: DrillTimes): boolean =>
  isSettled && firstToldMs !== null && ways.every(isArrived);
