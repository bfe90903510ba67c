import type { CallbackRecord, SubmissionRecord } from '../../shared/rows/ledger.ts';

/** What is recorded of a row at the present of a clock: accepted by the webhook `main`, and back as a hit. */
export const rowRecords = ({ now }: { now(): number }) => ({
  submission: (rowId: string, over: Partial<SubmissionRecord> = {}): SubmissionRecord => ({
    rowId,
    webhook: 'main',
    at: now(),
    outcome: 'accepted',
    ...over,
  }),
  callback: (rowId: string, over: Partial<CallbackRecord> = {}): CallbackRecord => ({
    rowId,
    at: now(),
    result: 'hit',
    status: 'SUCCESS',
    ...over,
  }),
});
