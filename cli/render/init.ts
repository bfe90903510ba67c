import type { Answers } from '../init/answers.ts';
import type { NeededSecret } from '../init/secrets.ts';
import { hang, joined, type Page, plain } from './text.ts';

/**
 * written: there was none, or it might go · beside: there is one, so it stands beside it · same: there is one that says the
 * same · shown: nothing was written
 */
export type Written = 'written' | 'beside' | 'same' | 'shown';

export interface InitResult {
  /** As a person would call it from here. */
  readonly file: string;
  readonly written: Written;
  /** It is what every command here takes by itself. */
  readonly isDefault: boolean;
  readonly answers: Answers;
  readonly text: string;
  readonly secrets: readonly NeededSecret[];
}

/** A step, with commands as they are typed. */
interface Next {
  readonly what: string;
  readonly commands: readonly string[];
}

/** A word of a shell command, quoted where it needs to be. */
const word = (text: string): string =>
  /^[A-Za-z0-9_./:=@%+-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;

const fill = (secrets: readonly NeededSecret[], where: string): readonly Next[] =>
  secrets.length === 0
    ? []
    : [
        {
          what: `Fill ${secrets.length === 1 ? 'the secret' : `the ${secrets.length} secrets`}${where}, in bash or zsh; each value comes from a prompt or is made, and is in no history.`,
          commands: secrets.flatMap(({ what, command }) => [`# ${what}`, command]),
        },
      ];

const onAws = ({ file, isDefault, answers, secrets }: InitResult): readonly Next[] => {
  const config = isDefault ? '' : ` -c config=${word(file)}`;
  const here = isDefault ? '' : ` --config ${word(file)}`;
  const table = `--table TABLE${here}`;
  return [
    {
      what: 'Deploy; bootstrap is once for each account and region. TableName and the addresses are among the outputs.',
      commands: [`export AWS_REGION=${answers.region}`, 'npx cdk bootstrap', `npx cdk deploy --all${config}`],
    },
    ...(answers.email.length + answers.people.length > 0
      ? [
          {
            what: 'Open the link in every mail "AWS Notification - Subscription Confirmation".',
            commands: [],
          },
        ]
      : []),
    ...fill(secrets, ' (0.40 USD a month each)'),
    {
      what: 'See that everything is ready, then that a message arrives, then practise.',
      commands: [
        `npx claywatch doctor ${table}`,
        `npx claywatch notify test ${table}`,
        `npx claywatch drill --live --minutes 3 ${table}`,
      ],
    },
  ];
};

const onThisMachine = ({ file, secrets }: InitResult): readonly Next[] => [
  ...fill(secrets, ' in the shell that starts it'),
  {
    what: 'Start it, and look from another terminal.',
    commands: [
      `npm start -- --config ${word(file)}`,
      'npx claywatch doctor',
      'npx claywatch drill --live --minutes 3',
    ],
  },
];

export const nextOf = (result: InitResult): readonly Next[] =>
  result.answers.runsOn === 'aws' ? onAws(result) : onThisMachine(result);

const WORDS: Readonly<Record<Written, (file: string) => string>> = {
  written: (file) => `Wrote ${file}.`,
  beside: (file) => `Wrote ${file}, beside the one that is there.`,
  same: (file) => `${file} says the same already; nothing was written.`,
  shown: () => 'Nothing was written.',
};

const NOBODY = 'Nobody is told yet: name somebody in notify before you rely on it.';

const isToldSomebody = ({ email, sms, slack, pagerduty }: Answers): boolean =>
  email.length + sms.length > 0 || slack !== null || pagerduty;

export const renderInit = (result: InitResult, { style, width }: Page): string =>
  joined([
    ...(result.written === 'shown' ? [result.text] : []),
    style.bold(plain(WORDS[result.written](result.file))),
    ...(isToldSomebody(result.answers) ? [] : hang('! ', NOBODY, width)),
    '',
    'What comes next',
    ...nextOf(result).flatMap(({ what, commands }, index) => [
      '',
      ...hang(`${index + 1}. `, what, width),
      ...commands.map((command) => (command.startsWith('#') ? style.dim(`   ${command}`) : `   ${command}`)),
    ]),
  ]);

export const renderInitJson = (result: InitResult): string => {
  const { file, written, text, secrets } = result;
  return joined([
    JSON.stringify({ version: 1, file, written, text, secrets, next: nextOf(result) }, null, 2),
  ]);
};
