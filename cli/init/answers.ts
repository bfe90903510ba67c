import type { Severity } from '../../shared/severity.ts';

export const WEEKDAYS = [
  'monday',
  'tuesday',
  'wednesday',
  'thursday',
  'friday',
  'saturday',
  'sunday',
] as const;
export type Weekday = (typeof WEEKDAYS)[number];

/** aws: deployed, and read from Secrets Manager · environment: on this machine, and read from its environment */
export type RunsOn = 'aws' | 'environment';

export interface WebhookAnswer {
  readonly id: string;
  /** The Clay table that it feeds, by its name there. */
  readonly table?: string;
}

export interface FeedAnswer {
  readonly name: string;
  readonly description?: string;
  readonly affects?: readonly string[];
  readonly webhooks: readonly WebhookAnswer[];
  /**
   * relay: senders post to Claywatch · report: they post to Clay themselves and report what it took · none: their rows are
   * not counted
   */
  readonly rows: 'relay' | 'report' | 'none';
  /** Whether Clay's HTTP API column posts enriched rows to Claywatch. */
  readonly callbacks: boolean;
}

export interface PersonAnswer {
  readonly name: string;
  readonly email?: string;
  readonly sms?: string;
}

/** Everything that `claywatch init` asks. */
export interface Answers {
  readonly installation: string;
  readonly runsOn: RunsOn;
  /** Of AWS; for the commands that are shown, since the configuration holds no region. */
  readonly region: string;
  readonly apiKey: boolean;
  readonly feeds: readonly FeedAnswer[];
  readonly email: readonly { readonly address: string; readonly severities: readonly Severity[] }[];
  readonly sms: readonly { readonly number: string; readonly severities: readonly Severity[] }[];
  /** Who takes turns on call, in this order. */
  readonly people: readonly PersonAnswer[];
  /** The id of a Slack channel; null: no Slack. */
  readonly slack: string | null;
  readonly pagerduty: boolean;
  /** Whether messages carry links by which people act. */
  readonly links: boolean;
  readonly timeZone: string;
  readonly workdays: readonly Weekday[];
  readonly endsAt: string;
}

export const ALL_SEVERITIES: readonly Severity[] = ['P1', 'P2', 'P3', 'P4'];
export const WORKWEEK: readonly Weekday[] = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday'];
export const FIRST_REGION = 'us-east-1';

/** A feed of which only the name is known: a webhook of its own, rows through the relay, and back. */
export const feedOf = (name: string): FeedAnswer => ({
  name,
  webhooks: [{ id: `${name.slice(0, 38)}-1` }],
  rows: 'relay',
  callbacks: true,
});

/** What is taken where nothing else is said. */
export const defaultAnswers = (here: {
  readonly timeZone: string;
  readonly region: string | undefined;
}): Answers => ({
  installation: 'claywatch',
  runsOn: 'aws',
  region: here.region ?? FIRST_REGION,
  apiKey: true,
  feeds: [feedOf('leads')],
  email: [],
  sms: [],
  people: [],
  slack: null,
  pagerduty: false,
  links: true,
  timeZone: here.timeZone,
  workdays: WORKWEEK,
  endsAt: '17:00',
});

/** The file that the repository comes with: it watches Clay itself, needs no secret, and tells nobody. */
export const SHIPPED: Answers = {
  ...defaultAnswers({ timeZone: 'UTC', region: undefined }),
  apiKey: false,
  links: false,
  feeds: [
    {
      name: 'leads',
      description: 'Inbound leads on their way to enrichment and back.',
      affects: ['Sales development', 'Lead routing'],
      webhooks: [],
      rows: 'none',
      callbacks: false,
    },
  ],
};
