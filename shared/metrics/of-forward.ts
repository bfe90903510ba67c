import type { ForwardReport } from '../relay/forward/ports.ts';
import type { Values } from './catalogue.ts';

/** What one run of a forwarder measured. */
export const metricsOfForward = ({ answers, dropped, deadLetters, faults }: ForwardReport): Values => ({
  RowsForwarded: answers.accepted ?? 0,
  RowsSetAside: deadLetters,
  PaceRefusals: answers.rate ?? 0,
  SendsUncertain: answers.uncertain ?? 0,
  SendsSpared: dropped,
  ForwardFaults: faults,
});
