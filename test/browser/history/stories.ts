import { pick, type Random } from './chance.ts';
import type { Story } from './incidents.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

type Kind = Pick<Story, 'cause' | 'subject' | 'severity' | 'summary' | 'evidence' | 'proof'>;

const OUTAGE: Kind = {
  cause: 'clay.outage',
  subject: 'clay',
  severity: 'P1',
  summary: 'Clay is down: its web site and its API host fail.',
  evidence: { probe: 'clay.api', finding: 'server-error', summary: 'The API host answered 503 in 212 ms' },
  proof: 'The API host answered 200 in 87 ms',
};
const INTAKE: Kind = {
  cause: 'webhook.intake-failing',
  subject: 'leads/leads-1',
  severity: 'P1',
  summary: 'The webhook leads-1 of leads does not take rows.',
  evidence: {
    probe: 'webhook:leads/leads-1',
    finding: 'server-error',
    summary: 'POST to the webhook answered 502 in 310 ms',
  },
  proof: 'POST to the webhook answered 400 in 92 ms, as it should',
};
const SLOW: Kind = {
  cause: 'enrichment.slow',
  subject: 'leads',
  severity: 'P2',
  summary: 'Rows of leads take seven times as long as usual.',
  evidence: {
    probe: 'rows:leads',
    finding: 'slow',
    summary: 'Half of the rows of the last 30 min took more than 300 s',
  },
  proof: 'Half of the rows of the last 30 min took at most 45 s',
};
const PROVIDER: Kind = {
  cause: 'provider.failing',
  subject: 'enrichment-provider',
  severity: 'P3',
  summary: 'The provider enrichment-provider fails.',
  evidence: { probe: 'provider', finding: 'server-error', summary: 'The provider answered 500 in 1,204 ms' },
  proof: 'The provider answered 200 in 340 ms',
};
const CRM: Kind = {
  cause: 'crm.sync-failing',
  subject: 'crm',
  severity: 'P2',
  summary: 'The CRM does not take what Clay hands it.',
  evidence: { probe: 'crm', finding: 'server-error', summary: 'The CRM answered 503 in 88 ms' },
  proof: 'The CRM answered 200 in 120 ms',
};
const CALLBACK: Kind = {
  cause: 'callback.unreachable',
  subject: 'leads',
  severity: 'P2',
  summary: 'The callback endpoint of leads cannot be reached.',
  evidence: { probe: 'callback:leads', finding: 'timeout', summary: 'No answer within 10 s, twice' },
  proof: 'The callback endpoint answered 200 in 31 ms',
};
const BURN: Kind = {
  cause: 'credits.burn-spike',
  subject: 'workspace',
  severity: 'P2',
  summary: 'Credits burn four times as fast as usual at this hour.',
  evidence: { probe: 'clay.balance', finding: 'burn-spike', summary: '11,200 credits within the last hour' },
  proof: '2,600 credits within the last hour',
};
const LIMIT: Kind = {
  cause: 'webhook.limit-approaching',
  subject: 'leads/leads-1',
  severity: 'P4',
  summary: 'The webhook leads-1 of leads will be full within two days.',
  evidence: {
    probe: 'rows:leads/leads-1',
    finding: 'limit-near',
    summary: '44,100 of 50,000 rows, some 9,600 a day',
  },
  proof: 'Rows go to leads-2, which has 50,000 left',
};

const KINDS = [OUTAGE, INTAKE, SLOW, PROVIDER, CRM, CALLBACK, BURN, LIMIT] as const;

/** Nobody is called that here. */
const PEOPLE = ['Grace Lindqvist', 'Tomás Ferreira', 'Aiko Brandt', 'Ada Okafor'] as const;

const daysAgo = (now: number, days: number, hours = 0): number => now - days * DAY - hours * HOUR;

/** Eight incidents of the last nine weeks. */
export const fewStories = (now: number, slow: { readonly from: number }): readonly Story[] => [
  {
    ...OUTAGE,
    openedAt: daysAgo(now, 61, 4),
    minutes: 47,
    taken: { by: 'Tomás Ferreira', via: 'link', after: 3 },
    deeds: [
      {
        after: 9,
        by: 'Tomás Ferreira',
        what: {
          kind: 'update',
          audience: 'public',
          text: 'New leads are enriched later than usual. None is lost; we will say more within the hour.',
        },
      },
    ],
    reviewedBy: 'Aiko Brandt',
  },
  {
    ...OUTAGE,
    openedAt: daysAgo(now, 27, 9),
    minutes: 18,
    taken: { by: 'Grace Lindqvist', via: 'slack', after: 2 },
    deeds: [
      {
        after: 6,
        by: 'Grace Lindqvist',
        what: {
          kind: 'update',
          audience: 'public',
          text: 'Enrichment of new leads is paused. They are kept, and go on by themselves.',
        },
      },
    ],
    reviewedBy: 'Grace Lindqvist',
  },
  {
    ...INTAKE,
    openedAt: daysAgo(now, 34, 2),
    minutes: 41,
    taken: { by: 'Aiko Brandt', via: 'pagerduty', after: 5 },
    reviewedBy: 'Aiko Brandt',
  },
  { ...PROVIDER, openedAt: daysAgo(now, 22, 6), minutes: 195, reviewedBy: 'Ada Okafor' },
  {
    ...BURN,
    openedAt: daysAgo(now, 16, 11),
    minutes: 72,
    taken: { by: 'Ada Okafor', via: 'console', after: 11 },
    deeds: [
      {
        after: 34,
        by: 'Ada Okafor',
        what: { kind: 'note', text: 'A table was set to run on all its rows again; switched off.' },
      },
    ],
    reviewedBy: 'Ada Okafor',
  },
  {
    ...CRM,
    openedAt: daysAgo(now, 11, 3),
    minutes: 26,
    taken: { by: 'Tomás Ferreira', via: 'slack', after: 8 },
    reviewedBy: 'Tomás Ferreira',
  },
  { ...LIMIT, openedAt: daysAgo(now, 4, 5), minutes: 610 },
  {
    ...SLOW,
    openedAt: slow.from + 20 * MINUTE,
    minutes: 65,
    taken: { by: 'Grace Lindqvist', via: 'console', after: 4 },
    deeds: [
      { after: 15, by: 'Grace Lindqvist', what: { kind: 'note', text: 'alpha-data says it is slow today.' } },
    ],
  },
];

const YEAR = 365 * DAY;
const SUBJECTS = 12;

/** Any number of incidents, spread over a year, all over. */
export const manyStories = (count: number, now: number, random: Random): readonly Story[] =>
  Array.from({ length: count }, (_, index): Story => {
    const kind = KINDS[index % KINDS.length] ?? OUTAGE;
    const number = Math.floor(index / KINDS.length) % SUBJECTS;
    const subject =
      kind.subject === 'clay' || kind.subject === 'workspace' ? kind.subject : `${kind.subject}-${number}`;
    return {
      ...{ ...kind, subject },
      openedAt: Math.floor(now - DAY - (index / count) * (YEAR - 3 * DAY) - random() * HOUR),
      minutes: 5 + Math.floor(random() ** 3 * 300),
      ...(random() < 0.8 && { taken: { by: pick(random, PEOPLE), via: 'console', after: 2 } }),
      ...(random() < 0.5 && { reviewedBy: pick(random, PEOPLE) }),
    };
  });
