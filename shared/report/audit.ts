import { isoInstant } from '../clock.ts';
import { isDrill } from '../incident/drill.ts';
import type { Incident, TimelineEntry } from '../incident/incident.ts';
import { nameOf } from '../notify/who.ts';
import type { FeedControl } from '../relay/control.ts';
import type { ReplayJob } from '../replay/job.ts';
import type { RotationState } from '../rotate/state.ts';
import type { Silence } from '../silence/silence.ts';
import type { AuditResponse } from './setup-shape.ts';
import { phrase, rowsText, shown } from './words.ts';

type Entry = AuditResponse['entries'][number];
/** With its time to the millisecond, to sort by. */
interface Timed extends Omit<Entry, 'at'> {
  readonly at: number;
}

const CLAYWATCH = 'claywatch';

/** What Claywatch does by itself, beside what it sees and whom it tells. */
const OWN: ReadonlySet<TimelineEntry['kind']> = new Set([
  'triggered',
  'reopened',
  'resolved',
  'escalated',
  'action',
  'proposed',
  'drafted',
]);

const ofIncident = (incident: Incident): readonly Timed[] =>
  incident.timeline
    .filter(({ by, kind }) => by !== undefined || OWN.has(kind))
    .map(({ at, kind, text, by }) => ({
      at,
      what: isDrill(incident) ? 'drill' : 'incident',
      text: `${kind}: ${shown(text, 500)}`,
      by: by ? nameOf(by.name) : CLAYWATCH,
      via: by?.via ?? null,
      about: incident.id,
    }));

/** That a replay began is told of the replay itself. */
const ofFeed = ({ feed, history }: FeedControl): readonly Timed[] =>
  history
    .filter(({ kind }) => kind !== 'replay')
    .map(({ at, kind, text, by }) => ({
      ...{ at, what: 'feed' as const },
      text: `${kind}: ${shown(text)}`,
      by: nameOf(by),
      via: null,
      about: feed,
    }));

const covers = ({ match: { causes, subject, feed, atMost } }: Silence): string => {
  const parts = [
    ...(causes ? [causes.slice(0, 5).join(' or ')] : []),
    ...(feed === undefined ? [] : [`the feed ${feed}`]),
    ...(subject === undefined ? [] : [shown(subject, 120)]),
    ...(atMost === undefined ? [] : [`what is ${atMost} or less urgent`]),
  ];
  return parts.length === 0 ? 'everything' : parts.join(', ');
};

const ofSilence = (silence: Silence): readonly Timed[] => {
  const { id, kind, from, to, reason, createdAt, endedAt } = silence;
  const about = { what: 'silence', via: null, about: id } as const;
  return [
    {
      ...about,
      at: createdAt,
      by: nameOf(silence.by),
      text: `${kind} of ${covers(silence)} from ${isoInstant(from)} to ${isoInstant(to)}: ${phrase(reason)}.`,
    },
    // Who ended it is not kept.
    ...(endedAt === null
      ? []
      : [
          { ...about, at: endedAt, by: 'somebody', text: `${kind} of ${covers(silence)} was ended by hand.` },
        ]),
  ];
};

const SOURCES: Readonly<Record<ReplayJob['source'], string>> = {
  uncalled: 'rows that never came back',
  'dead-letters': 'rows that were set aside',
  held: 'rows that were held',
};

const ofReplay = (job: ReplayJob): readonly Timed[] => [
  {
    at: job.startedAt,
    what: 'replay',
    text: `Replay of ${SOURCES[job.source]} of ${job.feed}: ${rowsText(job.planned)} planned.`,
    by: nameOf(job.by),
    via: null,
    about: job.id,
  },
];

const OUTCOMES: Partial<Record<RotationState['changes'][number]['outcome'], string>> = {
  open: 'A new value is current',
  mixed: 'A new value is current, and some still send the old one',
  settled: 'A new value is current, and the old one is not valid any more',
  'rolled-back': 'The new value was taken back, since nobody took it',
};

/** Of a secret its name; nothing of what it holds is kept where this is read. */
const ofRotation = ({ secret, changes }: RotationState): readonly Timed[] =>
  changes.flatMap(({ at, since, outcome }) => {
    const text = OUTCOMES[outcome];
    const about = shown(secret, 200);
    return text === undefined
      ? []
      : [
          {
            at: outcome === 'open' ? at : since,
            what: 'secret' as const,
            text: `${text}: ${about}.`,
            by: CLAYWATCH,
            via: null,
            about,
          },
        ];
  });

/** What the trail is put together from; each newest first, as far as it was read. */
export interface AuditData {
  readonly incidents: readonly Incident[];
  readonly controls: readonly FeedControl[];
  readonly silences: readonly Silence[];
  readonly replays: readonly ReplayJob[];
  readonly rotations: readonly RotationState[];
  /** Nothing before it is complete, since it was not read; epoch ms. */
  readonly completeFrom: number;
  /** Whether there may be anything before that. */
  readonly hasOlder: boolean;
}

export interface AuditPage {
  /** About so many: what happened in one second is not torn apart. */
  readonly limit: number;
  /** Only what happened before this time, epoch ms. */
  readonly before: number;
}

const SECOND = 1_000;
const DAY = 86_400_000;
/** Incidents and silences are kept so long after their end; what is older may be gone. */
const KEPT_DAYS = 400;
const secondOf = (at: number): number => Math.floor(at / SECOND);

/** The first entries, and those of the last one's second: whoever asks for what was before that second misses none. */
const pageOf = (entries: readonly Timed[], limit: number): readonly Timed[] => {
  const last = entries[Math.min(limit, entries.length) - 1];
  if (!last) return [];
  return entries.filter(({ at }, index) => index < limit || secondOf(at) === secondOf(last.at));
};

const keptSince = (now: number): number => Math.floor(now / DAY - KEPT_DAYS) * DAY;

/** What people did, and what Claywatch did by itself, newest first. */
export const auditOf = (data: AuditData, { limit, before }: AuditPage, now: number): AuditResponse => {
  const { incidents, controls, silences, replays, rotations, completeFrom, hasOlder } = data;
  const entries = [
    ...incidents.flatMap(ofIncident),
    ...controls.flatMap(ofFeed),
    ...silences.flatMap(ofSilence),
    ...replays.flatMap(ofReplay),
    ...rotations.flatMap(ofRotation),
  ]
    .filter(({ at }) => at < before && at >= completeFrom)
    .toSorted((one, other) => other.at - one.at || (one.about < other.about ? -1 : 1));
  const page = pageOf(entries, limit);
  const isCut = page.length < entries.length;
  return {
    at: isoInstant(now),
    back_to: isoInstant(isCut ? (page.at(-1)?.at ?? completeFrom) : completeFrom || keptSince(now)),
    more: isCut || hasOlder,
    entries: page.map((entry) => ({ ...entry, at: isoInstant(entry.at) })),
  };
};
