import { CLOSES, CONFIRMS, COUNTS_ROWS } from './automatic.ts';
import { RUN_STALE_CELLS } from './common.ts';
import { ALL_PROVIDERS_EMPTY } from './enrichment.ts';
import type { RunbookEntry } from './entry.ts';

export const provider = {
  'provider.failing': {
    title: 'An enrichment provider fails',
    meaning:
      'One provider behind the Clay columns answers with errors or not at all. Clay itself and the other providers work.',
    impact: 'Columns of this provider stay red or empty; rows come back without its fields.',
    publicImpact: 'Some new records are currently enriched only in part.',
    reach: 'subject',
    automatic: [CONFIRMS, CLOSES, COUNTS_ROWS],
    steps: [
      {
        do: 'Click a red cell of this provider and read the message.',
        where: 'Table > red cell',
        expect:
          'An error of the provider. "Token has expired" or "Missing authentication": reconnect, next step.',
      },
      {
        do: 'Connection lost: reconnect it with a valid API key. Do not delete and re-create the connection: columns keep pointing at the deleted one.',
        where: 'Settings > Connections > the provider > Verify; "..." > Reconnect',
        expect: 'Connected.',
      },
      {
        do: 'Provider down: read its own status page, and wait or switch to a different provider.',
        where: 'Status page of the provider; Column name > Edit column',
      },
      ALL_PROVIDERS_EMPTY,
    ],
    verify: [
      'One cell of this provider, run by hand, is filled.',
      'The probe of the provider passes several times in a row, or its rows no longer fail.',
    ],
    afterwards: [RUN_STALE_CELLS],
    prevent: [
      'Use a waterfall with at least two providers for fields that you cannot do without.',
      'Note when provider keys expire, and who owns them: a key of somebody who left stops working.',
    ],
    rootCause: 'The provider was down, or the key that Clay uses for it expired or was withdrawn.',
    sms: 'Settings > Connections: verify, reconnect, or switch.',
    smsAfterwards: 'Run the red and empty cells of this provider.',
    questions: ['red-cells', 'connections'],
  },

  'provider.rate-limited': {
    title: 'An enrichment provider limits us',
    meaning:
      'One provider answers 429: it gets more requests than its plan allows. Cells wait, or end with "Rate limit wait time exceeded".',
    impact: 'Columns of this provider are late or stay empty.',
    publicImpact: 'Enrichment of some new records is delayed.',
    reach: 'subject',
    automatic: [CONFIRMS, CLOSES, COUNTS_ROWS],
    steps: [
      {
        do: 'Wait, if it is a short peak: limits per minute or per hour end by themselves.',
        where: 'Table > red or waiting cell > message',
      },
      {
        do: 'Lower the rate of the column below the limit of the provider.',
        where: 'Column name > Edit column > Custom rate limit (HTTP API columns); or pause bulk runs',
      },
      {
        do: 'Or switch to a different provider for now, or to the account that Clay manages.',
        where: 'Column name > Edit column > Account',
      },
      {
        do: 'If it happens daily, ask the provider for a higher limit.',
        where: 'Settings > Connections shows whose key it is',
      },
    ],
    verify: ['New cells of this provider are filled without waiting.'],
    afterwards: [RUN_STALE_CELLS],
    prevent: ['Set the rate limit of the column to that of the provider.', 'Spread bulk runs over the day.'],
    rootCause: 'More requests went to the provider than its limit allows.',
    sms: 'Wait, slow the column down, or switch provider.',
    smsAfterwards: 'Run the red and empty cells of this provider.',
    questions: ['red-cells', 'connections'],
  },
} as const satisfies Record<string, RunbookEntry>;
