import { isoInstant } from '../../shared/clock.ts';
import type { Hold } from '../../shared/relay/control.ts';
import type { FeedStatus, RelayStatus } from '../../shared/relay/status.ts';
import type { StatusResponse } from './response.ts';

const instant = (epochMs: number | null): string | null => (epochMs === null ? null : isoInstant(epochMs));

/** Who held it is nobody's business outside; why is in the reasons. */
const hold = ({
  kind,
  cause,
  subject,
  since,
  tryAt,
}: Hold): StatusResponse['feeds'][number]['holds'][number] => ({
  kind,
  ...(cause !== undefined && { cause }),
  ...(subject !== undefined && { subject }),
  since: isoInstant(since),
  ...(tryAt !== undefined && { try_at: isoInstant(tryAt) }),
});

const feed = (status: FeedStatus): StatusResponse['feeds'][number] => ({
  feed: status.feed,
  mode: status.mode,
  reasons: [...status.reasons],
  accepting: status.accepting,
  rows_waiting: status.waiting,
  oldest: status.oldest && {
    taken_at: isoInstant(status.oldest.takenAt),
    certainty: status.oldest.certainty,
  },
  delay_seconds: status.delaySeconds,
  webhook: {
    active: status.webhook.active,
    since: instant(status.webhook.since),
    verified: status.webhook.verified,
  },
  standbys_left: status.standbysLeft,
  pace: status.pace,
  last_accepted_at: instant(status.lastAcceptedAt),
  holds: status.holds.map(hold),
});

/** The status as applications read it. */
export const statusAnswer = (status: RelayStatus): StatusResponse => ({
  at: isoInstant(status.at),
  mode: status.mode,
  accepting: status.accepting,
  retry_after_seconds: status.retryAfterSeconds,
  feeds: status.feeds.map(feed),
  incidents: status.incidents.map(({ since, ...incident }) => ({ ...incident, since: isoInstant(since) })),
});
