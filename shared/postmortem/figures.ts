import type { DraftedFigures, Incident } from '../incident/incident.ts';
import { duration } from '../notify/time.ts';
import type { Postmortem } from './postmortem.ts';

/** More feeds than one message can name. */
const FEEDS_AT_MOST = 10;

/** The main numbers of a postmortem, each as it stands there; pure. */
export const figuresOf = (postmortem: Postmortem, at: number): DraftedFigures => {
  const { incident, durationMs, times, rows, credits } = postmortem;
  const { detect, notify, acknowledge, mitigate } = times;
  const { wasted, actionsWasted, money, currency } = credits;
  return {
    at,
    resolvedAt: incident.resolvedAt ?? incident.updatedAt,
    durationMs,
    times: { detect, notify, acknowledge, mitigate },
    rows: rows
      .slice(0, FEEDS_AT_MOST)
      .map(({ feed, received, held, replayed, lost }) => ({ feed, received, held, replayed, lost })),
    credits: { wasted, actionsWasted, money, currency },
  };
};

/** What the timeline says of it. */
export const draftedText = ({ id }: Pick<Incident, 'id'>, { durationMs }: DraftedFigures): string =>
  `Postmortem drafted${durationMs === null ? '' : `; it lasted ${duration(durationMs)}`}: npx claywatch postmortem ${id}`;
