import fc from 'fast-check';
import {
  ALL_SEVERITIES,
  type Answers,
  type FeedAnswer,
  type PersonAnswer,
  WEEKDAYS,
} from '../../cli/init/answers.ts';
import { emailFault } from '../../cli/init/ask.ts';

/** Text that would end a literal, a comment or the file, if it were not written as text. */
const HOSTILE = [
  "'",
  '"',
  '\\',
  "\\'",
  // biome-ignore lint/suspicious/noTemplateCurlyInString: it is meant as text
  '`${process.exit(1)}`',
  "' }); process.exit(1); //",
  '*/ process.exit(1); /*',
  '// x',
  '\n',
  '\r\n',
  '\t',
  '\u0000',
  '\u2028',
  '\u2029',
  '\u202e',
  '\ufeff',
  '\ud800',
  '</script>',
  'constructor',
  'toString',
  'Müller & Söhne',
];

const shortText = fc
  .array(fc.oneof(fc.constantFrom(...HOSTILE), fc.string({ maxLength: 12 })), { minLength: 1, maxLength: 4 })
  .map((parts) => parts.join(''))
  .filter((text) => text !== '' && text !== '__proto__');

export const anyName = fc.stringMatching(/^[a-z][a-z0-9-]{0,11}$/).filter((name) => name !== 'dead');
const unique = <T>(one: fc.Arbitrary<T>, key: (value: T) => unknown, maxLength = 3) =>
  fc.uniqueArray(one, { selector: key, maxLength });

const anyFeed: fc.Arbitrary<FeedAnswer> = fc.record(
  {
    name: anyName,
    description: shortText,
    affects: fc.array(shortText, { maxLength: 3 }),
    webhooks: unique(fc.record({ id: anyName, table: shortText }, { requiredKeys: ['id'] }), ({ id }) => id),
    rows: fc.constantFrom('relay', 'report', 'none'),
    callbacks: fc.boolean(),
  },
  { requiredKeys: ['name', 'webhooks', 'rows', 'callbacks'] },
);

const anyEmail = fc.emailAddress().filter((address) => emailFault(address) === undefined);
const anyNumber = fc.stringMatching(/^\+[1-9][0-9]{7,14}$/);
const anySeverities = fc.subarray([...ALL_SEVERITIES], { minLength: 1 });

const anyPerson: fc.Arbitrary<PersonAnswer> = fc.record(
  { name: anyName, email: anyEmail, sms: anyNumber },
  { requiredKeys: ['name'] },
);

/** Everything that somebody may answer and the questions let through. */
export const anyAnswers: fc.Arbitrary<Answers> = fc.record({
  installation: anyName,
  runsOn: fc.constantFrom('aws', 'environment'),
  region: fc.constantFrom('us-east-1', 'eu-central-1', 'us-gov-west-1'),
  apiKey: fc.boolean(),
  feeds: unique(anyFeed, ({ name }) => name),
  email: unique(fc.record({ address: anyEmail, severities: anySeverities }), ({ address }) =>
    address.toLowerCase(),
  ),
  sms: unique(fc.record({ number: anyNumber, severities: anySeverities }), ({ number }) => number),
  people: unique(anyPerson, ({ name }) => name),
  slack: fc.option(fc.stringMatching(/^[CGD][A-Z0-9]{5,20}$/)),
  pagerduty: fc.boolean(),
  links: fc.boolean(),
  timeZone: fc.constantFrom('UTC', 'Europe/Berlin', 'America/Argentina/Buenos_Aires'),
  workdays: fc.subarray([...WEEKDAYS], { minLength: 1 }),
  endsAt: fc.constantFrom('00:00', '17:00', '23:59'),
});
