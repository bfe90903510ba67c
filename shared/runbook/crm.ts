import { CLOSES, CONFIRMS, COUNTS_ROWS } from './automatic.ts';
import { RUN_STALE_CELLS } from './common.ts';
import type { RunbookEntry } from './entry.ts';

export const crm = {
  'crm.sync-failing': {
    title: 'The CRM is not updated',
    meaning:
      'Rows are enriched, but they do not arrive in the CRM, or arrive wrong. Most often the API key of the CRM expired or a field was renamed.',
    impact: 'Sales works with old or missing data; new leads may not show up in the CRM.',
    publicImpact: 'Updates of some records are currently delayed.',
    reach: 'subject',
    automatic: [CONFIRMS, CLOSES, COUNTS_ROWS],
    steps: [
      {
        do: 'Read the errors of the HTTP API or CRM column: click the red cells.',
        where: 'Table > the CRM column > red cell',
        expect: 'One message that repeats.',
      },
      {
        do: '"Token has expired", "Missing authentication", 401 or 403: the CRM API key expired. Regenerate it in the CRM and update it in Clay.',
        where:
          'CRM > API settings; then Settings > Connections > the CRM > "..." > Reconnect, or the column config if the key stands there',
      },
      {
        do: '"Body parse error", "Settings contains deleted column", 400 or 422: the field mapping changed. Update the JSON body of the column.',
        where: 'Column name > Edit column > Body',
      },
      {
        do: 'Wrong data arrives in the CRM: the column references changed. Re-map the body fields of the HTTP API column, one by one; pause its auto-run first, so that no further record is overwritten.',
        where: 'Column name > Edit column > Run settings > Auto-run off; then Body',
      },
      {
        do: '429: the CRM limits us. Lower the rate of the column.',
        where: 'Column name > Edit column > Custom rate limit',
      },
      {
        do: 'Test by running the HTTP API column on a single row by hand.',
        where: 'Right-click one cell of the column > Run cell',
        expect: 'The cell turns green, and the record in the CRM is right.',
      },
    ],
    verify: [
      'A single row, run by hand, arrives in the CRM with the right fields.',
      'The probe of the CRM passes several times in a row, or its column no longer fails for new rows.',
    ],
    afterwards: [
      RUN_STALE_CELLS,
      'If wrong data was pushed, correct those records: Clay does not undo a push.',
    ],
    prevent: [
      'Use an integration user for the CRM whose key does not end with a person leaving, and note when it expires.',
      'Announce changes of CRM fields to whoever owns the Clay tables.',
    ],
    rootCause: 'The CRM API key expired, or the mapping between Clay columns and CRM fields changed.',
    sms: 'Click red cells of the CRM column: key or mapping?',
    smsAfterwards: 'Run the failed cells; correct wrong records.',
    questions: ['red-cells', 'connections'],
  },
} as const satisfies Record<string, RunbookEntry>;
