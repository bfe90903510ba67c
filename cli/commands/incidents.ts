import { type Command, Option } from 'commander';
import type { UpdateAudience } from '../../shared/incident/incident.ts';
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
}

export interface IncidentsUpdateFlags extends IncidentsActFlags {
  readonly audience: UpdateAudience;
  readonly confirm?: boolean;
}

/** What a person does with words or without; `text` is a name for `assign`. */
export type IncidentsVerb = 'ack' | 'resolve' | 'note' | 'assign' | 'mitigate' | 'review';

interface Verb {
  readonly verb: IncidentsVerb;
  readonly summary: string;
  readonly description: string;
  /** As commander writes an argument. */
  readonly argument?: readonly [string, string];
  readonly example: string;
}

const ID = 'inc-20261103-0a1b2c3d';

const VERBS: readonly Verb[] = [
  {
    verb: 'ack',
    summary: 'say that you have it',
    description: 'Acknowledges an incident: nobody is paged any more, and everybody hears who has it.',
    example: `ack ${ID}`,
  },
  {
    verb: 'assign',
    summary: 'say whose it is',
    description: 'Says whose an incident is. It does not acknowledge it in their name.',
    argument: ['<name>', 'whose it is from now on'],
    example: `assign ${ID} Ben`,
  },
  {
    verb: 'mitigate',
    summary: 'say that people are no longer hit',
    description: 'Says that people are no longer hit, although the cause is still there.',
    argument: ['[text]', 'how'],
    example: `mitigate ${ID} 'Rows go to the standby webhook'`,
  },
  {
    verb: 'resolve',
    summary: 'close it by your word',
    description:
      'Closes an incident. One whose cause is still seen is closed with --force only, and opens again if it lasts.',
    argument: ['[text]', 'why'],
    example: `resolve ${ID} --force 'The probe looks at the wrong table'`,
  },
  {
    verb: 'note',
    summary: 'write something down',
    description: 'Writes a note into the timeline. Nobody is told; the postmortem has it.',
    argument: ['<text>', 'what to remember'],
    example: `note ${ID} 'Clay support: ticket 4711'`,
  },
  {
    verb: 'review',
    summary: 'say that its postmortem is done',
    description: 'Says that the postmortem of a resolved incident is done.',
    example: `review ${ID}`,
  },
];

const withCommon = (command: Command): Command =>
  addStoreOptions(command).option('--json', 'print one JSON document and nothing else');
const helpOf = (...examples: readonly string[]): string =>
  `${STORE_HELP}\nExamples:\n${examples.map((example) => `  $ claywatch incidents ${example}\n`).join('')}${STORE_EXIT_CODES}`;
const BY = ['--by <name>', 'who you are; default: the name of your account here'] as const;

const UPDATE_HELP = `
Without a text it prints a draft by the template of the runbook, and sends
nothing. What is for the public goes to status pages, and only with --confirm:
read it first.
${helpOf(`update ${ID}`, `update ${ID} --audience stakeholders 'Rows are late by an hour.'`, `update ${ID} --audience public --confirm 'We are looking into delays.'`)}`;

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
    .allowExcessArguments(false)
    .action(async (flags: IncidentsListFlags) => {
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
  ({ verb, summary, description, argument, example }: Verb): Register =>
  (group, terminal, exit) => {
    const command = group
      .command(verb)
      .summary(summary)
      .description(description)
      .argument('<id>', `e.g. ${ID}`);
    if (argument) command.argument(...argument);
    if (verb === 'resolve') command.option('--force', 'although its cause is still seen');
    withCommon(command.option(...BY))
      .addHelpText('after', helpOf(example))
      .allowExcessArguments(false)
      .action(async (id: string, ...rest: readonly unknown[]) => {
        const { incidentsAct } = await import('../incidents.ts');
        const [text, flags] = argument ? rest : [undefined, rest[0]];
        exit(
          await incidentsAct(
            { verb, id, text: typeof text === 'string' ? text : '' },
            flags as IncidentsActFlags,
            terminal,
          ),
        );
      });
  };

const registerUpdate: Register = (group, terminal, exit) => {
  const command = group
    .command('update')
    .summary('tell people how it goes, or print a draft')
    .description('Sends an update about an incident; without a text it prints a draft.')
    .argument('<id>', `e.g. ${ID}`)
    .argument('[text]', 'what people shall read')
    .addOption(
      new Option('--audience <who>', 'for whom it is')
        .choices(['responders', 'stakeholders', 'public'])
        .default('responders'),
    )
    .option('--confirm', 'of an update for the public: you have read it, and it may go outside')
    .option(...BY);
  withCommon(command)
    .addHelpText('after', UPDATE_HELP)
    .allowExcessArguments(false)
    .action(async (id: string, text: string | undefined, flags: IncidentsUpdateFlags) => {
      const { incidentsUpdate } = await import('../incidents.ts');
      exit(await incidentsUpdate(id, text, flags, terminal));
    });
};

export const registerIncidents: Register = (program, terminal, exit) => {
  const group = program.command('incidents').summary('look at incidents, and act on them');
  for (const register of [registerList, registerShow, ...VERBS.map(registerVerb), registerUpdate])
    register(group, terminal, exit);
};
