import { Argument, type Command, Option } from 'commander';
import { ClaywatchError } from '../../shared/errors.ts';
import { dayOfId } from '../../shared/incident/id.ts';
import type { UpdateAudience } from '../../shared/incident/incident.ts';
import { SEVERITIES } from '../../shared/severity.ts';
import { wholeNumber } from '../number.ts';
import type { StoreFlags } from '../store.ts';
import type { Register } from './index.ts';
import { addStoreOptions, STORE_EXIT_CODES, STORE_HELP } from './store-options.ts';

export interface IncidentsFlags extends StoreFlags {
  readonly json?: boolean;
}

export interface IncidentsListFlags extends IncidentsFlags {
  readonly all?: boolean;
}

export interface IncidentsActFlags extends IncidentsFlags {
  readonly by?: string;
  readonly force?: boolean;
  readonly idempotencyKey?: string;
  readonly undo?: boolean;
}

export interface IncidentsUpdateFlags extends IncidentsActFlags {
  readonly audience: UpdateAudience;
  readonly confirm?: boolean;
}

/** What a person does; `update` is a command of its own. */
export type IncidentsVerb =
  | 'ack'
  | 'unack'
  | 'assign'
  | 'severity'
  | 'mitigate'
  | 'resolve'
  | 'note'
  | 'merge'
  | 'unmerge'
  | 'review'
  | 'step';

interface Verb {
  readonly verb: IncidentsVerb;
  readonly summary: string;
  readonly description: string;
  /** What stands behind the id. */
  readonly words?: readonly Argument[];
  readonly example: string;
}

const ID = 'inc-20261103-0a1b2c3d';
const OTHER = 'inc-20261103-4e5f6a7b';

const VERBS: readonly Verb[] = [
  {
    verb: 'ack',
    summary: 'say that you have it',
    description: 'Acknowledges an incident: nobody is paged any more, and everybody hears who has it.',
    example: `ack ${ID}`,
  },
  {
    verb: 'unack',
    summary: 'give it back',
    description: "Gives an incident back: it is nobody's again, and pages as if it had just begun.",
    example: `unack ${ID}`,
  },
  {
    verb: 'assign',
    summary: 'say whose it is',
    description: 'Says whose an incident is. It does not acknowledge it in their name.',
    words: [new Argument('<name>', 'whose it is from now on')],
    example: `assign ${ID} Ben`,
  },
  {
    verb: 'severity',
    summary: 'set another severity',
    description:
      'Sets the severity of an incident, up or down. It holds until what is seen changes by itself. A more urgent one pages again.',
    words: [
      new Argument('<severity>', 'from most to least urgent').choices(SEVERITIES),
      new Argument('[text]', 'why'),
    ],
    example: `severity ${ID} P3 'Only the test table is hit'`,
  },
  {
    verb: 'mitigate',
    summary: 'say that people are no longer hit',
    description: 'Says that people are no longer hit, although the cause is still there.',
    words: [new Argument('[text]', 'how')],
    example: `mitigate ${ID} 'Rows go to the standby webhook'`,
  },
  {
    verb: 'resolve',
    summary: 'close it by your word',
    description:
      'Closes an incident. One whose cause is still seen is closed with --force only, and opens again if it lasts.',
    words: [new Argument('[text]', 'why')],
    example: `resolve ${ID} --force 'The probe looks at the wrong table'`,
  },
  {
    verb: 'note',
    summary: 'write something down',
    description: 'Writes a note into the timeline. Nobody is told; the postmortem has it.',
    words: [new Argument('<text>', 'what to remember')],
    example: `note ${ID} 'Clay support: ticket 4711'`,
  },
  {
    verb: 'merge',
    summary: 'tell it as part of another',
    description:
      'Makes an incident part of another one: nobody hears of it on its own while that one is open and as urgent.',
    words: [new Argument('<into>', 'the incident that it is part of')],
    example: `merge ${ID} ${OTHER}`,
  },
  {
    verb: 'unmerge',
    summary: 'tell it on its own again',
    description: 'Takes an incident out of the one that it was part of.',
    example: `unmerge ${ID}`,
  },
  {
    verb: 'review',
    summary: 'say that its postmortem is done',
    description: 'Says that the postmortem of a resolved incident is done.',
    example: `review ${ID}`,
  },
  {
    verb: 'step',
    summary: 'tick a step of the runbook',
    description:
      'Says that a step of the runbook was done; `incidents show` numbers them. Nobody is told; the timeline and the postmortem have it.',
    words: [new Argument('<number>', 'its number').argParser(wholeNumber(100))],
    example: `step ${ID} 2`,
  },
];

const withCommon = (command: Command): Command =>
  addStoreOptions(command).option('--json', 'print one JSON document and nothing else');
const helpOf = (...examples: readonly string[]): string =>
  `${STORE_HELP}\nExamples:\n${examples.map((example) => `  $ claywatch incidents ${example}\n`).join('')}${STORE_EXIT_CODES}`;
/** Options of everything that changes an incident. */
const withActor = (command: Command): Command =>
  withCommon(command)
    .option('--by <name>', 'who you are; default: the name of your account here')
    .option('--idempotency-key <key>', 'a name for this command: repeated with the same one it does nothing');

const GROUP_HELP = `
The life of an incident, and what a person does to it:
  triggered      nobody has it, and people are paged      ack
  acknowledged   somebody has it                          mitigate, or unack
  mitigated      people are no longer hit                 unack
  resolved       seen working, or closed by resolve       review
  reviewed       its postmortem is done
While it is open: assign, severity, merge, unmerge, resolve. Until it is
reviewed: update, step. At any time: note. Claywatch opens, raises, lowers and
resolves by itself, and pages again when nobody has said a word for too long.

Examples:
  $ claywatch incidents                          what is open, and who has it
  $ claywatch incidents show ${ID}
  $ claywatch incidents ack ${ID}
  $ claywatch incidents update ${ID}
                                                 a draft of the next update
  $ claywatch postmortem ${ID}
  $ claywatch incidents help resolve             every option of one of them
`;

const UPDATE_HELP = `
Without a text it prints a draft by the template of the runbook, and sends
nothing. What is for the public goes to status pages, and only with --confirm:
read it first.
${helpOf(`update ${ID}`, `update ${ID} --audience stakeholders 'Rows are late by an hour.'`, `update ${ID} --audience public --confirm 'We are looking into delays.'`)}`;

/** `list` is what runs when the second word is none of the others. */
const noSuchVerb = async (word: string, group: Command): Promise<ClaywatchError> => {
  const [{ nearest }, { shownKey }] = await Promise.all([
    import('../../shared/config/problem.ts'),
    import('../../shared/config/redact.ts'),
  ]);
  const verbs = group.commands.map((command) => command.name());
  const meant = nearest(word, verbs);
  return new ClaywatchError(
    'usage.invalid',
    `There is no \`claywatch incidents ${shownKey(word)}\`.${meant === undefined ? '' : ` Did you mean ${meant}?`}`,
    dayOfId(word) === null
      ? 'Run `claywatch incidents --help` for what there is.'
      : `To look at that one: \`claywatch incidents show ${word}\`.`,
  );
};

const registerList: Register = (group, terminal, exit) => {
  withCommon(
    group
      .command('list', { isDefault: true })
      .summary('what is open, and who has it')
      .description('Lists open incidents, newest first.'),
  )
    .option('--all', 'also those of the last 30 days that are over')
    .addHelpText(
      'after',
      helpOf('', 'list --all --json | jq .incidents[].id').replace('incidents \n', 'incidents\n'),
    )
    .usage('[options]')
    .argument('[words...]')
    .action(async ([word]: readonly string[], flags: IncidentsListFlags) => {
      if (word !== undefined) throw await noSuchVerb(word, group);
      const { incidentsList } = await import('../incidents.ts');
      exit(await incidentsList(flags, terminal));
    });
};

const registerShow: Register = (group, terminal, exit) => {
  withCommon(
    group
      .command('show')
      .summary('one of them, with its story')
      .description('Shows an incident: what was seen, what happened since, and what to do.')
      .argument('<id>', `e.g. ${ID}`),
  )
    .addHelpText('after', helpOf(`show ${ID}`))
    .allowExcessArguments(false)
    .action(async (id: string, flags: IncidentsFlags) => {
      const { incidentsShow } = await import('../incidents.ts');
      exit(await incidentsShow(id, flags, terminal));
    });
};

const registerVerb =
  ({ verb, summary, description, words = [], example }: Verb): Register =>
  (group, terminal, exit) => {
    const command = group
      .command(verb)
      .summary(summary)
      .description(description)
      .argument('<id>', `e.g. ${ID}`);
    for (const word of words) command.addArgument(word);
    if (verb === 'step') command.option('--undo', 'it was not done after all');
    if (verb === 'resolve') command.option('--force', 'although its cause is still seen');
    withActor(command)
      .addHelpText('after', helpOf(example))
      .allowExcessArguments(false)
      .action(async (id: string, ...rest: readonly unknown[]) => {
        const { incidentsAct } = await import('../incidents.ts');
        const said = words.map((_, index) => String(rest[index] ?? ''));
        exit(
          await incidentsAct({ verb, id, words: said }, rest[words.length] as IncidentsActFlags, terminal),
        );
      });
  };

const registerUpdate: Register = (group, terminal, exit) => {
  const command = group
    .command('update')
    .summary('tell people, or print a draft')
    .description('Sends an update about an incident; without a text it prints a draft.')
    .argument('<id>', `e.g. ${ID}`)
    .argument('[text]', 'what people shall read')
    .addOption(
      new Option('--audience <who>', 'for whom it is')
        .choices(['responders', 'stakeholders', 'public'])
        .default('responders'),
    )
    .option('--confirm', 'of an update for the public: you have read it, and it may go outside');
  withActor(command)
    .addHelpText('after', UPDATE_HELP)
    .allowExcessArguments(false)
    .action(async (id: string, text: string | undefined, flags: IncidentsUpdateFlags) => {
      const { incidentsUpdate } = await import('../incidents.ts');
      exit(await incidentsUpdate(id, text, flags, terminal));
    });
};

export const registerIncidents: Register = (program, terminal, exit) => {
  const group = program
    .command('incidents')
    .summary('look at incidents, and act on them')
    .description('Looks at incidents, and acts on them. Without a second word it lists what is open.')
    .addHelpText('after', GROUP_HELP);
  for (const register of [registerList, registerShow, ...VERBS.map(registerVerb), registerUpdate])
    register(group, terminal, exit);
};
