import { isoInstant } from '../clock.ts';
import type { Incident, IncidentAction } from '../incident/incident.ts';
import { type AutomaticAction, runbookFor } from '../runbook/index.ts';
import type { ShowResponse } from './incident-shape.ts';
import { actorOf } from './incident-view.ts';
import { stepKey } from './step-key.ts';

type Sign = NonNullable<AutomaticAction['shownBy']>;

const earliest = (times: readonly number[]): number | null =>
  times.length === 0 ? null : Math.min(...times);

const didAt = ({ actions = [] }: Incident, kind: IncidentAction['kind']): number | null =>
  earliest(actions.flatMap((one) => (one.kind === kind && one.mode === 'act' ? [one.since] : [])));

const seenBy = ({ evidence }: Incident, probe: RegExp): number | null =>
  earliest(evidence.flatMap((one) => (probe.test(one.probe) ? [one.at] : [])));

/** When what Claywatch does by itself was first done, as far as the incident shows it; epoch ms. */
const SHOWN: Readonly<Record<Sign, (incident: Incident) => number | null>> = {
  opened: ({ openedAt }) => openedAt,
  told: ({ deliveries }) => earliest(deliveries.map(({ deliveredAt }) => deliveredAt)),
  effects: ({ timeline }) => timeline.find(({ kind }) => kind === 'effect-hidden')?.at ?? null,
  hold: (incident) => didAt(incident, 'hold'),
  failover: (incident) => didAt(incident, 'failover'),
  reconcile: (incident) => didAt(incident, 'reconcile'),
  // Closed by somebody's word is not seen working.
  'seen-working': ({ resolvedAt, closedBy }) => (closedBy ? null : (resolvedAt ?? null)),
  'status-page': (incident) => seenBy(incident, /^clay\.status$/),
  balance: (incident) => seenBy(incident, /^clay\.(?:balance|credits|actions)$/),
};

const instant = (at: number | null): string | null => (at === null ? null : isoInstant(at));

/** What is to be done about an incident, with a tick at what was done: by Claywatch, and by people. Pure. */
export const runbookOf = (incident: Incident): ShowResponse['runbook'] => {
  const { meaning, impact, automatic, steps, verify, afterwards } = runbookFor(incident);
  const done = new Map((incident.steps ?? []).map((one) => [one.key, one]));
  return {
    meaning,
    impact,
    automatic: automatic.map(({ action, shownBy }) => ({
      action,
      done_at: instant(shownBy ? SHOWN[shownBy](incident) : null),
    })),
    steps: steps.map((step, index) => {
      const tick = done.get(stepKey(step));
      return {
        step: index + 1,
        do: step.do,
        where: step.where ?? null,
        expect: step.expect ?? null,
        done: tick ? { by: actorOf(tick.by), at: isoInstant(tick.at) } : null,
      };
    }),
    verify: [...verify],
    afterwards: [...afterwards],
  };
};
