import type { Incident } from '../incident/incident.ts';
import { runbookFor } from '../runbook/index.ts';

/** What is wrong, as a part of a sentence: `the webhook does not exist`, `Clay is down`. */
export const troubleOf = (incident: Incident): string => {
  const { title } = runbookFor(incident);
  if (/^(?:Webhook|Table)\b/.test(title)) return `the ${title.charAt(0).toLowerCase()}${title.slice(1)}`;
  return /^Clay/.test(title) ? title : `${title.charAt(0).toLowerCase()}${title.slice(1)}`;
};
