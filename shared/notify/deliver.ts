import type { Clock } from '../clock.ts';
import { redactText } from '../config/redact.ts';
import { duePending, markDelivered, markFailed } from '../incident/deliveries.ts';
import type { Incident, PendingNotification } from '../incident/incident.ts';
import type { IncidentStore } from '../incident/store.ts';
import { compareSeverity } from '../severity.ts';
import type { Publisher, RenderNotification } from './publisher.ts';

export interface DeliveryDependencies {
  readonly store: IncidentStore;
  readonly publisher: Publisher;
  readonly render: RenderNotification;
  readonly clock: Clock;
}

export interface DeliveryReport {
  /** Messages that the provider took and that are marked so. */
  readonly delivered: number;
  /** Messages that were not taken, or taken and not marked; they stay owed. */
  readonly failed: number;
  /** Messages that are owed and not due yet, or that wait for an earlier one. */
  readonly waiting: number;
  /** Why, redacted: one for each failure. */
  readonly errors: readonly string[];
}

type Outcome = { readonly result: 'delivered' } | { readonly result: 'failed'; readonly error: string };

/** Other writers are the watch and another sweep; more than a few conflicts in a row means that something is wrong. */
const MARKING_ATTEMPTS = 10;

/** An error as it may be stored and logged. */
const describe = (error: unknown): string =>
  redactText(error instanceof Error ? `${error.name}: ${error.message}` : String(error));

/** Most urgent first, then the one that has waited longest. */
const byUrgency = (one: Incident, other: Incident): number => {
  const [a, b] = [one.pending[0], other.pending[0]];
  if (!a || !b) return Number(!a) - Number(!b);
  return compareSeverity(a.severity, b.severity) || a.createdAt - b.createdAt || (one.id < other.id ? -1 : 1);
};

/** Writes a mark on the newest version; the message is not sent again for it. Null when the incident is gone. */
const mark = async (
  store: IncidentStore,
  incident: Incident,
  change: (current: Incident) => Incident,
): Promise<Incident | null> => {
  let current: Incident | null = incident;
  for (let attempt = 0; attempt < MARKING_ATTEMPTS; attempt += 1) {
    const next = change(current);
    if (next === current || (await store.write(next, current)) === 'written') return next;
    current = await store.current(incident.cause, incident.subject);
    if (current?.id !== incident.id) return null;
  }
  throw new Error(`incident ${incident.id} changed ${MARKING_ATTEMPTS} times while a message was marked`);
};

const publishOne = async (
  { publisher, render }: DeliveryDependencies,
  incident: Incident,
  pending: PendingNotification,
): Promise<{ readonly receipt: string } | { readonly error: string }> => {
  try {
    return { receipt: (await publisher.publish(render(incident, pending))).receipt };
  } catch (error) {
    return { error: describe(error) };
  }
};

/**
 * Sends what one incident owes, oldest first, and stops at the first failure: a later message never overtakes an
 * earlier one. Reports one outcome for each message that was tried.
 */
const deliverIncident = async (
  deps: DeliveryDependencies,
  { cause, subject }: Incident,
): Promise<{ readonly outcomes: readonly Outcome[]; readonly owed: number }> => {
  const { store, clock } = deps;
  const outcomes: Outcome[] = [];
  let incident = await store.current(cause, subject);
  try {
    while (incident) {
      const [pending] = duePending(incident, clock.now());
      if (!pending) break;
      const published = await publishOne(deps, incident, pending);
      if ('error' in published) {
        outcomes.push({ result: 'failed', error: published.error });
        incident = await mark(store, incident, (current) =>
          markFailed(current, pending.id, published.error, clock.now()),
        );
        break;
      }
      incident = await mark(store, incident, (current) =>
        markDelivered(current, pending.id, published.receipt, clock.now()),
      );
      outcomes.push({ result: 'delivered' });
    }
  } catch (error) {
    outcomes.push({ result: 'failed', error: describe(error) });
  }
  return { outcomes, owed: incident?.pending.length ?? 0 };
};

/**
 * The sweep: sends every message that is owed and due, and marks it by one conditional write.
 *
 * 1. The most urgent incident first; within one incident first in, first out.
 * 2. Publish, then mark. When another writer was faster, reload and mark again, without publishing again.
 * 3. A failure is recorded (redacted) with its back-off; it never stops the other incidents.
 *
 * At least once: after a crash between publishing and marking, the next sweep sends the message again, with the same
 * notification id. Rejects only when the store cannot be read at all.
 */
export const deliverPending = async (deps: DeliveryDependencies): Promise<DeliveryReport> => {
  const active = await deps.store.active();
  const owing = active.filter(({ pending }) => pending.length > 0).sort(byUrgency);
  let report: DeliveryReport = { delivered: 0, failed: 0, waiting: 0, errors: [] };
  for (const incident of owing) {
    const { outcomes, owed } = await deliverIncident(deps, incident).catch((error: unknown) => ({
      outcomes: [{ result: 'failed', error: describe(error) } as const],
      owed: incident.pending.length,
    }));
    const errors = outcomes.flatMap((outcome) => (outcome.result === 'failed' ? [outcome.error] : []));
    report = {
      delivered: report.delivered + outcomes.length - errors.length,
      failed: report.failed + errors.length,
      waiting: report.waiting + Math.max(0, owed - errors.length),
      errors: [...report.errors, ...errors],
    };
  }
  return report;
};
