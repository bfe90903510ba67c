import type { Config } from '../config/schema.ts';
import type { Actor, Incident } from '../incident/incident.ts';
import { onCallAt } from '../oncall/on-call.ts';
import { oneLine } from './text.ts';

/** Long enough for a name, short enough for a list of them. */
const NAME = 60;

/** What somebody calls themselves, on one line; of a mail address only what stands before the `@`. */
export const nameOf = (name: string): string =>
  oneLine(/^[^\s@]+@[^\s@]+$/.test(name.slice(0, 400)) ? name.slice(0, name.indexOf('@')) : name, NAME);

const VIA: Readonly<Record<Actor['via'], string>> = {
  api: 'API',
  cli: 'command line',
  link: 'link',
  slack: 'Slack',
  pagerduty: 'PagerDuty',
  console: 'console',
  claywatch: 'Claywatch',
};

/** `anna (Slack)`: the name is what they gave, and proves nothing; the way it came is certain. */
export const actorWords = ({ name, via }: Actor): string => `${nameOf(name)} (${VIA[via]})`;

/** Who has it now; null: nobody. */
export const holderOf = ({ status, acknowledgement }: Incident): Actor | null =>
  status === 'acknowledged' || status === 'mitigated' ? (acknowledgement?.by ?? null) : null;

type OnCallConfig = Pick<Config, 'notify' | 'incidents'>;
const NAMED_AT_MOST = 10;
/** Calendars end somewhere; no incident is there. */
const isOnCalendar = (at: number): boolean => Number.isInteger(at) && at >= 0 && at < 253_000_000_000_000;

/** Whom a step of an escalation pages, as people call them: `anna (on call)`, `everyone`. */
export const pagedNames = (to: readonly string[], at: number, config: OnCallConfig): readonly string[] => {
  const names = to.slice(0, NAMED_AT_MOST).map((who) => {
    if (who === 'everyone') return 'everyone';
    if (who !== 'on-call') return nameOf(who);
    const turn = isOnCalendar(at) ? onCallAt(at, config) : null;
    return turn ? `${turn.name} (on call)` : 'everyone';
  });
  const left = to.length - names.length;
  return [...new Set(names), ...(left > 0 ? [`${left} more`] : [])];
};
