import { type CallbackItem, type CallbackSettings, parseCallbackBody } from './callback-body.ts';
import type { CallbackRecord, RecordOutcome, RowsLedger } from './ledger.ts';
import { type ItemTaken, outcomesInOrder, type Taken } from './taken.ts';

export interface CallbackRequest {
  readonly feed: string;
  readonly text: string;
  readonly contentType: string;
  readonly settings: CallbackSettings;
  /** When it arrived, epoch ms. */
  readonly at: number;
  /** Told when malformed callbacks could not be counted, which fails nothing. */
  readonly onUncounted: (error: unknown) => void;
  /** Told of the columns that sent it, where they say so; of those that do not, as an empty text. */
  readonly onColumns?: ((columns: ReadonlySet<string>) => void) | undefined;
}

type Ledger = Pick<RowsLedger, 'recordCallbacks' | 'recordRefused'>;

const takenOf = (items: readonly CallbackItem[], outcomes: readonly RecordOutcome[]): ItemTaken[] => {
  const next = outcomesInOrder(outcomes);
  return items.map((item) => {
    if (item.kind === 'malformed') return { outcome: 'malformed', detail: item.detail };
    const { rowId } = item.kind === 'callback' ? item.record : item;
    return { outcome: item.kind === 'callback' ? next() : 'not-final', rowId };
  });
};

/**
 * Takes the callbacks of one request.
 *
 * 1. Judges each by itself. 2. Records those that are final; answered only once that is durable. 3. Counts those that
 * are malformed, last, so that a repeated request does not count them twice; a count that fails fails nothing.
 *
 * Throws what the ledger throws when nothing, or not everything, could be recorded: repeating is then safe.
 */
export const takeCallbacks = async (
  ledger: Ledger,
  { feed, text, contentType, settings, at, onUncounted, onColumns }: CallbackRequest,
): Promise<Taken> => {
  const body = parseCallbackBody(text, contentType, settings, at);
  const countRefused = (count: number) => ledger.recordRefused(feed, at, count).catch(onUncounted);
  if (body.kind === 'malformed' || body.kind === 'too-many') {
    await countRefused(1);
    return body;
  }
  const items = body.kind === 'one' ? [body.item] : body.items;
  const records = items.flatMap((item): CallbackRecord[] => (item.kind === 'callback' ? [item.record] : []));
  onColumns?.(new Set(records.map(({ column = '' }) => column)));
  const taken = takenOf(items, records.length > 0 ? await ledger.recordCallbacks(feed, records) : []);
  const refused = items.filter(({ kind }) => kind === 'malformed').length;
  if (refused > 0) await countRefused(refused);
  const [first] = taken;
  return body.kind === 'one' && first ? { kind: 'one', item: first } : { kind: 'many', items: taken };
};
