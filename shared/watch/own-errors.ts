import { redactText } from '../config/redact.ts';
import type { Incident } from '../incident/incident.ts';
import type { ProofLedger } from '../notify/proof.ts';

/** More than is kept with an incident; what does not fit says nothing new. */
const AT_MOST = 10;

/** A fault as it may be stored: redacted; of several at once, each. */
const linesOf = (fault: unknown): readonly string[] => {
  if (fault instanceof AggregateError) return fault.errors.slice(0, AT_MOST).flatMap(linesOf);
  return [redactText(fault instanceof Error ? `${fault.name}: ${fault.message}` : String(fault))];
};

/** A ledger that cannot be read is an error of ours as well. */
const undelivered = async (
  proof: Pick<ProofLedger, 'undelivered'> | undefined,
  now: number,
): Promise<readonly string[]> => {
  try {
    const rows = (await proof?.undelivered(now, AT_MOST)) ?? [];
    return rows.flatMap(({ channel, lastError }) => (lastError === null ? [] : [`${channel}: ${lastError}`]));
  } catch (error) {
    return linesOf(error);
  }
};

/**
 * Recent errors of our own functions, as far as this run knows: what failed within it, and why messages were not taken.
 * Redacted, each once, the latest last.
 */
export const ownErrorsOf = async (
  incidents: readonly Incident[],
  faults: readonly unknown[],
  { proof, now }: { readonly proof?: Pick<ProofLedger, 'undelivered'>; readonly now: number },
): Promise<readonly string[]> => {
  const owed = incidents.flatMap(({ pending }) => pending.flatMap(({ lastError }) => lastError ?? []));
  const lines = [...(await undelivered(proof, now)), ...owed, ...faults.flatMap(linesOf)];
  return [...new Set(lines)].slice(-AT_MOST);
};
