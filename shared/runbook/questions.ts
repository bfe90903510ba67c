import type { ManualQuestion } from './question.ts';

/**
 * The questions of the second runbook's decision tree that no probe can answer, in the order in which the tree asks
 * them. Clay calls the switch "Auto-run" since 2026; older tables and texts say "Auto-update" [C].
 */
export const QUESTIONS: Readonly<Record<ManualQuestion['id'], ManualQuestion>> = {
  'red-cells': {
    id: 'red-cells',
    question: 'Are there red error cells in the table?',
    where: 'Open the table > clear filters (filter icon > Clear filters) > look for red cells > click one',
    ifYes:
      'Read the error in the cell: "Token has expired" or "Missing authentication" means reconnect it (Settings > Connections); "Clay received a 429 error" means the target limits you; "Body parse error" or "Settings contains deleted column" means edit the column; "Some inputs missing" means the row itself lacks data.',
    ifNo: 'Nothing failed; either nothing ran or nothing was found. Look at auto-run next.',
  },
  'auto-run': {
    id: 'auto-run',
    question: 'Is auto-run on, for the table and for the column?',
    where:
      'Table name > Run settings > Auto-run (older: Table Settings > Auto-update); then column name > Edit column > Run settings > Auto-run',
    ifYes:
      'Auto-run is not the cause. Rows that came in while it was off stay stale all the same: right-click the column > Run column > Run empty or out-of-date rows.',
    ifNo: 'Turn it on at table level first, then at column level, and choose "Update cells": rows that arrived meanwhile do not run by themselves.',
  },
  credits: {
    id: 'credits',
    question: 'Are data credits and actions left?',
    where: 'Settings > Plans & Billing > Credit balance (both meters; legacy workspaces have one)',
    ifYes:
      'Credits are not the cause. A budget or a workbook limit may be: Settings > Budgets; Settings > Usage > Workbook limits (Enterprise).',
    ifNo: 'Data credits: top up, or connect your own provider keys (0 data credits). Actions: they cannot be topped up, only a plan change helps.',
  },
  connections: {
    id: 'connections',
    question: 'Is every provider connection healthy?',
    where: 'Settings > Connections > the provider > Verify',
    ifYes:
      'The connection works. If rows still come back empty from one provider, it is limited or down: wait, or put another provider in its place.',
    ifNo: 'Open "..." next to the account > Reconnect and enter a valid key. Do not delete and re-create it: columns keep pointing at the deleted one.',
  },
};

/** Every question, in the order of the decision tree. */
export const QUESTION_ORDER: readonly ManualQuestion['id'][] = [
  'red-cells',
  'auto-run',
  'credits',
  'connections',
];
