import type { Config } from '../config/schema.ts';
import { respondBy } from '../incident/deadlines.ts';
import type { Incident, PendingNotification } from '../incident/incident.ts';
import type { Severity } from '../severity.ts';
import type { Notification } from './publisher.ts';
import { createRenderer } from './render.ts';
import { wrap } from './text.ts';
import { utcTime } from './time.ts';

/** What a test message is about: nothing. The cause is one that hits nobody. */
const CAUSE = 'monitoring.gap';
const TITLE = 'Test message from Claywatch';
const SAYS = 'Somebody asked whether messages arrive. Nothing is wrong, and there is nothing to do.';

/**
 * A message that only says that it is a test, in the form of every other one, for whoever hears of a severity. `begin`
 * goes every way; `end` goes to programs only, so that a pager that took the first one is quiet again.
 */
export const testMessage = (
  config: Config,
  {
    id,
    severity,
    now,
    part,
  }: {
    readonly id: string;
    readonly severity: Severity;
    readonly now: number;
    readonly part: 'begin' | 'end';
  },
): Notification => {
  const isEnd = part === 'end';
  const pending: PendingNotification = {
    id: `${id}:${isEnd ? 2 : 1}:${isEnd ? 'resolved' : 'triggered'}`,
    transition: isEnd ? 'resolved' : 'triggered',
    severity,
    urgency: isEnd ? 'notice' : 'page',
    createdAt: now,
    attempts: 0,
    dueAt: now,
  };
  const incident: Incident = {
    ...{ id, cause: CAUSE, subject: 'test', severity, peakSeverity: severity, summary: SAYS },
    ...{ status: isEnd ? 'resolved' : 'triggered', detectedAt: now, openedAt: now, updatedAt: now },
    ...(isEnd && { resolvedAt: now }),
    ...{ respondBy: respondBy(severity, now, config.incidents), nextUpdateAt: now, reopenings: 0 },
    ...{ evidence: [], ruledOut: [], wouldChange: [], timeline: [], pending: [pending], deliveries: [] },
    version: 1,
  };
  const base = createRenderer(config)(incident, pending);
  const what = `Test of Claywatch "${config.installation}" at ${utcTime(now)}, as a ${severity}.`;
  return {
    ...base,
    subject: `[TEST] ${TITLE} - ${config.installation}`,
    emailText: [wrap(what), wrap(SAYS), wrap(`Test ${id}`)].join('\n\n'),
    smsText: `TEST ${severity} Claywatch: nothing is wrong, nothing to do`,
    attributes: { ...base.attributes, kind: isEnd ? 'quiet' : 'test' },
    ...(base.bulletin && {
      bulletin: {
        ...base.bulletin,
        ...{ title: TITLE, summary: `${what} ${SAYS}`, impact: SAYS, publicImpact: '', steps: [], done: [] },
        ...{ affected: [], url: null },
      },
    }),
  };
};
