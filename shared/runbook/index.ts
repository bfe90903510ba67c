import type { Cause } from '../cause.ts';
import { apiKey } from './api-key.ts';
import { callback } from './callback.ts';
import { clay } from './clay.ts';
import { credits } from './credits.ts';
import { crm } from './crm.ts';
import { drill } from './drill.ts';
import { enrichment } from './enrichment.ts';
import type { RunbookEntry } from './entry.ts';
import { monitoring } from './monitoring.ts';
import { own } from './own.ts';
import { provider } from './provider.ts';
import { rows } from './rows.ts';
import { table } from './table.ts';
import type { Case } from './variant.ts';
import { VARIANTS } from './variants.ts';
import { webhook } from './webhook.ts';

/** What is known about every cause; complete by its type. */
export const RUNBOOK: Readonly<Record<Cause, RunbookEntry>> = {
  ...clay,
  ...webhook,
  ...table,
  ...credits,
  ...rows,
  ...enrichment,
  ...provider,
  ...crm,
  ...callback,
  ...apiKey,
  ...own,
  ...monitoring,
  ...drill,
};

/** What is known about a cause in the form in which it shows here. Pure, total. */
export const runbookFor = (about: Case): RunbookEntry => {
  const entry = RUNBOOK[about.cause];
  const variant = VARIANTS[about.cause]?.find(({ fits }) => fits(about));
  return variant ? { ...entry, ...variant.entry } : entry;
};

export { NO_PUBLIC_IMPACT } from './common.ts';
export type { AutomaticAction, Reach, RunbookEntry, Step } from './entry.ts';
export { QUESTION_ORDER, QUESTIONS } from './questions.ts';
export type { Case as RunbookCase, Variant } from './variant.ts';
export { VARIANTS } from './variants.ts';
