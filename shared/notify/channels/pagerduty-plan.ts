import type { Urgency } from '../../incident/incident.ts';
import type { Bulletin } from './port.ts';

/** How an alert stands at PagerDuty, as far as we told it. */
export type AlertState = 'none' | 'triggered' | 'acknowledged' | 'resolved';

export interface KnownAlert {
  readonly state: AlertState;
  /** Counts the alerts of one incident: a page after an acknowledgement needs a new one. From 1. */
  readonly generation: number;
  /** An earlier alert that is still to be resolved, because a newer one took its place. */
  readonly superseded: number | null;
}

export interface AlertStep {
  readonly action: 'trigger' | 'acknowledge' | 'resolve';
  readonly generation: number;
  /** Only so that what follows is not dropped: nobody has to get up for it. */
  readonly quiet: boolean;
  /** What is true once PagerDuty took it. */
  readonly after: KnownAlert;
}

/** Not where it was when the message was written: a notice that comes late would call somebody for what is taken. */
const wantedOf = ({
  current,
  status: written,
}: Pick<Bulletin, 'status' | 'current'>): Exclude<AlertState, 'none'> => {
  const status = current ?? written;
  if (status === 'triggered') return 'triggered';
  return status === 'acknowledged' || status === 'mitigated' ? 'acknowledged' : 'resolved';
};

const step = (
  action: AlertStep['action'],
  { generation, superseded }: KnownAlert,
  quiet = false,
): AlertStep => ({
  action,
  generation,
  quiet,
  after: {
    state: action === 'trigger' ? 'triggered' : action === 'acknowledge' ? 'acknowledged' : 'resolved',
    generation,
    superseded,
  },
});

/** A trigger does not wake people for an alert that somebody has; so a new alert takes its place, and the old one ends. */
const pageAgain = (known: KnownAlert): readonly AlertStep[] => {
  const fresh = { ...known, generation: known.generation + 1, superseded: known.generation };
  const trigger = step('trigger', fresh);
  return [trigger, ending(trigger.after, known.generation)];
};

const ending = (known: KnownAlert, generation: number): AlertStep => ({
  action: 'resolve',
  generation,
  quiet: true,
  after: { ...known, superseded: null },
});

const isOpen = ({ state }: KnownAlert): boolean => state === 'triggered' || state === 'acknowledged';

const stepsTo = (
  wanted: Exclude<AlertState, 'none'>,
  urgency: Urgency,
  known: KnownAlert,
): readonly AlertStep[] => {
  if (wanted === 'resolved') {
    if (known.state === 'resolved') return [];
    return isOpen(known) ? [step('resolve', known)] : [step('trigger', known, true), step('resolve', known)];
  }
  if (wanted === 'acknowledged') {
    if (known.state === 'acknowledged') return [];
    return isOpen(known)
      ? [step('acknowledge', known)]
      : [step('trigger', known, true), step('acknowledge', known)];
  }
  if (!isOpen(known)) return [step('trigger', known)];
  if (urgency !== 'page') return [];
  return known.state === 'acknowledged' ? pageAgain(known) : [step('trigger', known)];
};

/**
 * The events that bring PagerDuty to where the incident is. It drops an acknowledgement or a resolution of an alert
 * that is not open, and a trigger after a resolution opens a new one under the same key; hence from what was told
 * before, not from the transition alone.
 */
export const planAlert = (
  bulletin: Pick<Bulletin, 'status' | 'current' | 'urgency'>,
  known: KnownAlert,
): readonly AlertStep[] => {
  const first = known.superseded === null ? [] : [ending(known, known.superseded)];
  const from = first[0]?.after ?? known;
  return [...first, ...stepsTo(wantedOf(bulletin), bulletin.urgency, from)];
};

const STATES: readonly string[] = ['none', 'triggered', 'acknowledged', 'resolved'] satisfies AlertState[];

/** `acknowledged 2 1`: state, generation, and the superseded one if there is one. */
export const writeAlert = ({ state, generation, superseded }: KnownAlert): string =>
  `${state} ${generation}${superseded === null ? '' : ` ${superseded}`}`;

export const readAlert = (text: string | undefined): KnownAlert => {
  const [state = '', generation = '', superseded] = (text ?? '').split(' ');
  return {
    state: STATES.includes(state) ? (state as AlertState) : 'none',
    generation: Number(generation) || 1,
    superseded: superseded === undefined ? null : Number(superseded),
  };
};
