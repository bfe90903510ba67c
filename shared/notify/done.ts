import type { Config } from '../config/schema.ts';
import { actionsOfOpening } from '../incident/actions.ts';
import type { Incident, IncidentAction } from '../incident/incident.ts';
import { runbookFor } from '../runbook/index.ts';
import { affectedFeeds } from './affected.ts';

/** What was done in the present opening, without what is only proposed. */
const doneIn = (incident: Incident): readonly IncidentAction[] =>
  actionsOfOpening(incident).filter(({ mode }) => mode === 'act');

/** What changed where rows go; what only says how things stand is none. */
const MEASURES: ReadonlySet<IncidentAction['kind']> = new Set(['hold', 'failover', 'resume']);

/** What Claywatch did to Clay or to the relay because of it, in every opening, oldest first. */
export const measuresOf = ({ actions = [] }: Pick<Incident, 'actions'>): readonly IncidentAction[] =>
  actions.filter(({ kind, mode }) => mode === 'act' && MEASURES.has(kind));

const STATES = {
  hold: 'hold',
  failover: 'failover',
  resume: null,
  overruled: null,
  reconcile: null,
} as const;

/** Whether the rows of a feed are held, or go elsewhere, because of the incident; null: neither. */
const stateOf = (done: readonly IncidentAction[], feed: string): 'hold' | 'failover' | null => {
  const last = done.findLast((action) => action.feed === feed && action.kind !== 'reconcile');
  return last ? STATES[last.kind] : null;
};

/** What Claywatch has done about it for everybody who is hit, so that nobody need do it in a hurry. */
export type Relief = 'hold' | 'failover' | 'done';

/**
 * hold: the rows of every feed that is hit are held · failover: or go elsewhere · done: it was so while it lasted. Null
 * when the rows of a feed are not looked after: one whose senders post to Clay themselves.
 */
export const reliefOf = (
  incident: Incident,
  config: Pick<Config, 'feeds' | 'probes'>,
  isOver: boolean,
): Relief | null => {
  const done = doneIn(incident);
  const feeds = affectedFeeds(incident, config);
  if (done.length === 0 || feeds.length === 0) return null;
  if (isOver) return feeds.every((feed) => done.some((action) => action.feed === feed)) ? 'done' : null;
  const states = feeds.map((feed) => stateOf(done, feed));
  if (states.every((state) => state === 'failover')) return 'failover';
  return states.every((state) => state !== null) ? 'hold' : null;
};

/** Whether something that Claywatch did is in force: it is being mitigated. */
export const isMitigated = (incident: Incident): boolean => {
  const done = doneIn(incident);
  return [...new Set(done.map(({ feed }) => feed))].some((feed) => stateOf(done, feed) !== null);
};

type Known = Pick<Config, 'feeds' | 'probes'>;

/** What to do, in short: without hurry where the rows of everybody who is hit are looked after. */
export const inShort = (incident: Incident, config: Known): string => {
  const { sms, smsWhen } = runbookFor(incident);
  const relief = reliefOf(incident, config, false);
  return (relief === 'hold' || relief === 'failover' ? smsWhen?.[relief] : undefined) ?? sms;
};

/** What is left to do once it is over, in short. */
export const leftInShort = (incident: Incident, config: Known): string => {
  const { smsAfterwards, smsWhen } = runbookFor(incident);
  return (reliefOf(incident, config, true) === 'done' ? smsWhen?.afterwards : undefined) ?? smsAfterwards;
};
