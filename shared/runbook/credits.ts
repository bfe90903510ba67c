import {
  CLOSES,
  CONFIRMS,
  DERIVES_BURN,
  HOLDS_ROWS,
  KEEPS_EFFECTS,
  READS_BALANCE,
  SEEN_BY_BURN,
} from './automatic.ts';
import { NO_PUBLIC_IMPACT, REFUND, RUN_STALE_CELLS } from './common.ts';
import type { RunbookEntry, Step } from './entry.ts';

const CHECK_BALANCE: Step = {
  do: 'Check the balance in Clay itself.',
  where: 'Settings > Plans & Billing > Credit balance',
  expect: 'Data credits and actions, each with what is left. Legacy workspaces have one meter only.',
};

const OWN_KEYS: Step = {
  do: 'Connect your own provider API keys: enrichments that run on them use 0 data credits (they still use actions).',
  where: 'Settings > Connections > + Add connection; then in the column: Edit column > Account > your own',
  expect: 'The column runs again, and the cell shows no data credits charged.',
};

const STOP_THE_DRAIN: Step = {
  do: 'Stop what is not needed now: switch auto-run off in tables that can wait, and look for columns that re-run on a schedule.',
  where: 'Table name > Run settings > Auto-run; Run settings > Re-run columns on a schedule',
};

const FIND_THE_SPENDER: Step = {
  do: 'Find the table that spends: sort by credits used over the last days. The Run view of a table shows whether runs were manual, automatic or scheduled.',
  where: 'Settings > Usage > Workspace > Credits used; then the chart button of the table > Run view',
  expect: 'One table stands out.',
};

const TOP_UP: Step = {
  do: 'Add a credit pack, turn on auto top-up, or upgrade the plan. Packs cost 30 % more per credit than the plan (legacy plans 50 %).',
  where: 'Settings > Plans & Billing',
  expect: 'The balance rises at once.',
};

const CHANGE_PLAN: Step = {
  do: 'Change the plan. Actions cannot be topped up: only a plan change helps before the next billing cycle.',
  where: 'Settings > Plans & Billing > Change plan',
  expect: 'The action meter rises.',
};

/** At zero, whether waiting work goes on by itself is not known [U]. */
const SEE_A_ROW =
  'Make sure that a real row comes back enriched: whether waiting rows go on by themselves, Clay does not say.';

const BILLING_ROLE = 'Make sure at any hour that somebody with the billing role can be reached.';

export const credits = {
  'credits.exhausted': {
    title: 'Data credits are used up',
    meaning:
      'The workspace has no data credits left, so Clay runs no enrichment that costs any. Whether webhooks still take rows, and whether waiting rows go on by themselves later, Clay does not say.',
    impact: 'Rows are no longer enriched, in any feed. Leads come back empty or not at all.',
    publicImpact:
      'Enrichment of new records is currently paused. Existing data is not affected. We are working on it.',
    reach: 'everybody',
    automatic: [READS_BALANCE, CONFIRMS, KEEPS_EFFECTS, CLOSES, DERIVES_BURN, HOLDS_ROWS],
    steps: [
      CHECK_BALANCE,
      OWN_KEYS,
      TOP_UP,
      STOP_THE_DRAIN,
      { ...FIND_THE_SPENDER, do: `Before you top up a second time: ${FIND_THE_SPENDER.do}` },
      {
        do: 'On the Enterprise plan, a budget or a workbook limit can be empty while the workspace is not: raise it or reset it.',
        where: 'Settings > Budgets; Settings > Usage > Workbook limits',
      },
    ],
    verify: [
      'A row comes back enriched. Claywatch closes the incident on a balance above zero, which alone does not prove that work has resumed.',
      'The red cells of the gap run through when you run them.',
    ],
    afterwards: [SEE_A_ROW, RUN_STALE_CELLS, REFUND],
    prevent: [
      'Set credit burn alerts: Claywatch warns by the time that is left (a week, three days, a day, two hours), and until it can forecast below 5,000, 1,000 and 500 credits.',
      'Turn on auto top-up, and use your own provider keys for the columns that cost most.',
      'Let costly columns run only if needed: Edit column > Run settings > Only run if.',
      BILLING_ROLE,
    ],
    rootCause:
      'The data credits of the workspace were used up before anybody added more; most often through auto-run, re-runs, a schedule, or somebody else in the workspace.',
    sms: 'Settings > Plans & Billing: add credits, or use own keys.',
    smsAfterwards: 'Run the empty and stale cells of the gap.',
    questions: ['credits', 'red-cells', 'auto-run'],
  },

  'actions.exhausted': {
    title: 'Actions are used up',
    meaning:
      'The workspace has no actions left, so Clay runs no more columns until the billing cycle ends or the plan changes. Actions cannot be topped up, and your own provider keys use actions too.',
    impact: 'Columns no longer run, in any feed: no enrichment, no HTTP API column, no CRM push.',
    publicImpact:
      'Enrichment of new records is currently paused. Existing data is not affected. We are working on it.',
    reach: 'everybody',
    automatic: [READS_BALANCE, CONFIRMS, KEEPS_EFFECTS, CLOSES, DERIVES_BURN, HOLDS_ROWS],
    steps: [
      CHECK_BALANCE,
      CHANGE_PLAN,
      { ...STOP_THE_DRAIN, do: `Until then, keep what is left for what matters. ${STOP_THE_DRAIN.do}` },
      FIND_THE_SPENDER,
    ],
    verify: [
      'A row comes back enriched. Claywatch closes the incident on a meter above zero, which alone does not prove that work has resumed.',
    ],
    afterwards: [SEE_A_ROW, RUN_STALE_CELLS],
    prevent: [
      'Claywatch warns by the time that is left (a week, three days, a day, two hours), and until it can forecast below 5,000, 1,000 and 500 actions.',
      'Let columns run only if needed: Edit column > Run settings > Only run if.',
      'Choose a plan with room for your busiest month: actions reset each cycle and cannot be bought singly.',
      BILLING_ROLE,
    ],
    rootCause: 'The actions of the billing cycle were used up.',
    sms: 'Change the plan: actions cannot be topped up.',
    smsAfterwards: 'Run the empty and stale cells of the gap.',
    questions: ['credits', 'auto-run'],
  },

  'credits.running-out': {
    title: 'Data credits are running out',
    meaning:
      'At the rate at which data credits are spent, they will be used up before they are refilled. At zero, Clay enriches nothing more, in the whole workspace.',
    impact: 'Nothing is broken yet. Enrichment stops in every feed when the balance reaches zero.',
    publicImpact: NO_PUBLIC_IMPACT,
    reach: 'everybody',
    automatic: [READS_BALANCE, CONFIRMS, CLOSES, DERIVES_BURN],
    steps: [CHECK_BALANCE, FIND_THE_SPENDER, STOP_THE_DRAIN, TOP_UP, OWN_KEYS],
    verify: [
      'The forecast says that the balance lasts until the next refill; Claywatch reads it and resolves the incident.',
    ],
    afterwards: ['Decide whether the plan still fits what you use, before the next cycle.'],
    prevent: [
      'Turn on auto top-up.',
      'Write the date of the next refill into claywatch.config.ts (burn.nextRefill), so that the forecast knows how long credits must last.',
      'Use your own provider keys for the columns that cost most.',
    ],
    rootCause: 'More data credits are used than the plan brings in a cycle.',
    sms: 'Settings > Plans & Billing: top up before it is zero.',
    smsAfterwards: 'Decide whether the plan still fits.',
    questions: ['credits'],
  },

  'actions.running-out': {
    title: 'Actions are running out',
    meaning:
      'At the rate at which actions are used, they will not last for this billing cycle. At zero, no column runs any more, and actions cannot be topped up.',
    impact: 'Nothing is broken yet. Every column stops in every feed when the meter reaches zero.',
    publicImpact: NO_PUBLIC_IMPACT,
    reach: 'everybody',
    automatic: [READS_BALANCE, CONFIRMS, CLOSES, DERIVES_BURN],
    steps: [
      CHECK_BALANCE,
      {
        do: 'Look when the cycle ends: actions reset then. If they last until that day, nothing has to be done.',
        where: 'Settings > Plans & Billing',
      },
      FIND_THE_SPENDER,
      STOP_THE_DRAIN,
      CHANGE_PLAN,
    ],
    verify: [
      'The forecast says that the meter lasts until the cycle ends; Claywatch reads it and resolves the incident.',
    ],
    afterwards: ['Decide whether the plan still fits what you use, before the next cycle.'],
    prevent: [
      'Let columns run only if needed: Edit column > Run settings > Only run if.',
      'Choose a plan with room for your busiest month.',
    ],
    rootCause: 'More actions are used than the plan has in a cycle.',
    sms: 'Save actions or change plan: no top-up exists.',
    smsAfterwards: 'Decide whether the plan still fits.',
    questions: ['credits'],
  },

  'credits.burn-spike': {
    title: 'Credits are burning unusually fast',
    meaning:
      'Credits are spent much faster than usual. The common reasons are a bulk import, a re-run of a whole table, a schedule, a loop, or a column that became more expensive.',
    impact:
      'Nothing is broken yet. At this rate the credits run out early, and then enrichment stops in every feed.',
    publicImpact: NO_PUBLIC_IMPACT,
    reach: 'everybody',
    automatic: [READS_BALANCE, SEEN_BY_BURN, CLOSES],
    steps: [
      FIND_THE_SPENDER,
      {
        do: 'If nobody wanted it, stop it: press Stop in the running table, then switch its auto-run off. Requests that are already with a provider still cost.',
        where: 'Run summary at the bottom right > Stop; Table name > Run settings > Auto-run',
      },
      {
        do: 'If it is rows of the relay that cost, hold their feed until you know why; rows wait, and none is lost.',
        where: 'npx claywatch usage; npx claywatch hold <feed> --reason "credits"',
        expect: 'npx claywatch status says that the feed is held; npx claywatch resume <feed> lets it go.',
      },
      {
        do: 'Ask in the team: did somebody import, re-run or change a column in the last hours?',
      },
      {
        do: 'Protect results that exist from being bought again: check "Keep existing results".',
        where: 'Table name > Run settings > Keep existing results',
      },
      {
        do: 'If the same rows come in again and again, go by "Rows are going in a circle".',
      },
    ],
    verify: ['Credits per hour are back at the usual rate.'],
    afterwards: [REFUND, 'Look whether the credits that are left last until the end of the cycle.'],
    prevent: [
      'On the Enterprise plan, cap the workbook: Settings > Usage > Workbook limits.',
      'Turn auto-run off before importing into a table, and try ten rows first.',
      'Let costly columns run only if needed: Edit column > Run settings > Only run if.',
      'In waterfalls, stop at the first result.',
    ],
    rootCause: 'An import, a re-run, a schedule, a loop or a dearer column used more credits than usual.',
    sms: 'Settings > Usage: find the table and stop it.',
    smsAfterwards: 'Ask Clay for a refund: workspace, table, credits.',
    questions: ['credits', 'auto-run'],
  },
} as const satisfies Record<string, RunbookEntry>;
