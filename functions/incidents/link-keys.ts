import type { Clock } from '../../shared/clock.ts';
import { readValid, type SecretReader, type SecretReference } from '../../shared/config/secret-reference.ts';
import { linkKey } from '../../shared/link/links.ts';

/** How long a failure stands, ms: whoever opens links that are none must not make the store be asked at will. */
const FAILED_MS = 2_000;

export interface LinkKeysOptions {
  /** `respond.linkSecret`. */
  readonly reference: SecretReference | undefined;
  readonly secrets: SecretReader;
  readonly clock: Pick<Clock, 'now'>;
}

/**
 * The keys that sign links, the current one first; none where none is configured. The reader keeps what it has read, but
 * no failure; here one is kept for a moment.
 */
export const createLinkKeys = ({ reference, secrets, clock }: LinkKeysOptions) => {
  let failed: { readonly at: number; readonly error: unknown } | undefined;
  return async (): Promise<readonly string[]> => {
    if (reference === undefined) return [];
    const age = clock.now() - (failed?.at ?? Number.NEGATIVE_INFINITY);
    if (failed && age >= 0 && age < FAILED_MS) throw failed.error;
    try {
      return (await readValid(secrets, reference, 'all')).map(({ value }) => linkKey(value));
    } catch (error) {
      failed = { at: clock.now(), error };
      throw error;
    }
  };
};
