import type { FaultName } from '../clay/faults/catalogue.ts';

export interface TrialFault {
  readonly id: string;
  readonly title: string;
  /** What a person sees then, in the order in which they see it. */
  readonly whatHappens: string;
}

/** What the guided drill can break, the best one for a first time first; the simulated Clay knows many more. */
export const TRIAL_FAULTS: readonly (TrialFault & { readonly id: FaultName })[] = [
  {
    id: 'outage',
    title: 'Clay is down',
    whatHappens:
      'Rows are taken and wait. A P1 incident opens and is told by e-mail and SMS. Once Clay is back the rows go on by themselves.',
  },
  {
    id: 'webhook-limit',
    title: 'A webhook is full',
    whatHappens: 'Clay refuses its next row. The standby webhook takes over, and that very row goes there.',
  },
  {
    id: 'key-invalid',
    title: 'The API key is refused',
    whatHappens:
      'An incident opens with the steps to make a new key. Rows flow on, since webhooks need no key.',
  },
  {
    id: 'provider-down',
    title: 'An enrichment provider is down',
    whatHappens: 'Rows come back failed. Within some minutes an incident names the provider.',
  },
];
