import type { Answers, FeedAnswer } from './answers.ts';
import { ALL_SEVERITIES } from './answers.ts';
import type { Field, Fields, Written } from './print.ts';
import { type SecretPath, secretNames } from './secret-names.ts';

type SecretName = (path: SecretPath) => string;

const object = (...fields: readonly (Field | null)[]): Fields => ({
  fields: fields.filter((field) => field !== null),
});
const field = (key: string, value: Written, why?: readonly string[], hint?: readonly string[]): Field => ({
  key,
  value,
  ...(why && { why }),
  ...(hint && { hint }),
});
const named = (entries: readonly (readonly [string, Written])[]): Fields =>
  object(...entries.map(([key, value]) => field(key, value)));

const severitiesOf = (severities: readonly string[], fallback: readonly string[]): Field | null =>
  severities.join() === fallback.join() ? null : field('severities', [...severities]);

const clay = ({ apiKey }: Answers, secret: SecretName): Field | null =>
  apiKey
    ? field('clay', object(field('apiKey', secret(['clay-api-key']))), [
        'With a key, the key itself and both credit meters are watched too; reading them is free.',
      ])
    : field('clay', object(field('statusPageFormat', 'auto')), [
        "Clay's web site, API host and status page are watched without any key. With `apiKey: '…'`, the name of a",
        'secret, the key and both credit meters are watched too.',
      ]);

const ROWS_WHY: Readonly<Record<FeedAnswer['rows'], (name: string) => readonly string[]>> = {
  relay: (name) => [
    `Senders post rows to \`POST /v1/rows/${name}\` with this secret, and Claywatch sends them to Clay: none is lost to`,
    'rate limits and outages, and the next webhook takes over before one is full.',
  ],
  report: (name) => [
    `Senders post to Clay themselves, and report what it took to \`POST /v1/submissions/${name}\` with this secret.`,
  ],
  none: () => [],
};

const rowsField = ({ name, rows }: FeedAnswer, secret: SecretName): Field | null => {
  if (rows === 'none') return null;
  const [key, path] = rows === 'relay' ? ['relay', 'rows'] : ['submissions', 'submissions'];
  return field(key, object(field('secret', secret([name, path]))), ROWS_WHY[rows](name));
};

const NO_WEBHOOKS = [
  '`webhooks` names each webhook, and the secret that holds its URL:',
  "webhooks: [{ id: 'leads-1', url: 'secretsmanager:claywatch/leads/webhooks/leads-1', table: 'Leads' }],",
];

/** Explained once: with the first feed. */
const feed = (answer: FeedAnswer, secret: SecretName, isFirst: boolean): Fields => {
  const why = (...lines: readonly string[]) => (isFirst ? lines : undefined);
  const { name, description, affects, webhooks, callbacks } = answer;
  const tables = [...new Set(webhooks.flatMap(({ table }) => table ?? []))];
  return object(
    description === undefined ? null : field('description', description),
    affects === undefined
      ? null
      : field('affects', [...affects], undefined, webhooks.length === 0 ? NO_WEBHOOKS : undefined),
    webhooks.length === 0
      ? null
      : field(
          'webhooks',
          webhooks.map(({ id, table }) =>
            object(
              field('id', id),
              field('url', secret([name, 'webhooks', id])),
              table === undefined ? null : field('table', table),
            ),
          ),
          why(
            'In the order in which they take over. Standbys are made by hand in Clay; there is no API for it.',
            'One that has taken rows already: `startCount: 12_000`. With a token: `authToken`, the name of its secret.',
          ),
        ),
    tables.length === 0
      ? null
      : field(
          'tables',
          named(tables.map((table) => [table, object()])),
          why(
            'A table takes 50,000 rows unless `ceiling` says otherwise, and a full one stops silently. Rows that are in',
            'it already: `startCount`.',
          ),
        ),
    rowsField(answer, secret),
    callbacks
      ? field(
          'callbacks',
          object(field('secret', secret([name, 'callbacks']))),
          why(
            `Clay's HTTP API column posts enriched rows to \`POST /v1/callbacks/${name}\`, this secret in the header`,
            '`x-claywatch-secret`: it shows what comes back, how fast, and what it cost.',
          ),
        )
      : null,
  );
};

const feeds = (answers: Answers, secret: SecretName): Field =>
  field(
    'feeds',
    named(answers.feeds.map((answer, index) => [answer.name, feed(answer, secret, index === 0)])),
    [
      'The flows of rows into Clay and back. Webhooks are never posted to for a test unless you ask for it: each POST',
      'is a real row that spends credits.',
    ],
  );

const respond = ({ links }: Answers, secret: SecretName): Field | null =>
  links
    ? field(
        'respond',
        object(
          field('secret', secret(['responders']), [
            'For people who sign in to the console, and programs that act over HTTP.',
          ]),
          field(
            'linkSecret',
            secret(['links']),
            ['Signs the links in messages by which people acknowledge.'],
            [
              'After the first deployment: the output PublicUrl, and deploy again. Until then messages carry no links.',
              "publicUrl: 'https://….execute-api.….amazonaws.com',",
            ],
          ),
        ),
      )
    : null;

const consoleField = ({ links }: Answers, secret: SecretName): Field | null =>
  links
    ? field(
        'console',
        object(field('sessionSecret', secret(['sessions']), ['Signs the sessions of whoever signs in.'])),
        ['The page on which people look and act: they sign in with the secret of `respond`.'],
      )
    : null;

const incidents = ({ timeZone, workdays, endsAt }: Answers): Field =>
  field(
    'incidents',
    object(
      field(
        'calendar',
        object(field('timeZone', timeZone), field('workdays', [...workdays]), field('endsAt', endsAt)),
      ),
    ),
    ['P4 incidents are due at the end of the next business day. P1 is due in 15 min, P2 in 1 h, P3 in 4 h.'],
  );

const people = ({ people: asked }: Answers): readonly Field[] =>
  asked.length === 0
    ? []
    : [
        field(
          'people',
          named(
            asked.map(({ name, email, sms }) => [
              name,
              object(
                email === undefined ? null : field('email', email),
                sms === undefined ? null : field('sms', sms),
              ),
            ]),
          ),
          ['Who can be paged by name when nobody acknowledges in time.'],
        ),
        field(
          'onCall',
          object(
            field(
              'rotation',
              asked.map(({ name }) => name),
            ),
          ),
          ['In turn, a week each; handover on Mondays at 09:00.'],
        ),
      ];

const slack = ({ slack: channel }: Answers, secret: SecretName): Field | null =>
  channel === null
    ? null
    : field(
        'slack',
        [
          object(
            field('id', 'slack'),
            field('channel', channel),
            field('botToken', secret(['slack-bot'])),
            field('signingSecret', secret(['slack-app'])),
          ),
        ],
        ['A thread for each incident, with buttons. How to make the app: docs/deploying.md.'],
      );

const pagerduty = ({ pagerduty: wanted }: Answers, secret: SecretName): Field | null =>
  wanted
    ? field(
        'pagerduty',
        [object(field('id', 'pagerduty'), field('routingKey', secret(['pagerduty'])))],
        ['Hears of P1 and P2, unless `severities` says otherwise.'],
      )
    : null;

const notify = (answers: Answers, secret: SecretName): Field =>
  field(
    'notify',
    object(
      field(
        'email',
        answers.email.map(({ address, severities }) =>
          object(field('address', address), severitiesOf(severities, ALL_SEVERITIES)),
        ),
      ),
      field(
        'sms',
        answers.sms.map(({ number, severities }) =>
          object(field('number', number), severitiesOf(severities, ['P1'])),
        ),
      ),
      ...people(answers),
      slack(answers, secret),
      pagerduty(answers, secret),
    ),
    ['Who is told. E-mail hears of every severity and SMS of P1, unless `severities` says otherwise.'],
  );

/** The configuration of some answers, key by key, each with what it is for. Pure. */
export const fieldsOf = (answers: Answers): readonly Field[] => {
  const secret = secretNames(answers);
  return [
    field('installation', answers.installation, [
      'Tells several installations apart, in messages and in the names of everything in AWS.',
    ]),
    clay(answers, secret),
    feeds(answers, secret),
    respond(answers, secret),
    consoleField(answers, secret),
    incidents(answers),
    notify(answers, secret),
  ].filter((each) => each !== null);
};
