import { MAX_ITEMS } from '../../shared/rows/body.ts';
import type { ItemTaken, Taken } from '../../shared/rows/taken.ts';
import { type HttpAnswer, json, problem } from './answer.ts';

/** What is answered for one row of many: its outcome, with the reason or the id. */
const shown = (item: ItemTaken) =>
  item.outcome === 'malformed'
    ? { outcome: item.outcome, detail: item.detail }
    : { outcome: item.outcome, row_id: item.rowId };

/** Many are answered one by one, in their order: 200 when at least one was taken, 400 when none was. */
export const takenAnswer = (taken: Taken): HttpAnswer => {
  switch (taken.kind) {
    case 'one':
      return taken.item.outcome === 'malformed'
        ? problem('request.malformed', taken.item.detail)
        : json(200, { outcome: taken.item.outcome });
    case 'many': {
      const outcomes = taken.items.map(shown);
      return taken.items.every(({ outcome }) => outcome === 'malformed')
        ? problem('request.malformed', 'No row of the request can be understood.', { outcomes })
        : json(200, { outcomes });
    }
    case 'malformed':
      return problem('request.malformed', taken.detail);
    case 'too-many':
      return problem('request.too-large', `At most ${MAX_ITEMS} rows are taken in one request.`);
  }
};
