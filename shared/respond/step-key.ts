import { hash32 } from '../incident/id.ts';
import type { RunbookEntry } from '../runbook/index.ts';

/** Names a step of the runbook by what it says, so that a tick stays with it when the steps before it change. */
export const stepKey = ({ do: text }: Pick<RunbookEntry['steps'][number], 'do'>): string =>
  hash32(text).toString(16).padStart(8, '0');
