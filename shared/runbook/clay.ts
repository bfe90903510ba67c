import {
  CLOSES,
  CONFIRMS,
  HOLDS_ROWS,
  KEEPS_EFFECTS,
  READS_STATUS,
  REPLAYS,
  RULES_OUT_OWN_NETWORK,
} from './automatic.ts';
import {
  ASK_SUPPORT,
  DASHBOARD_CLOSED,
  NO_REPLAY,
  PUT_A_QUEUE,
  RUN_STALE_CELLS,
  SLOW_RESTART,
  STATUS_PAGE,
  WITHOUT_DASHBOARD,
} from './common.ts';
import type { RunbookEntry } from './entry.ts';

export const clay = {
  'clay.outage': {
    title: 'Clay is down',
    meaning:
      'No part of Clay can be used, and the fault is not on our side. Rows that senders post to Clay now are lost, for it neither queues nor retries them; those of the relay wait.',
    impact:
      'No rows reach Clay and no enriched rows come back, in any feed. Leads are not enriched and the CRM is not updated.',
    publicImpact:
      'Enrichment of new records is currently unavailable. Existing data is not affected. We are working on it and will post an update.',
    reach: 'everybody',
    automatic: [CONFIRMS, RULES_OUT_OWN_NETWORK, READS_STATUS, KEEPS_EFFECTS, CLOSES, HOLDS_ROWS, REPLAYS],
    steps: [
      {
        do: 'Senders of the relay: change nothing, or enable your fallback. Senders that post to Clay themselves: stop them, or let your own queue hold the rows; a row that is sent now is lost.',
        where: 'Your senders: CRM workflows, forms, Zapier, Make, scripts',
      },
      {
        do: 'Read what Clay says about it. If an incident is open there, wait for it: nothing on our side will fix it.',
        where: STATUS_PAGE,
        expect: 'An incident, or nothing yet: the page often follows minutes after the fault.',
      },
      {
        do: 'Turn on graceful degradation: let your product go on without enriched fields and mark the records to be enriched later.',
        where: 'Your own service (feature flag or setting)',
      },
      DASHBOARD_CLOSED,
      WITHOUT_DASHBOARD,
      {
        ...ASK_SUPPORT,
        do: 'If the status page still shows nothing after 15 minutes, report it to Clay with the evidence of this message.',
      },
    ],
    verify: [
      'Claywatch sees the web site and the API of Clay answer several times in a row, and resolves the incident.',
      'One real row goes in and comes back enriched. A 200 alone only says that the row was accepted.',
    ],
    afterwards: [NO_REPLAY, SLOW_RESTART, RUN_STALE_CELLS],
    prevent: [
      PUT_A_QUEUE,
      'Subscribe to status.clay.com, and keep a decision ready on how long your product may run without enrichment.',
    ],
    rootCause: 'Outage at Clay: its web site or its API stopped answering while our own network was working.',
    sms: 'Stop sending rows to Clay: rows sent now are lost.',
    smsAfterwards: 'Send rows of the gap again: Clay has no replay.',
    smsWhen: {
      hold: 'Rows are held, none is lost; sending resumes by itself.',
      afterwards: 'No row of the relay was lost; the mail says what is left.',
    },
    questions: [],
  },

  'clay.degraded': {
    title: 'Clay is degraded',
    meaning:
      'Clay works in part: some of its services fail or are slow, or Clay itself has declared an incident. This is the usual kind of trouble at Clay; a total outage is rare.',
    impact:
      'Rows may be taken in slowly, be enriched late, or come back incomplete. Which feeds are hit depends on the part of Clay that is in trouble.',
    publicImpact:
      'Enrichment of new records may be delayed or incomplete. We are following the situation and will post an update.',
    reach: 'everybody',
    automatic: [CONFIRMS, RULES_OUT_OWN_NETWORK, READS_STATUS, KEEPS_EFFECTS, CLOSES, HOLDS_ROWS],
    steps: [
      {
        do: 'Read which part of Clay is in trouble: webhook intake, AI columns, one provider, or delays.',
        where: STATUS_PAGE,
        expect:
          'The parts named there fit the evidence of this message. If they do not, believe the measurement.',
      },
      {
        do: 'If webhook intake is named, or webhooks answer 500 or 503: the relay holds its rows by itself. Senders that post to Clay themselves: stop bulk sends and hold rows on your side until it is over.',
        where: 'Your senders',
      },
      {
        do: 'If only enrichment is slow or failing: let rows go in, turn on graceful degradation in your product, and do not press Run again and again; every run may spend credits.',
        where: 'Your own service (feature flag or setting)',
      },
      {
        do: 'If Clay declares no incident, look at our side before waiting: the API key, the configuration and the connections.',
        where: 'npx claywatch triage',
        expect: 'Every check that is ours is ok.',
      },
      ASK_SUPPORT,
    ],
    verify: [
      'Every part of Clay that was failing or slow answers normally several times in a row.',
      'The status page lists the incident as resolved. A green page alone does not close this incident.',
      'One real row goes in and comes back enriched in the usual time.',
    ],
    afterwards: [
      'Sample ten rows of the time of the incident: look for red, empty or stale cells.',
      RUN_STALE_CELLS,
      NO_REPLAY,
    ],
    prevent: [
      PUT_A_QUEUE,
      'Let processes downstream tolerate a late or missing enrichment instead of failing on it.',
    ],
    rootCause: 'Partial outage at Clay.',
    sms: 'Hold bulk sends; see status.clay.com for the part.',
    smsAfterwards: 'Check rows of the gap for red or empty cells.',
    questions: ['red-cells'],
  },
} as const satisfies Record<string, RunbookEntry>;
