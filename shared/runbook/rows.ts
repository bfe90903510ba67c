import { CLOSES, CONFIRMS, REPLAYS, SAYS_NOTHING_BY_FEW, SEEN_BY_COUNTING } from './automatic.ts';
import { NO_REPLAY, REFUND, RUN_STALE_CELLS } from './common.ts';
import type { RunbookEntry } from './entry.ts';

export const rows = {
  'rows.lost': {
    title: 'Some rows never come back',
    meaning:
      'Clay accepted rows of this feed that have not come back in the time that they need, while others have. They are in the table without having run, they failed on the way back, or they vanished.',
    impact:
      'These leads are not enriched, or not returned, and nothing else says so. The CRM does not have them.',
    publicImpact: 'Enrichment of a small number of new records is currently delayed.',
    reach: 'subject',
    automatic: [SEEN_BY_COUNTING, SAYS_NOTHING_BY_FEW, CLOSES, REPLAYS],
    steps: [
      {
        do: 'Look for rows that never ran: filter the table for an empty result column, newest first.',
        where: 'Table > filter icon > the column > is empty',
        expect:
          'None that is older than an hour. If there are: run them (right-click the column > Run column > Run empty or out-of-date rows).',
      },
      {
        do: 'Look for rows whose HTTP API column is red or empty: they were enriched, and not sent back.',
        where: 'Table > the HTTP API column > red or empty cell',
        expect:
          'None. 401 or 403: the secret header. 413: too large. Timeouts and 5xx are not repeated by Clay: run the column again for these rows.',
      },
      {
        do: 'Look whether the table is near its ceiling: a full table drops rows silently, go by "Table is full, or nearly so".',
        where: 'Row count in the table toolbar, after Clear filters',
      },
      {
        do: 'Look whether auto-dedupe drops them: a second row with the same key makes no new row, and does not come back.',
        where: 'Table name > Auto-dedupe',
        expect: 'Off, or on with a key that the missing rows do not share with others.',
      },
      {
        do: 'Look whether a condition skips them without calling back.',
        where: 'The HTTP API column > Edit column > Run settings > Only run if',
      },
    ],
    verify: [
      'The missing rows come back, and the rows of the last hours all do.',
      'npx claywatch usage shows no rows that wait longer than an hour.',
    ],
    afterwards: [RUN_STALE_CELLS, NO_REPLAY],
    prevent: [
      'Let the HTTP API column run for every row, also for those that were skipped or failed, and send the status with it.',
      'Set the HTTP API column to 5 retries, and let the endpoint shed load with 429.',
      'Keep tables well below their ceiling.',
    ],
    rootCause: 'A part of the rows was accepted and not run, not sent back, or dropped by the table.',
    sms: 'Table: filter empty cells, run them; check HTTP column.',
    smsAfterwards: 'Run the empty and stale cells of the gap.',
    questions: ['red-cells', 'auto-run'],
  },

  'rows.looping': {
    title: 'Rows are going in a circle',
    meaning:
      'The same records enter Clay again and again: most often webhook to CRM to webhook, or table A to table B and back. Every round costs credits and rows of the webhook.',
    impact:
      'Credits and the 50,000 rows of the webhook are used up for nothing; the CRM may be overwritten again and again.',
    publicImpact: 'Some records may be updated repeatedly. We are working on it.',
    reach: 'subject',
    automatic: [CONFIRMS, CLOSES, SEEN_BY_COUNTING],
    steps: [
      {
        do: 'Break the circle at its cheapest point: pause the CRM workflow or the sender that answers an update from Clay with a new row.',
        where: 'Your CRM or automation tool',
        expect: 'No new rows with known keys.',
      },
      {
        do: 'If you cannot find it, stop the rows: hold the feed where they go through the relay, otherwise switch auto-run of the table off.',
        where: 'npx claywatch hold <feed>; Table name > Run settings > Auto-run',
        expect: 'No new rows in the table.',
      },
      {
        do: 'Look for tables that send to each other.',
        where:
          'Workbook overview: arrows between tables; columns "Send table data" or "Write to other table"',
      },
      {
        do: 'Turn on auto-dedupe on the column that identifies a record, so that a second round makes no new row.',
        where: 'Table name > Auto-dedupe > choose the column',
      },
    ],
    verify: [
      'The same key no longer enters twice within the hour.',
      'Credits per hour are back at the usual rate.',
    ],
    afterwards: ['Delete the duplicate rows. They stay counted against the 50,000 of the webhook.', REFUND],
    prevent: [
      'Let the CRM workflow ignore changes that were made by the Clay integration user.',
      'Keep auto-dedupe on in every table that a webhook feeds.',
    ],
    rootCause: 'An update from Clay triggers the workflow that sends the record to Clay again.',
    sms: 'Pause the CRM workflow that sends rows back to Clay.',
    smsAfterwards: 'Delete duplicates; ask Clay for a refund.',
    questions: ['auto-run', 'credits'],
  },
} as const satisfies Record<string, RunbookEntry>;
