import type { OperateRequests } from '../../shared/operate/requests.ts';
import type { Deed } from './operations.ts';

type Answer = Readonly<Record<string, unknown>>;

export type Carried = { readonly kind: 'done'; readonly answer: Answer } | { readonly kind: 'conflict' };

/** A request that somebody named. `digest` is of all that it asks for. */
export interface Named {
  readonly key: string;
  readonly digest: string;
}

/**
 * Carries a deed out. Of a request that has a name, what is about to be done is written down first: sent again, it is
 * answered as before where it was done, and done where a crash came between. What was refused is not remembered.
 */
export const carryOut = async <Intent>(
  deed: Deed<Intent>,
  named: Named | null,
  requests: OperateRequests,
): Promise<Carried> => {
  const enact = async (intent: Intent): Promise<Carried> => {
    const answer = await deed.enact(intent);
    if (named) await requests.answered(named.key, answer);
    return { kind: 'done', answer };
  };
  const known = named ? await requests.find<Intent>(named.key, named.digest) : { kind: 'new' as const };
  if (known.kind === 'conflict') return known;
  if (known.kind === 'known')
    return known.answer ? { kind: 'done', answer: known.answer } : enact(known.intent);

  const prepared = await deed.prepare();
  if ('answer' in prepared) return { kind: 'done', answer: prepared.answer };
  if (!named) return enact(prepared.intent);
  const begun = await requests.begin(named.key, named.digest, prepared.intent);
  if (begun.kind === 'conflict') return begun;
  // Of two at once, both do what the first wrote down.
  return enact(begun.kind === 'known' ? begun.intent : prepared.intent);
};
