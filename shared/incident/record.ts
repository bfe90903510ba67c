import type { Clock } from '../clock.ts';
import type { Diagnosis, Verdict } from '../diagnose/verdict.ts';
import { changeIncident } from './change.ts';
import { type ChangeKind, changeOf, decide, type IncidentFact, type IncidentKey } from './decide.ts';
import { type Incident, isOpen } from './incident.ts';
import type { IncidentPolicy } from './policy.ts';
import type { IncidentStore } from './store.ts';

export interface IncidentChange {
  readonly transition: ChangeKind;
  readonly incident: Incident;
}

export interface RecordDependencies {
  readonly store: IncidentStore;
  readonly policy: IncidentPolicy;
  readonly clock: Clock;
}

interface KeyedFact {
  readonly key: IncidentKey;
  readonly fact: IncidentFact;
}

const keyText = ({ cause, subject }: IncidentKey): string => `${cause}\n${subject}`;
const keyOf = ({ cause, subject }: IncidentKey): IncidentKey => ({ cause, subject });

/** One fact per cause and subject; where the diagnosis names one twice, in force wins over hidden. */
const factsInForce = (
  { verdicts, hidden }: Diagnosis,
  detectedAt: (v: IncidentKey) => number,
): ReadonlyMap<string, KeyedFact> => {
  const facts = new Map<string, KeyedFact>();
  const add = (verdict: Verdict, fact: IncidentFact) => {
    const text = keyText(verdict);
    if (!facts.has(text)) facts.set(text, { key: keyOf(verdict), fact });
  };
  for (const verdict of verdicts) {
    const effects = hidden.filter(({ hiddenBy }) => hiddenBy && keyText(hiddenBy) === keyText(verdict));
    add(verdict, { kind: 'verdict', verdict, detectedAt: detectedAt(verdict), effects });
  }
  for (const verdict of hidden) add(verdict, { kind: 'hidden', verdict, detectedAt: detectedAt(verdict) });
  return facts;
};

/** Facts about incidents that the diagnosis does not hold in force. */
const factsBeyond = (
  diagnosis: Diagnosis,
  active: readonly Incident[],
  inForce: ReadonlyMap<string, KeyedFact>,
): readonly KeyedFact[] => {
  const cleared = new Map(diagnosis.cleared.map((item) => [keyText(item), item.evidence]));
  const beyond = active.filter((incident) => !inForce.has(keyText(incident)));
  const openOnes = beyond.filter(isOpen);
  const staying = new Set(openOnes.map(keyText).filter((text) => !cleared.has(text)));
  const isOver = (upstream: IncidentKey) =>
    !inForce.has(keyText(upstream)) && !staying.has(keyText(upstream));

  // One that somebody closed is seen working too: after that its return is a relapse.
  return beyond.flatMap((incident): KeyedFact[] => {
    const key = keyOf(incident);
    const evidence = cleared.get(keyText(incident));
    if (evidence && (isOpen(incident) || incident.closedBy))
      return [{ key, fact: { kind: 'cleared', evidence } }];
    if (isOpen(incident) && incident.hiddenBy && isOver(incident.hiddenBy))
      return [{ key, fact: { kind: 'upstream-over' } }];
    return [];
  });
};

/** Applies every fact, whatever becomes of the others. */
const applyAll = async (
  facts: Iterable<KeyedFact>,
  { store, policy, clock }: RecordDependencies,
): Promise<{ changes: IncidentChange[]; failures: unknown[] }> => {
  const outcomes = await Promise.allSettled(
    Array.from(facts, async ({ key, fact }) => {
      const { before, after } = await changeIncident(store, key, (current) =>
        decide(current, key, fact, policy, clock.now()),
      );
      return after && { transition: changeOf(before, after), incident: after };
    }),
  );
  return {
    changes: outcomes.flatMap((outcome) =>
      outcome.status === 'fulfilled' && outcome.value ? [outcome.value] : [],
    ),
    failures: outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : [])),
  };
};

/**
 * Brings the stored incidents in line with a diagnosis.
 *
 * 1. Every verdict in force opens or updates its incident; every hidden one holds its own back.
 * 2. Of the incidents that are open beyond these, those whose cause was positively cleared are resolved.
 * 3. Those that were hidden by a cause which is over become visible again.
 * 4. The rest stays as it is: no longer seen is not seen working.
 *
 * Safe to repeat and to run twice at once: each incident changes in one conditional write, with the messages that it
 * owes inside. Changes are in the order of the diagnosis; `none` where nothing needed writing. When some incidents
 * cannot be written the others still are, and then an AggregateError with the reasons is thrown.
 */
export const recordDiagnosis = async (
  diagnosis: Diagnosis,
  at: { detectedAt(verdict: IncidentKey): number },
  dependencies: RecordDependencies,
): Promise<readonly IncidentChange[]> => {
  const inForce = factsInForce(diagnosis, at.detectedAt);
  const first = await applyAll(inForce.values(), dependencies);
  const beyond = factsBeyond(diagnosis, await dependencies.store.active(), inForce);
  const second = await applyAll(beyond, dependencies);
  const failures = [...first.failures, ...second.failures];
  if (failures.length > 0)
    throw new AggregateError(failures, `${failures.length} incidents could not be written`);
  return [...first.changes, ...second.changes];
};
