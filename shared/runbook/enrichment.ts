import {
  CLOSES,
  CONFIRMS,
  KEEPS_EFFECTS,
  REPLAYS,
  SAYS_NOTHING_BY_FEW,
  SEEN_BY_COUNTING,
  TELLS_APART,
  WRITES_TO_SUPPORT,
} from './automatic.ts';
import { NO_REPLAY, REFUND, RUN_STALE_CELLS, STATUS_PAGE, VERIFY_TRIAGE } from './common.ts';
import type { RunbookEntry, Step } from './entry.ts';

/** Second runbook, "Error Handling": all providers returning empty. The text to send is made per incident. */
export const ALL_PROVIDERS_EMPTY: Step = {
  do: 'If every provider comes back empty, for companies too that were found before, it is an account-level issue: only Clay can lift it. Contact Clay support: "Workspace: <name>. Table: <link>. Since <time, UTC> all provider columns return empty for new rows, also for rows that were filled before. Connections are verified, data credits and actions are left. Please check our account for a block or a limit."',
  where:
    'https://community.clay.com, or Clay > chat icon at the bottom right (Mon-Fri, 9:00-21:00 US Eastern)',
};

const CHECK_RED_CELLS: Step = {
  do: 'Look for red error cells; click them and read the message.',
  where: 'Table > red cell',
  expect:
    'None. "Token has expired" or "Missing authentication": reconnect. "Rate limit wait time exceeded": wait. "Settings contains deleted column": edit the column.',
};

const CHECK_CONNECTIONS: Step = {
  do: 'Check the providers one by one. Connection lost: reconnect it with a valid API key. Rate limited: wait, or switch to a different provider.',
  where: 'Settings > Connections > the provider > Verify; "..." > Reconnect',
  expect: 'Every provider shows Connected.',
};

export const enrichment = {
  'enrichment.stalled': {
    title: 'Enriched rows stopped coming back',
    meaning:
      'Clay accepts rows, but none come back. Most often auto-run is off, columns are stuck or in manual mode, or the HTTP API column that sends the rows back is broken.',
    impact: 'Leads go into Clay and are not enriched or not returned. The CRM is not updated.',
    publicImpact:
      'Enrichment of new records is currently delayed. Existing data is not affected. We are working on it.',
    reach: 'subject',
    automatic: [
      { action: 'Asks a person the four questions of the decision tree: npx claywatch triage.' },
      CONFIRMS,
      CLOSES,
      SEEN_BY_COUNTING,
      REPLAYS,
    ],
    steps: [
      CHECK_RED_CELLS,
      {
        do: 'Is auto-run on? If not, enable it at table level first, then at column level, and choose "Update cells".',
        where:
          'Table name > Run settings > Auto-run (older: Table Settings > Auto-update); column name > Edit column > Run settings',
        expect: 'The table shows "Auto-run", and no column shows the icon for manual mode.',
      },
      {
        do: 'Are data credits and actions left? If not, go by "Data credits are used up" or "Actions are used up": that is a P1.',
        where: 'Settings > Plans & Billing',
      },
      {
        do: 'Is the webhook accepting rows? If a row sent now is not in the table, go by the webhook: it may have reached its 50,000 rows.',
        where: 'Table, after Clear filters: the newest row',
      },
      {
        do: 'If all of this is in order, the fault is likely at a provider.',
        where: 'Settings > Connections',
      },
      CHECK_CONNECTIONS,
      {
        do: 'Look at the HTTP API column that sends rows back: a response timeout must be below 100000 ms, and its address and secret header must be right.',
        where: 'Column name > Edit column',
      },
      {
        do: 'Cells that stay "queued" or "running" for an hour: press Stop, wait for it, and run the column again.',
        where: 'Run summary at the bottom right > Stop; right-click the column > Run column',
      },
      ALL_PROVIDERS_EMPTY,
    ],
    verify: ['Rows come back again, in the usual time. A 200 from the webhook is no proof.', VERIFY_TRIAGE],
    afterwards: [RUN_STALE_CELLS, NO_REPLAY],
    prevent: [
      'Let nobody switch auto-run off in a table that feeds production without saying so; name such tables clearly.',
      'Watch real rows that come back, instead of test rows: they cost nothing extra and prove the whole way.',
      'On the Enterprise plan, turn on the table alert for inactivity (1 day) as a second net.',
    ],
    rootCause:
      'Rows were accepted but not processed or not sent back: auto-run off, a stuck column, or a broken HTTP API column.',
    sms: 'In the table: red cells? auto-run on? credits left?',
    smsAfterwards: 'Run the stale cells of the gap: they stay stale.',
    questions: ['red-cells', 'auto-run', 'credits', 'connections'],
  },

  'enrichment.all-empty': {
    title: 'Every provider comes back empty',
    meaning:
      'Rows come back, and none of the providers finds anything any more, although several did before. That is no fault of a single provider: most likely Clay blocks or limits the account.',
    impact: 'No lead is enriched, in any feed; rows come back empty, and may cost credits all the same.',
    publicImpact:
      'New records are currently not being enriched. Existing data is not affected. We are working on it.',
    reach: 'everybody',
    automatic: [SEEN_BY_COUNTING, SAYS_NOTHING_BY_FEW, TELLS_APART, KEEPS_EFFECTS, WRITES_TO_SUPPORT, CLOSES],
    steps: [
      {
        do: 'Make sure within a minute: run one row by hand of a company that was found last week.',
        where: 'Table > an old, filled row > right-click a provider cell > Run cell',
        expect:
          'Empty or red as well: it is the account. Filled: the rows that go in have changed; go by "Too few rows are found".',
      },
      {
        do: 'Make sure that it is the table and not only what comes back: are the provider cells of new rows empty in Clay too?',
        where: 'Table, newest rows, after Clear filters',
        expect:
          'Empty there too. If they are filled, the body of the HTTP API column changed: Column name > Edit column > Body.',
      },
      CHECK_CONNECTIONS,
      {
        do: 'Are data credits, actions, budgets and workbook limits left? An empty budget stops every provider at once.',
        where: 'Settings > Plans & Billing; Settings > Budgets; Settings > Usage > Workbook limits',
      },
      {
        do: 'Contact Clay support: only they can lift a block or a limit of the account. The text to send is in the mail under TEXT TO SEND TO CLAY SUPPORT; it holds counts and times and no row.',
        where:
          'https://community.clay.com, or Clay > chat icon at the bottom right (Mon-Fri, 9:00-21:00 US Eastern)',
      },
      {
        do: 'Until they answer, hold what can wait: rows that come back empty cost credits, and have to be run again.',
        where: 'npx claywatch hold <feed>; without the relay: Table name > Run settings > Auto-run off',
        expect: 'npx claywatch status says that the feed is held; rows wait, and none is lost.',
      },
    ],
    verify: [
      'Providers find rows again: the hit rate is at its usual value, over enough rows to be sure.',
      VERIFY_TRIAGE,
    ],
    afterwards: [
      'Let a held feed go again: npx claywatch resume <feed>.',
      'Run the rows of the gap again: right-click the column > Run column > Run empty or out-of-date rows. Look at the price first.',
      REFUND,
    ],
    prevent: [
      'Keep your own keys for the provider that matters most: what Clay limits in the account does not limit them.',
      'Name the workspace in claywatch.config.ts (postmortem.workspace), so that the text for support is complete.',
    ],
    rootCause: 'A block or a limit of the account at Clay: all providers stopped delivering at once.',
    sms: 'Contact Clay support; the text to send is in the mail.',
    smsAfterwards: 'Run the empty cells of the gap again.',
    questions: ['credits', 'connections'],
  },

  'enrichment.slow': {
    title: 'Enrichment is slow',
    meaning:
      'Rows come back, but much later than usual. Usually a provider limits or delays, or the table has more to do than it can.',
    impact: 'Leads are enriched late; whatever waits for them waits.',
    publicImpact: 'Enrichment of new records is currently delayed.',
    reach: 'subject',
    automatic: [SEEN_BY_COUNTING, SAYS_NOTHING_BY_FEW, KEEPS_EFFECTS, CLOSES],
    steps: [
      {
        do: 'Find the column that waits: hover over the progress bars; look for queued or rate-limited cells.',
        where: 'Table > column header > progress bar',
        expect: 'One column is behind all others.',
      },
      {
        do: 'Read whether Clay reports delays.',
        where: STATUS_PAGE,
      },
      {
        do: 'Take load off: pause bulk imports and large re-runs in the workspace.',
        where: 'Run summary at the bottom right > Stop',
      },
      CHECK_CONNECTIONS,
    ],
    verify: ['The time from sending a row to getting it back is at its usual value again.'],
    afterwards: ['Rows that are late come by themselves; do not send them again, or they are paid twice.'],
    prevent: [
      'Keep bulk work in another table than live leads.',
      'In waterfalls, put fast providers first and stop at the first result.',
    ],
    rootCause:
      'A provider or Clay itself processed rows more slowly than usual, or too much was queued at once.',
    sms: 'Find the column that is behind; pause bulk runs.',
    smsAfterwards: 'Late rows come by themselves: do not re-send.',
    questions: ['red-cells', 'connections'],
  },

  'enrichment.low-hit-rate': {
    title: 'Too few rows are found',
    meaning:
      'Rows come back, but more of them are empty than usual. Either the rows that go in have become worse, or a provider no longer delivers.',
    impact: 'Leads lack e-mail addresses, companies or other fields; credits may be spent on nothing.',
    publicImpact: 'Some new records are currently enriched only in part.',
    reach: 'subject',
    automatic: [SEEN_BY_COUNTING, SAYS_NOTHING_BY_FEW, TELLS_APART, CLOSES],
    steps: [
      {
        do: 'Sample 10 rows: are the input domains valid? Private mail domains, typing errors and empty fields cannot be found.',
        where: 'Table, newest rows, after Clear filters',
        expect:
          'Rows look like those of last week. If not, the input changed: look at the sender or the campaign.',
      },
      CHECK_CONNECTIONS,
      {
        do: 'Pre-filter rows that cannot be found, before they cost credits.',
        where: 'Column name > Edit column > Run settings > Only run if; or your sender',
      },
      ALL_PROVIDERS_EMPTY,
      {
        do: 'Watch the hit rate for the next hour.',
        where: 'Claywatch, or the progress bar of the column',
        expect: 'At or above its usual value.',
      },
    ],
    verify: ['The hit rate of the next hour, over at least 30 rows, is at its usual value again.'],
    afterwards: [
      'Run the empty cells again, if a provider was the reason: right-click the column > Run column > Run empty or out-of-date rows. Look at the price first.',
      REFUND,
    ],
    prevent: [
      'Check domains and addresses before rows are sent.',
      'Use a waterfall of several providers instead of one.',
      'Compare hit rates per source of leads, so that a bad list is seen at once.',
    ],
    rootCause:
      'The rows that came in were of lower quality, or a provider lost its connection or its coverage.',
    sms: 'Sample 10 rows: bad domains, or a provider lost?',
    smsAfterwards: 'Run the empty cells again if a provider was lost.',
    questions: ['red-cells', 'connections'],
  },
} as const satisfies Record<string, RunbookEntry>;
