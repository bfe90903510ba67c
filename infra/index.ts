/**
 * Claywatch for a CDK app of one's own: `new Claywatch(stack, 'Claywatch', { config })`. The app at infra/app.ts is made
 * of the same.
 */
export { defineConfig } from '../shared/config/define.ts';
export { loadConfig } from '../shared/config/load.ts';
export type { ConfigInput } from '../shared/config/schema.ts';
export { Claywatch, type ClaywatchProps, INSTALLATION_TAG } from './claywatch.ts';
export type { BudgetProps } from './constructs/budget.ts';
export type { AlarmSet } from './constructs/operator-alarms.ts';
export type { TableKey } from './constructs/state-table.ts';
export { addOutputs, type Output, type Outputs } from './outputs.ts';
