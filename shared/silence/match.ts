import type { Incident } from '../incident/incident.ts';
import { compareSeverity } from '../severity.ts';
import type { Silence } from './silence.ts';

/** What a silence looks at; `feed`: the one that the incident is about, null when it is about no single one. */
export type Silenceable = Pick<Incident, 'cause' | 'subject' | 'severity'> & { readonly feed: string | null };

/** When it is over: at its end, or when somebody ended it before. */
export const endOf = ({ to, endedAt }: Pick<Silence, 'to' | 'endedAt'>): number =>
  endedAt === null ? to : Math.min(to, endedAt);

export const isInForce = (silence: Silence, at: number): boolean => silence.from <= at && at < endOf(silence);

/** Whether it is about such an incident, whenever. */
export const isAbout = ({ match }: Silence, { cause, subject, severity, feed }: Silenceable): boolean =>
  (match.causes === undefined || match.causes.includes(cause)) &&
  (match.subject === undefined || match.subject === subject) &&
  (match.feed === undefined || match.feed === feed) &&
  (match.atMost === undefined || compareSeverity(severity, match.atMost) >= 0);

/** The silence that covers an incident at a time; of several the one that lasts longest. Null: none. */
export const silenceFor = (silences: readonly Silence[], incident: Silenceable, at: number): Silence | null =>
  silences
    .filter((silence) => isInForce(silence, at) && isAbout(silence, incident))
    .reduce<Silence | null>(
      (longest, silence) => (longest === null || endOf(silence) > endOf(longest) ? silence : longest),
      null,
    );
