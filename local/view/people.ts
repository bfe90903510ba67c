import type { Config } from '../../shared/config/schema.ts';
import { type Incident, isOpen } from '../../shared/incident/incident.ts';
import { comingStep } from '../../shared/notify/escalation.ts';
import { type DeliveryProof, personOf, SNS, SUMMARY } from '../../shared/notify/proof.ts';
import { actorWords, holderOf } from '../../shared/notify/who.ts';
import type { PeopleStatus } from '../people-status.ts';
import { type Colors, printable } from './text.ts';

const PAD = '          ';
const MINUTE = 60_000;

export interface PeopleViewOptions {
  readonly config: Config;
  /** What commands need to find this runtime: empty, or ` --state DIR`. */
  readonly stateFlag: string;
}

export interface PeopleView {
  /** What has changed since the last look: who has an incident, what comes next, and ways to people that are shut. */
  changes(status: PeopleStatus | null): readonly string[];
}

const HALF_A_DAY = 720 * MINUTE;

/** `17:39`, or `2026-11-24 17:00` when that could be another day's; UTC. */
const timeText = (at: number, now: number): string => {
  const then = new Date(at).toISOString();
  return Math.abs(at - now) < HALF_A_DAY ? then.slice(11, 16) : then.slice(0, 16).replace('T', ' ');
};

/** Told on their own: not as the effect or as a part of another. */
const isTold = ({ hiddenBy, mergedInto }: Incident): boolean => !hiddenBy && !mergedInto;

/** Changes when somebody takes it or nobody has it any more, and with every step of the escalation. */
const standing = (incident: Incident): string => {
  const { status, severity, escalation, reopenings, assignee } = incident;
  const holder = holderOf(incident);
  return [
    status,
    severity,
    holder && actorWords(holder),
    escalation?.taken ?? 0,
    reopenings,
    assignee,
  ].join();
};

const namesText = (names: readonly string[]): string =>
  names.length <= 1 ? names.join() : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;

const nobodys = (incident: Incident, { config }: PeopleViewOptions, now: number): string => {
  const next = comingStep(incident, config);
  if (!next) return 'nobody has it, and nobody is left to be paged';
  const { at, names } = next;
  const paged = `${namesText(names)} ${names.length > 1 ? 'are' : 'is'} paged`;
  return `nobody has it; unless somebody takes it, ${paged} ${at <= now ? 'now' : `at ${timeText(at, now)}`}`;
};

const somebodys = (incident: Incident, now: number): string => {
  const { status, nextUpdateAt, acknowledgement } = incident;
  const holder = holderOf(incident);
  return [
    `${holder ? `${actorWords(holder)} has it` : 'nobody has it'}${status === 'mitigated' ? ', mitigated' : ''}`,
    `next update ${nextUpdateAt <= now ? 'due now' : `by ${timeText(nextUpdateAt, now)}`}`,
    ...(acknowledgement
      ? [`nobody's again at ${timeText(acknowledgement.staleAt, now)} if nothing is heard`]
      : []),
  ].join('; ');
};

const failingText = (row: DeliveryProof, { config }: PeopleViewOptions, now: number): string => {
  const why = printable(row.lastError ?? 'no answer');
  if (row.status === 'refused') return `${why}; its messages go by e-mail`;
  const fallback = row.owedAt + config.notify.fallback.afterMinutes * MINUTE;
  return `${why}; tried again, ${fallback <= now ? 'and now goes by e-mail' : `and by e-mail from ${timeText(fallback, now)}`}`;
};

const wayName = (channel: string): string => {
  const person = personOf(channel);
  return printable(person === null ? channel : `the page to ${person}`);
};

/** What was told of a way to people. */
interface ToldOfWay {
  /** Empty: nothing is wrong. */
  readonly failing: string;
  readonly since: number;
  readonly fellBack: number;
}
const NOTHING_TOLD: ToldOfWay = { failing: '', since: 0, fellBack: 0 };

const isFailing = ({ status, lastError }: DeliveryProof): boolean =>
  status === 'refused' || (status === 'owed' && lastError !== null);

/** What is new of a way to people, in plain words, and what is told of it then. */
const newsOf = (
  rows: readonly DeliveryProof[],
  told: ToldOfWay,
  { options, at }: { readonly options: PeopleViewOptions; readonly at: number },
): {
  readonly told: ToldOfWay;
  readonly fails?: string;
  readonly fellBack: number;
  readonly again: boolean;
} => {
  const failing = rows.find(isFailing);
  const key = failing ? `${failing.status} ${failing.lastError}` : '';
  const fellBack = rows.filter(({ status }) => status === 'fallen-back').length;
  const isNew = key !== '' && key !== told.failing;
  return {
    told: { failing: key, since: isNew ? at : told.since, fellBack },
    ...(failing && isNew && { fails: failingText(failing, options, at) }),
    fellBack: Math.max(0, fellBack - told.fellBack),
    // That nothing is owed any more does not prove it: a page that somebody answered is not sent.
    again: key === '' && told.failing !== '' && rows.some((row) => (row.deliveredAt ?? 0) >= told.since),
  };
};

/** Remembers what was told. */
export const createPeopleView = (colors: Colors, options: PeopleViewOptions): PeopleView => {
  const standings = new Map<string, string>();
  const ways = new Map<string, ToldOfWay>();

  const command = (words: string, id: string) =>
    `${PAD}  ${colors.bold(`npx claywatch ${words} ${id}${options.stateFlag}`)}`;

  const openLines = (incident: Incident, now: number): readonly string[] => {
    const { id, severity, cause, status } = incident;
    const isNobodys = status === 'triggered';
    const words = isNobodys ? nobodys(incident, options, now) : somebodys(incident, now);
    const text = `${PAD}◦ ${severity} ${cause}: ${words}`;
    return [
      isNobodys ? colors.yellow(text) : text,
      command(isNobodys ? 'incidents ack' : 'incidents update', id),
    ];
  };
  const closedLines = ({ id, severity, cause, closedBy }: Incident): readonly string[] => [
    ...(closedBy ? [`${PAD}◦ ${severity} ${cause}: closed by ${actorWords(closedBy.actor)}`] : []),
    command('postmortem', id),
  ];

  const incidentLines = ({ incidents, at }: PeopleStatus): readonly string[] =>
    incidents.filter(isTold).flatMap((incident) => {
      const before = standings.get(incident.id);
      const now = standing(incident);
      standings.set(incident.id, now);
      if (before === now) return [];
      if (isOpen(incident)) return openLines(incident, at);
      return before === undefined || incident.status === 'reviewed' ? [] : closedLines(incident);
    });

  const wayLines = ({ proofs, at }: PeopleStatus): readonly string[] => {
    const perWay = Map.groupBy(
      proofs.filter(({ channel }) => channel !== SNS && channel !== SUMMARY),
      ({ channel }) => channel,
    );
    return [...perWay].flatMap(([channel, rows]) => {
      const name = wayName(channel);
      const news = newsOf(rows, ways.get(channel) ?? NOTHING_TOLD, { options, at });
      ways.set(channel, news.told);
      const count = news.fellBack === 1 ? 'a message' : `${news.fellBack} messages`;
      return [
        ...(news.fails ? [colors.yellow(`! ${name} fails: ${news.fails}`)] : []),
        ...(news.fellBack > 0 ? [colors.yellow(`! ${name}: ${count} went by e-mail instead`)] : []),
        ...(news.again ? [`◦ ${name} takes messages again`] : []),
      ].map((text) => `${PAD}${text}`);
    });
  };

  return { changes: (status) => (status ? [...incidentLines(status), ...wayLines(status)] : []) };
};
