import type { Config } from '../config/schema.ts';
import { duePending } from '../incident/deliveries.ts';
import type { Incident, PendingNotification } from '../incident/incident.ts';
import { isPage } from '../incident/incident.ts';
import { RUNBOOK } from '../runbook/index.ts';
import { audienceOf } from './audience.ts';

type GroupingConfig = Pick<Config, 'notify' | 'feeds'>;

/** The page with which people first hear of it, or hear that it is back. */
const isFirstPage = (pending: PendingNotification): boolean =>
  isPage(pending) && (pending.transition === 'triggered' || pending.transition === 'reopened');

/** The message of an incident that may go out together with others, if the next one is of that kind. */
const groupable = (
  incident: Incident,
  { feeds }: GroupingConfig,
  now: number,
): PendingNotification | null => {
  const [next] = duePending(incident, now);
  if (!next || !isFirstPage(next) || next.severity === 'P1') return null;
  const hitsSeveral = RUNBOOK[incident.cause].reach === 'subject' && Object.keys(feeds).length > 1;
  return hitsSeveral ? next : null;
};

/** What those that go out together have in common: the cause, and who hears of it. Null: it goes alone. */
export const groupOf = (incident: Incident, config: GroupingConfig, now: number): string | null => {
  const pending = groupable(incident, config, now);
  return pending && `${incident.cause} ${pending.severity} ${audienceOf(incident, pending)}`;
};

/**
 * Whether a group still waits for others of the same cause: until its first page has waited long enough. One that was
 * tried already waits for nobody, and so does one whose time lies in the future, since a clock was wrong then.
 */
export const isWaiting = (members: readonly Incident[], config: GroupingConfig, now: number): boolean => {
  const waitMs = config.notify.grouping.waitSeconds * 1_000;
  return members.every((incident) => {
    const pending = groupable(incident, config, now);
    return pending !== null && pending.attempts === 0 && isWithin(now - pending.createdAt, waitMs);
  });
};

const isWithin = (age: number, waitMs: number): boolean => age >= 0 && age < waitMs;
