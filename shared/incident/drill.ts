import { isoInstant } from '../clock.ts';
import type { Evidence, Verdict } from '../diagnose/verdict.ts';
import type { Severity } from '../severity.ts';
import type { IncidentKey } from './fact.ts';
import { type Incident, isOpen } from './incident.ts';

/*
 * A drill on a live installation is an incident of a cause of its own: kept, told, escalated, acknowledged and resolved
 * by what does so in earnest. No probe sees it, so nothing but its own time ends it: the watch does, at its next run.
 * Nothing is held or replaced because of it, since no remediation knows its cause.
 */

const CAUSE = 'drill';
const PROBE = 'drill';
const MINUTE = 60_000;
/** Of a drill that does not say how long, which none does that was started by a command. */
const FALLBACK_MINUTES = 10;

export const isDrill = ({ cause }: { readonly cause: string }): boolean => cause === CAUSE;

/** Each drill is an incident of its own: the one before neither reopens nor holds back this one. */
export const drillKey = (now: number): IncidentKey => ({
  cause: CAUSE,
  subject: `drill of ${isoInstant(now).slice(0, 16)}Z`,
});

export interface DrillPlan {
  readonly severity: Severity;
  /** When it ends by itself. */
  readonly minutes: number;
  /** Who started it. */
  readonly by: string;
  /** Epoch ms. */
  readonly now: number;
}

/** What a drill says of itself, in place of a diagnosis. */
export const drillVerdict = ({ severity, minutes, by, now }: DrillPlan): Verdict => ({
  ...drillKey(now),
  severity,
  summary: `DRILL started by ${by}, over in ${minutes} min. Nothing is wrong.`,
  evidence: [
    {
      probe: PROBE,
      at: now,
      summary: `DRILL, started by ${by}`,
      finding: 'drill',
      kind: 'reported',
      facts: { endsAfterMinutes: minutes },
    },
  ],
  ruledOut: [],
  wouldChange: ['The drill ends by itself, or with npx claywatch drill --live --end.'],
  tentative: false,
});

/** When a drill ends by itself, epoch ms. */
export const drillEndsAt = ({ evidence, openedAt }: Pick<Incident, 'evidence' | 'openedAt'>): number => {
  const minutes = evidence.find(({ finding, probe }) => probe === PROBE && finding === 'drill')?.facts
    .endsAfterMinutes;
  return openedAt + (typeof minutes === 'number' ? minutes : FALLBACK_MINUTES) * MINUTE;
};

/** What stands against practising: open, told on its own, and P1 or P2. */
export const isGrave = (incident: Incident): boolean =>
  isOpen(incident) &&
  !isDrill(incident) &&
  !incident.hiddenBy &&
  (incident.severity === 'P1' || incident.severity === 'P2');

/** That a drill is over, as something that was seen. */
export const drillOver = (why: string, now: number): readonly Evidence[] => [
  {
    probe: PROBE,
    at: now,
    summary: `DRILL over: ${why}`,
    finding: 'drill-over',
    kind: 'reported',
    facts: {},
  },
];

const whyOver = (drill: Incident, open: readonly Incident[], now: number): string | null => {
  if (now >= drillEndsAt(drill)) return 'its time has passed.';
  const real = open.find((one) => isGrave(one) && one.openedAt > drill.openedAt);
  return real ? `a real incident has opened, ${real.id}.` : null;
};

/** The drills among open incidents that are over: their time has passed, or something real has opened since. */
export const drillsOver = (
  open: readonly Incident[],
  now: number,
): readonly (IncidentKey & { readonly evidence: readonly Evidence[] })[] =>
  open.filter(isDrill).flatMap((drill) => {
    const why = whyOver(drill, open, now);
    const { cause, subject } = drill;
    return why === null ? [] : [{ cause, subject, evidence: drillOver(why, now) }];
  });
