import { isoInstant } from '../clock.ts';
import { nameOf } from '../notify/who.ts';
import { endOf, isInForce } from '../silence/match.ts';
import type { Silence } from '../silence/silence.ts';
import type { SilencesResponse } from './setup-shape.ts';
import { shown } from './words.ts';

type SilenceAnswer = SilencesResponse['silences'][number];

const stateOf = (silence: Silence, now: number): SilenceAnswer['state'] => {
  if (isInForce(silence, now)) return 'in-force';
  return endOf(silence) > silence.from && silence.from > now ? 'upcoming' : 'over';
};

const silenceOf = (silence: Silence, now: number): SilenceAnswer => {
  const { causes, subject, feed, atMost } = silence.match;
  return {
    id: silence.id,
    kind: silence.kind,
    from: isoInstant(silence.from),
    to: isoInstant(silence.to),
    ended_at: silence.endedAt === null ? null : isoInstant(silence.endedAt),
    reason: shown(silence.reason),
    by: nameOf(silence.by),
    state: stateOf(silence, now),
    match: {
      causes: causes ? [...causes] : null,
      subject: subject === undefined ? null : shown(subject, 120),
      feed: feed ?? null,
      at_most: atMost ?? null,
    },
  };
};

/** Silences as people read them. */
export const silencesOf = (silences: readonly Silence[], now: number): SilencesResponse => ({
  at: isoInstant(now),
  silences: silences.map((silence) => silenceOf(silence, now)),
});
