import type { RowsLedger } from '../../shared/rows/ledger.ts';

/** A port that remembers what it was told, and can be broken: for what a caller asks of it, not for counting. */
export const createRecordingLedger = () => {
  const calls: { readonly name: string; readonly feed: string; readonly told: unknown }[] = [];
  const seen = new Set<string>();
  let fault: { readonly error: Error; readonly on: readonly string[] } | undefined;
  const call = (name: string, feed: string, told: unknown) => {
    if (fault?.on.includes(name)) throw fault.error;
    calls.push({ name, feed, told });
  };
  const once = (name: string) => {
    if (seen.has(name)) return 'duplicate' as const;
    seen.add(name);
    return 'recorded' as const;
  };
  const ledger: Omit<RowsLedger, 'fold' | 'snapshot'> = {
    recordSubmissions: async (feed, records) => {
      call('recordSubmissions', feed, records);
      return records.map(({ rowId }) => once(`submitted ${feed} ${rowId}`));
    },
    recordSubmissionCount: async (feed, batch) => {
      call('recordSubmissionCount', feed, batch);
      return once(`count ${feed} ${batch.idempotencyKey}`);
    },
    recordCallbacks: async (feed, records) => {
      call('recordCallbacks', feed, records);
      return records.map(({ rowId }) => once(`called ${feed} ${rowId}`));
    },
    recordRefused: async (feed, _at, count) => call('recordRefused', feed, count),
    rebase: async (feed, webhook, to) => call('rebase', feed, { webhook, ...to }),
  };
  return {
    ledger,
    calls,
    names: () => calls.map(({ name }) => name),
    breakOn: (error: Error, ...on: string[]) => {
      fault = { error, on };
    },
    mend: () => {
      fault = undefined;
    },
  };
};
