import type { Cause } from '../cause.ts';
import type { RunbookEntry } from './entry.ts';

/** As much of an incident or a verdict as decides which words fit; both are. */
export interface Case {
  readonly cause: Cause;
  readonly subject: string;
  readonly evidence: readonly { readonly probe: string; readonly finding: string }[];
}

/** Words for one form of a cause, instead of those of the cause: a person is paged about one thing, not about ten. */
export interface Variant {
  /** What it is about, as a heading: "When the URL of the webhook is malformed". */
  readonly when: string;
  readonly fits: (about: Case) => boolean;
  /** What is said otherwise; the rest is as in the entry of the cause. */
  readonly entry: Partial<Omit<RunbookEntry, 'reach'>>;
}

export const aboutSubject =
  (...subjects: readonly string[]): Variant['fits'] =>
  ({ subject }) =>
    subjects.some((each) => (each.endsWith(':') ? subject.startsWith(each) : subject === each));

export const withFinding =
  (...findings: readonly string[]): Variant['fits'] =>
  ({ evidence }) =>
    evidence.some(({ finding }) => findings.includes(finding));
