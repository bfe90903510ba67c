import type { Config } from '../config/schema.ts';
import { type Incident, isPage, type PendingNotification } from '../incident/incident.ts';
import { compareSeverity, SEVERITIES, type Severity } from '../severity.ts';
import { audienceOf } from './audience.ts';
import { matchesFilter, subscriptionsOf } from './filter-policy.ts';
import { counted } from './layout.ts';
import type { DeliveryProof } from './proof.ts';
import type { Notification, RenderNotification } from './publisher.ts';
import type { Kind } from './routing.ts';
import { ascii, cut, oneLine, wrap } from './text.ts';
import { duration, utcTime } from './time.ts';

/*
 * E-mail about messages rather than about an incident: what a channel did not take, and what the throttle held back.
 */

/** A message that was sent, with what its proof says of one channel. */
export interface Told {
  readonly incident: Incident;
  readonly row: DeliveryProof;
}

/** SNS: less than 100 characters. */
const SUBJECT_CHARACTERS = 99;
/** So many are shown whole; of more there is a list. */
const SHOWN_WHOLE = 3;
/** As many as are settled at once: what is not named would count as told all the same. */
const LISTED = 500;

/** The message as it was owed, as far as the incident still knows: enough to render it again. */
export const againOf = ({ incident, row }: Told): PendingNotification => {
  const delivery = incident.deliveries.find(({ id }) => id === row.notificationId);
  return {
    id: row.notificationId,
    transition: row.transition,
    severity: delivery?.severity ?? incident.severity,
    createdAt: row.owedAt,
    attempts: row.attempts,
    dueAt: row.owedAt,
  };
};

/** Who heard of these messages, together, as an audience. */
const audienceFor = (told: readonly Told[]): string => {
  const heard = new Set(told.flatMap((one) => audienceOf(one.incident, againOf(one)).split('.')));
  return SEVERITIES.filter((severity) => heard.has(severity)).join('.');
};

const mostUrgent = (told: readonly Told[]): Severity =>
  told.map((one) => againOf(one).severity).sort(compareSeverity)[0] ?? 'P4';

const ATTRIBUTES = { cause: 'none', feed: 'none', update: 'none', incident_id: 'none', transition: 'none' };

const attributesOf = (told: readonly Told[], kind: Kind, audience: string, config: Config) => {
  const [first] = told;
  const isOne = told.every(({ incident }) => incident.id === first?.incident.id);
  return {
    ...ATTRIBUTES,
    ...(isOne && first && { cause: first.incident.cause, incident_id: first.incident.id }),
    severity: mostUrgent(told),
    audience,
    kind,
    urgency: told.some(({ row }) => isPage({ transition: row.transition })) ? 'page' : 'notice',
    installation: config.installation,
  };
};

const lineOf = ({ incident, row }: Told, render: RenderNotification): string => {
  const { subject } = render(incident, againOf({ incident, row }));
  const now = incident.status === 'triggered' ? 'nobody has it' : incident.status;
  return wrap(`${utcTime(row.owedAt)}  ${subject}; by now: ${now}. Incident ${incident.id}`, '  - ', '    ');
};

const list = (told: readonly Told[], render: RenderNotification): string => {
  const more = told.length - LISTED;
  return [
    ...told.slice(0, LISTED).map((one) => lineOf(one, render)),
    ...(more > 0 ? [`  (${more} more)`] : []),
  ].join('\n');
};

const messages = (count: number): string => (count === 1 ? 'a message' : `${count} messages`);

/**
 * What a channel did not take, for whoever gets e-mail of that severity; for everybody who gets e-mail when nobody does.
 * Null when nobody gets e-mail at all.
 */
export const fallbackOf = (
  channel: string,
  told: readonly Told[],
  {
    config,
    render,
    now,
  }: { readonly config: Config; readonly render: RenderNotification; readonly now: number },
): Notification | null => {
  const [first] = told;
  const mails = subscriptionsOf(config).filter(({ protocol }) => protocol === 'email');
  if (!first || mails.length === 0) return null;
  const wanted = audienceFor(told);
  const isHeard = mails.some(({ filterPolicy }) =>
    matchesFilter(filterPolicy, { audience: wanted, kind: 'fallback' }),
  );
  const audience = isHeard ? wanted : SEVERITIES.join('.');
  const why = [...new Set(told.flatMap(({ row }) => row.lastError ?? []))][0];
  const oldest = Math.min(...told.map(({ row }) => row.owedAt));
  const said = told.some(({ row }) => row.status === 'refused') ? 'refuses' : 'has not taken';
  const opening = wrap(
    `${channel} ${said} ${messages(told.length)} of Claywatch, the oldest ${duration(now - oldest)} old, so you get ${told.length === 1 ? 'it' : 'them'} by e-mail instead.` +
      `${why === undefined ? '' : ` It says: ${oneLine(why, 200)}`}`,
  );
  const fix = wrap('`claywatch doctor` says what is wrong with the channel, and what to do.');
  const whole = told.length <= SHOWN_WHOLE;
  const subject = whole
    ? `[${mostUrgent(told)}] ${channel} did not take: ${render(first.incident, againOf(first)).subject}`
    : `[${mostUrgent(told)}] ${channel} did not take ${told.length} messages`;
  return {
    id: `fallback:${channel}:${first.row.notificationId}`,
    incidentId: first.incident.id,
    subject: cut(ascii(subject), SUBJECT_CHARACTERS),
    emailText: [
      opening,
      fix,
      ...(whole
        ? told.map((one) => `${'='.repeat(74)}\n${render(one.incident, againOf(one)).emailText}`)
        : [list(told, render)]),
    ].join('\n\n'),
    smsText: cut(ascii(`${channel} did not take ${messages(told.length)}; sent by e-mail`), 140),
    attributes: attributesOf(told, 'fallback', audience, config),
  };
};

/** What the throttle held back, as one e-mail. */
export const summaryOf = (
  told: readonly Told[],
  {
    config,
    render,
    now,
  }: { readonly config: Config; readonly render: RenderNotification; readonly now: number },
): Notification => {
  const incidents = new Set(told.map(({ incident }) => incident.id)).size;
  const about = incidents === 1 ? 'one incident' : `${incidents} incidents`;
  const { perHour } = config.notify.throttle;
  return {
    id: `summary:${now}`,
    incidentId: told[0]?.incident.id ?? 'none',
    subject: cut(
      ascii(
        `[${mostUrgent(told)}] ${counted(told.length, 'message')} about ${about}, held back by the throttle`,
      ),
      SUBJECT_CHARACTERS,
    ),
    emailText: [
      wrap(
        `More than ${perHour} messages went out within an hour (notify.throttle.perHour). First pages and recoveries still go at once; these were held back, and this is all that is sent of them:`,
      ),
      list(told, render),
    ].join('\n\n'),
    smsText: cut(ascii(`${counted(told.length, 'message')} about ${about} held back, see e-mail`), 140),
    attributes: attributesOf(told, 'summary', audienceFor(told), config),
  };
};
