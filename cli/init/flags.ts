import { ClaywatchError } from '../../shared/errors.ts';
import { SEVERITIES, type Severity } from '../../shared/severity.ts';
import type { InitFlags } from '../commands/init.ts';
import {
  ALL_SEVERITIES,
  type Answers,
  defaultAnswers,
  type FeedAnswer,
  feedOf,
  type PersonAnswer,
  type RunsOn,
  WEEKDAYS,
  type Weekday,
} from './answers.ts';

const usage = (message: string, remedy: string): ClaywatchError =>
  new ClaywatchError('usage.invalid', message, remedy);

/** `left=right`; without a sign of equality the right is undefined. */
const halves = (text: string): readonly [string, string | undefined] => {
  const at = text.indexOf('=');
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
};

const severitiesIn = (
  text: string | undefined,
  fallback: readonly Severity[],
  flag: string,
): readonly Severity[] => {
  if (text === undefined) return fallback;
  const named = text.split(',').map((part) => part.trim().toUpperCase());
  const known = SEVERITIES.filter((severity) => named.includes(severity));
  if (known.length === 0 || known.length !== new Set(named).size)
    throw usage(`${flag}: severities are P1 to P4, with commas between.`, `For example: ${flag} …=P1,P2.`);
  return known;
};

const webhookIn = (text: string): readonly [string, FeedAnswer['webhooks'][number]] => {
  const [place, table] = halves(text);
  const [feed = '', id = '', more] = place.split('/');
  if (feed === '' || id === '' || more !== undefined)
    throw usage(
      '--webhook takes FEED/ID or FEED/ID=TABLE.',
      'For example: --webhook leads/leads-1=Leads. The URL is a secret, and is not given here.',
    );
  return [feed, table === undefined || table === '' ? { id } : { id, table }];
};

const feedsIn = (flags: InitFlags, fallback: readonly FeedAnswer[]): readonly FeedAnswer[] => {
  const webhooks = (flags.webhook ?? []).map(webhookIn);
  const report = new Set(flags.report ?? []);
  const names = [...new Set([...(flags.feed ?? []), ...webhooks.map(([feed]) => feed), ...report])];
  const feeds = names.length === 0 ? fallback : names.map(feedOf);
  return feeds.map((feed) => {
    const own = webhooks.flatMap(([name, webhook]) => (name === feed.name ? [webhook] : []));
    return {
      ...feed,
      ...(own.length > 0 && { webhooks: own }),
      ...(report.has(feed.name) && { rows: 'report' as const }),
      callbacks: flags.callbacks,
    };
  });
};

const personIn = (text: string): PersonAnswer => {
  const [name, ways = ''] = halves(text);
  const parts = ways.split(',').map((part) => part.trim());
  const email = parts.find((part) => part.includes('@'));
  const sms = parts.find((part) => part.startsWith('+'));
  if (parts.some((part) => part !== email && part !== sms))
    throw usage(
      '--person takes NAME=EMAIL, NAME=NUMBER or NAME=EMAIL,NUMBER.',
      'For example: --person anna=anna@example.com,+4915112345678.',
    );
  return { name, ...(email !== undefined && { email }), ...(sms !== undefined && { sms }) };
};

const workdaysIn = (text: string): readonly Weekday[] => {
  const named = text.split(',').map((part) => part.trim().toLowerCase());
  const known = WEEKDAYS.filter((day) => named.includes(day));
  if (known.length === 0 || known.length !== new Set(named).size)
    throw usage('--workdays takes days with commas between.', 'For example: --workdays monday,tuesday.');
  return known;
};

const runsOnIn = (text: string): RunsOn => {
  if (text === 'aws' || text === 'environment') return text;
  throw usage('--runs-on takes aws or environment.', 'environment is for a trial on this machine.');
};

/** What the flags say, and the defaults where they say nothing. Throws `usage.invalid`. */
export const answersIn = (flags: InitFlags, here: Parameters<typeof defaultAnswers>[0]): Answers => {
  const defaults = defaultAnswers(here);
  const { runsOn, workdays } = flags;
  return {
    installation: flags.installation ?? defaults.installation,
    runsOn: runsOn === undefined ? defaults.runsOn : runsOnIn(runsOn),
    region: flags.region ?? defaults.region,
    apiKey: flags.apiKey,
    feeds: feedsIn(flags, defaults.feeds),
    email: (flags.email ?? []).map((text) => {
      const [address, severities] = halves(text);
      return { address, severities: severitiesIn(severities, ALL_SEVERITIES, '--email') };
    }),
    sms: (flags.sms ?? []).map((text) => {
      const [number, severities] = halves(text);
      return { number, severities: severitiesIn(severities, ['P1'], '--sms') };
    }),
    people: (flags.person ?? []).map(personIn),
    slack: flags.slack ?? defaults.slack,
    pagerduty: flags.pagerduty ?? defaults.pagerduty,
    links: flags.links,
    timeZone: flags.timeZone ?? defaults.timeZone,
    workdays: workdays === undefined ? defaults.workdays : workdaysIn(workdays),
    endsAt: flags.endsAt ?? defaults.endsAt,
  };
};
