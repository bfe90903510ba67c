import type { Severity } from '../../shared/severity.ts';
import {
  ALL_SEVERITIES,
  type Answers,
  type FeedAnswer,
  feedOf,
  type PersonAnswer,
  type RunsOn,
  type WebhookAnswer,
  type Weekday,
  WORKWEEK,
} from './answers.ts';
import { faultIn, isRegion } from './check.ts';
import type { Prompts } from './prompts.ts';

/** Names or addresses with commas or spaces between. */
export const listOf = (typed: string): readonly string[] => [
  ...new Set(typed.split(/[\s,;]+/).filter((part) => part !== '')),
];

/** The first fault among what was typed as a list. */
const faultInEach =
  (fault: (one: string) => string | undefined) =>
  (typed: string): string | undefined => {
    for (const one of listOf(typed)) {
      const found = fault(one);
      if (found !== undefined) return `${one}: ${found}`;
    }
    return undefined;
  };

const nameFault = (name: string) => faultIn({ installation: name });
export const emailFault = (address: string) => faultIn({ notify: { email: [{ address }] } });
export const numberFault = (number: string) => faultIn({ notify: { sms: [{ number }] } });
const zoneFault = (timeZone: string) => faultIn({ incidents: { calendar: { timeZone } } });
const endsAtFault = (endsAt: string) => faultIn({ incidents: { calendar: { endsAt } } });
const slackFault = (channel: string) =>
  channel === '' ? undefined : faultIn({ notify: { slack: [{ id: 'slack', channel, botToken: 'env:X' }] } });
const tableFault = (table: string) =>
  table.length > 200 || table === '__proto__' ? 'at most 200 characters' : undefined;
const needed = (fault: (typed: string) => string | undefined) => (typed: string) =>
  typed === '' ? 'needed' : fault(typed);

const WORKDAYS: Readonly<Record<string, readonly Weekday[]>> = {
  'mon-fri': WORKWEEK,
  'sun-thu': ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday'],
  'mon-sat': [...WORKWEEK, 'saturday'],
  always: [...WORKWEEK, 'saturday', 'sunday'],
};

const askWebhooks = async (prompts: Prompts, feed: FeedAnswer): Promise<readonly WebhookAnswer[]> => {
  const typed = await prompts.text({
    message: `Webhooks of ${feed.name}: a name for each, in the order in which they take over\nClay takes 50,000 rows for the life of a webhook; a second one, made by hand now, takes over then.`,
    initial: feed.webhooks.map(({ id }) => id).join(', '),
    placeholder: `${feed.name}-1, ${feed.name}-2`,
    fault: faultInEach(nameFault),
  });
  const webhooks: WebhookAnswer[] = [];
  for (const id of listOf(typed)) {
    const known = feed.webhooks.find((webhook) => webhook.id === id)?.table ?? '';
    const table = await prompts.text({
      message: `The Clay table of ${id}, by its name there (may be left empty)\nA full table stops silently; with its name, its rows are counted against its ceiling.`,
      initial: known,
      fault: tableFault,
    });
    webhooks.push(table === '' ? { id } : { id, table });
  }
  return webhooks;
};

const askFeed = async (prompts: Prompts, feed: FeedAnswer): Promise<FeedAnswer> => {
  const webhooks = await askWebhooks(prompts, feed);
  const rows = await prompts.choice<FeedAnswer['rows']>({
    message: `How do rows of ${feed.name} reach Clay?`,
    initial: feed.rows,
    options: [
      {
        value: 'relay',
        label: 'through Claywatch',
        hint: 'held in an outage, paced, moved to a standby: none is lost',
      },
      {
        value: 'report',
        label: 'senders post to Clay, and report it here',
        hint: 'counted; losses are seen, not prevented',
      },
      { value: 'none', label: 'neither for now', hint: 'Clay itself is watched all the same' },
    ],
  });
  const callbacks = await prompts.yes({
    message: `Shall a Clay HTTP API column of ${feed.name} post enriched rows to Claywatch?\nIt shows what comes back, how fast, and what it cost; without it stuck rows are not seen.`,
    initial: feed.callbacks,
  });
  return { ...feed, webhooks, rows, callbacks };
};

const askFeeds = async (prompts: Prompts, initial: readonly FeedAnswer[]): Promise<readonly FeedAnswer[]> => {
  const typed = await prompts.text({
    message: 'Feeds: a name for each flow of rows into Clay, with commas between',
    initial: initial.map(({ name }) => name).join(', '),
    placeholder: 'leads, accounts',
    fault: faultInEach(nameFault),
  });
  const feeds: FeedAnswer[] = [];
  for (const name of listOf(typed))
    feeds.push(await askFeed(prompts, initial.find((feed) => feed.name === name) ?? feedOf(name)));
  return feeds;
};

type Told<K extends string> = Readonly<Record<K, string>> & { readonly severities: readonly Severity[] };

const joinedWith = <K extends string>(
  told: readonly Told<K>[],
  key: K,
  has: (severities: readonly Severity[]) => boolean,
): string =>
  told
    .filter(({ severities }) => has(severities))
    .map((one) => one[key])
    .join(', ');

const askEmail = async (prompts: Prompts, initial: Answers['email']): Promise<Answers['email']> => {
  const everything = listOf(
    await prompts.text({
      message:
        'Who gets e-mail of everything? Addresses with commas between\nKeep somebody here: what a chat channel does not take goes there.',
      initial: joinedWith(initial, 'address', (severities) => severities.includes('P4')),
      placeholder: 'ops@example.com',
      fault: faultInEach(emailFault),
    }),
  );
  const urgent = listOf(
    await prompts.text({
      message: 'Who gets e-mail of P1 and P2 only? (may be left empty)',
      initial: joinedWith(initial, 'address', (severities) => !severities.includes('P4')),
      fault: faultInEach(emailFault),
    }),
  );
  const known = new Set(everything.map((address) => address.toLowerCase()));
  return [
    ...everything.map((address) => ({ address, severities: ALL_SEVERITIES })),
    ...urgent
      .filter((address) => !known.has(address.toLowerCase()))
      .map((address) => ({ address, severities: ['P1', 'P2'] as const })),
  ];
};

const askSms = async (prompts: Prompts, initial: Answers['sms']): Promise<Answers['sms']> => {
  const typed = await prompts.text({
    message:
      'Who gets an SMS of P1? Numbers with their country (may be left empty)\nA new AWS account sends to verified numbers only; claywatch doctor says.',
    initial: initial.map(({ number }) => number).join(', '),
    placeholder: '+4915112345678',
    fault: faultInEach(numberFault),
  });
  return listOf(typed).map((number) => ({ number, severities: ['P1'] }));
};

const askPerson = async (prompts: Prompts, known: PersonAnswer): Promise<PersonAnswer> => {
  const email = await prompts.text({
    message: `E-mail of ${known.name}`,
    initial: known.email ?? '',
    fault: (typed) => (typed === '' ? undefined : emailFault(typed)),
  });
  const sms = await prompts.text({
    message: `Number of ${known.name}, for SMS (may be left empty)`,
    initial: known.sms ?? '',
    fault: (typed) => (typed === '' ? undefined : numberFault(typed)),
  });
  return { name: known.name, ...(email !== '' && { email }), ...(sms !== '' && { sms }) };
};

const askPeople = async (
  prompts: Prompts,
  initial: readonly PersonAnswer[],
): Promise<readonly PersonAnswer[]> => {
  const typed = await prompts.text({
    message:
      'Who takes turns on call, a week each? Names with commas between (may be left empty)\nPaged by name when nobody acknowledges in time; leave it empty if PagerDuty does that.',
    initial: initial.map(({ name }) => name).join(', '),
    placeholder: 'anna, ben',
    fault: faultInEach(nameFault),
  });
  const people: PersonAnswer[] = [];
  for (const name of listOf(typed))
    people.push(await askPerson(prompts, initial.find((person) => person.name === name) ?? { name }));
  return people;
};

const workdaysName = (workdays: readonly Weekday[]): string =>
  Object.entries(WORKDAYS).find(([, days]) => days.join() === workdays.join())?.[0] ?? 'mon-fri';

const askCalendar = async (
  prompts: Prompts,
  initial: Answers,
): Promise<Pick<Answers, 'timeZone' | 'workdays' | 'endsAt'>> => {
  const timeZone = await prompts.text({
    message: 'Time zone, for times in messages and the business day',
    initial: initial.timeZone,
    fault: needed(zoneFault),
  });
  const days = await prompts.choice({
    message: 'Business days, by which a P4 is due',
    initial: workdaysName(initial.workdays),
    options: [
      { value: 'mon-fri', label: 'Monday to Friday' },
      { value: 'sun-thu', label: 'Sunday to Thursday' },
      { value: 'mon-sat', label: 'Monday to Saturday' },
      { value: 'always', label: 'every day' },
    ],
  });
  const endsAt = await prompts.text({
    message: 'End of the business day',
    initial: initial.endsAt,
    fault: needed(endsAtFault),
  });
  return { timeZone, workdays: WORKDAYS[days] ?? WORKWEEK, endsAt };
};

const askPlace = async (
  prompts: Prompts,
  initial: Answers,
): Promise<Pick<Answers, 'runsOn' | 'installation' | 'region'>> => {
  const runsOn = await prompts.choice<RunsOn>({
    message: 'Where will it run?',
    initial: initial.runsOn,
    options: [
      { value: 'aws', label: 'on AWS', hint: 'secrets are read from Secrets Manager' },
      {
        value: 'environment',
        label: 'on this machine, for a trial',
        hint: 'secrets are read from the environment',
      },
    ],
  });
  const installation = await prompts.text({
    message:
      'Name of the installation\nThe names of everything in AWS begin with it; several fit in one account.',
    initial: initial.installation,
    fault: needed(nameFault),
  });
  if (runsOn !== 'aws') return { runsOn, installation, region: initial.region };
  const region = await prompts.text({
    message: 'AWS region',
    initial: initial.region,
    fault: (typed) => (isRegion(typed) ? undefined : 'a region such as eu-central-1'),
  });
  return { runsOn, installation, region };
};

/** Asks everything, beginning from what is known. Rejects with `Cancelled`. */
export const askAnswers = async (prompts: Prompts, initial: Answers): Promise<Answers> => {
  const place = await askPlace(prompts, initial);
  const feeds = await askFeeds(prompts, initial.feeds);
  const apiKey = await prompts.yes({
    message:
      'Is there a Clay API key?\nWith one, the key and both credit meters are watched; only its place is named here.',
    initial: initial.apiKey,
  });
  const email = await askEmail(prompts, initial.email);
  const sms = await askSms(prompts, initial.sms);
  const people = await askPeople(prompts, initial.people);
  const slack = await prompts.text({
    message: 'Slack channel, by its id (may be left empty)\nIt is at the bottom of the channel details.',
    initial: initial.slack ?? '',
    placeholder: 'C0123456789',
    fault: slackFault,
  });
  const pagerduty = await prompts.yes({ message: 'PagerDuty?', initial: initial.pagerduty });
  const links = await prompts.yes({
    message: 'Links in messages, by which people acknowledge without logging in?',
    initial: initial.links,
  });
  const calendar = await askCalendar(prompts, initial);
  return {
    ...{ ...place, feeds, apiKey, email, sms, people },
    slack: slack === '' ? null : slack,
    ...{ pagerduty, links },
    ...calendar,
  };
};
