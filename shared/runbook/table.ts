import { CLOSES, CONFIRMS, FAILS_OVER, HOLDS_ROWS, REPLAYS, SEEN_BY_COUNTING } from './automatic.ts';
import { NEW_WEBHOOK, NO_REPLAY, TEST_ROW, UPDATE_WEBHOOK_SECRET } from './common.ts';
import type { RunbookEntry } from './entry.ts';

export const table = {
  'table.full': {
    title: 'Table is full, or nearly so',
    meaning:
      'The Clay table has reached its own ceiling of rows, or is about to: then it takes no more, silently. This is another limit than the 50,000 of a webhook.',
    impact:
      'A full table: rows may still be accepted with a 200, but they are not in the table, are not enriched and do not come back; the relay stops before that, by its count. A nearly full one: nothing is broken yet.',
    publicImpact:
      'New records are currently not being enriched. Existing data is not affected. We are working on it.',
    reach: 'subject',
    automatic: [SEEN_BY_COUNTING, CONFIRMS, CLOSES, FAILS_OVER, HOLDS_ROWS, REPLAYS],
    steps: [
      {
        do: 'Rule out a false alarm: a filter of the view hides rows without losing them.',
        where: 'Table toolbar > filter icon > Clear filters; the count shows X/Y rows, Y is what counts',
        expect: 'Y is at the ceiling of your plan (50,000 on most plans).',
      },
      {
        do: 'Do not add a second webhook to this table: a second webhook on a full table does not help.',
      },
      {
        do: 'Make room, if the old rows are no longer needed: export them, then delete them. Rows that you delete are gone from Clay.',
        where: 'Table > Actions > Export; then select rows > right-click > Delete',
        expect: 'The row count falls, and new rows appear again.',
      },
      {
        do: 'Or go on in a new table: duplicate this one without its rows, so that the columns stay the same, and check the connections of its columns.',
        where: 'Table name > Duplicate',
      },
      { ...NEW_WEBHOOK, do: `On the new table: ${NEW_WEBHOOK.do}` },
      UPDATE_WEBHOOK_SECRET,
      TEST_ROW,
    ],
    verify: ['A new row shows in the table.', 'Real rows come back enriched in the usual time.'],
    afterwards: [
      NO_REPLAY,
      'Change whatever reads from the old table: other tables, exports, reports, the table named in claywatch.config.ts.',
    ],
    prevent: [
      'Move finished rows out on a schedule, long before the ceiling.',
      'On the Enterprise plan, use auto-delete (a passthrough table): rows leave the table once they are processed.',
      'Watch rows per table as well as rows per webhook.',
    ],
    rootCause:
      'The table reached the number of rows that the plan allows; Clay says nothing when that happens.',
    sms: 'Export and delete old rows, or move to a new table.',
    smsAfterwards: 'Send rows of the gap again: they are not in Clay.',
    smsWhen: {
      hold: 'Rows are held: make room, or a webhook on a new table.',
      failover: 'Rows go to another table now; the old one is full.',
    },
    questions: ['red-cells'],
  },
} as const satisfies Record<string, RunbookEntry>;
