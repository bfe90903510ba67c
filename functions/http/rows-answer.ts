import type { Refusal, RowOutcome } from '../../shared/relay/intake/outcome.ts';
import { MAX_ROWS } from '../../shared/relay/intake/parse-rows.ts';
import type { RowsTaken } from '../../shared/relay/intake/take-rows.ts';
import { type HttpAnswer, json, problem } from './answer.ts';

const isRefused = (outcome: RowOutcome): outcome is Refusal => outcome.outcome === 'refused';

/** What is answered for one row: its id, or the reason. */
const shown = (outcome: RowOutcome) =>
  isRefused(outcome) ? outcome : { outcome: outcome.outcome, row_id: outcome.rowId };

const noneTaken = (refusals: readonly Refusal[], single: boolean): HttpAnswer => {
  const isOnlySize = refusals.every(({ code }) => code === 'row.too-large');
  const [first] = refusals;
  const detail = single && first ? first.detail : 'No row of the request was taken.';
  return problem(isOnlySize ? 'request.too-large' : 'request.refused', detail, { rows: refusals });
};

/**
 * What a sender of rows is answered: 202 when a row was taken, with what became of each, in their order; problem details
 * when none was, 413 if all are only too large.
 */
export const rowsAnswer = (taken: RowsTaken): HttpAnswer => {
  switch (taken.kind) {
    case 'outcomes': {
      const { outcomes, single } = taken;
      const refusals = outcomes.filter(isRefused);
      if (refusals.length === outcomes.length) return noneTaken(refusals, single);
      const rowIds = outcomes.flatMap((outcome) => (isRefused(outcome) ? [] : [outcome.rowId]));
      return json(202, {
        ...(single ? { row_id: rowIds[0] } : {}),
        row_ids: rowIds,
        rows: outcomes.map(shown),
      });
    }
    case 'malformed':
      return problem('request.malformed', taken.detail);
    case 'unsupported':
      return problem('request.unsupported', taken.detail);
    case 'too-many':
      return problem('request.too-large', `At most ${MAX_ROWS} rows are taken in one request.`);
    case 'conflict':
      return problem('request.conflict');
  }
};
