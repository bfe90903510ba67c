import { parseSecretReference } from '../../shared/config/secret-reference.ts';
import { secretReferencesIn } from '../../shared/config/secret-references.ts';
import type { Answers } from './answers.ts';
import { configOf } from './config-text.ts';

/** A secret that the configuration names, and how its value gets to where it is read from. */
export interface NeededSecret {
  /** In Secrets Manager, or of the variable. */
  readonly name: string;
  /** The key of the configuration that names it. */
  readonly key: string;
  /** What it is, and where it is to be found. */
  readonly what: string;
  /** issued: somebody else has it · made: any long random text; nobody need ever see it unless `what` says so */
  readonly origin: 'issued' | 'made';
  /** For a shell (bash or zsh); the value comes from a prompt or is made, and is never an argument. */
  readonly command: string;
}

interface Kind {
  readonly key: RegExp;
  readonly origin: NeededSecret['origin'];
  readonly what: string;
}

const KINDS: readonly Kind[] = [
  { key: /^clay\.apiKey$/, origin: 'issued', what: 'The Clay API key: Clay > Settings > Account > API key.' },
  {
    key: /\.webhooks\[\d+\]\.url$/,
    origin: 'issued',
    what: 'The whole URL of the webhook: Clay table > + Add > Webhooks > the webhook.',
  },
  {
    key: /\.relay\.secret$/,
    origin: 'made',
    what: 'What senders of rows send along, in the header x-claywatch-secret.',
  },
  {
    key: /\.submissions\.secret$/,
    origin: 'made',
    what: 'What senders send along with their reports, in the header x-claywatch-secret.',
  },
  {
    key: /\.callbacks\.secret$/,
    origin: 'made',
    what: "What Clay's HTTP API column sends along: its header x-claywatch-secret.",
  },
  {
    key: /^respond\.secret$/,
    origin: 'made',
    what: 'What people sign in to the console with, and programs send along.',
  },
  {
    key: /^respond\.linkSecret$/,
    origin: 'made',
    what: 'Signs the links in messages; nobody else needs it.',
  },
  {
    key: /^console\.sessionSecret$/,
    origin: 'made',
    what: 'Signs sessions of the console; nobody else needs it.',
  },
  { key: /\.botToken$/, origin: 'issued', what: 'The bot token (xoxb-): Slack app > OAuth & Permissions.' },
  {
    key: /\.signingSecret$/,
    origin: 'issued',
    what: 'The signing secret: Slack app > Basic Information.',
  },
  {
    key: /\.routingKey$/,
    origin: 'issued',
    what: 'The integration key: PagerDuty > service > Integrations > Events API V2.',
  },
];
const UNKNOWN: Kind = { key: /^/, origin: 'issued', what: 'Named in the configuration.' };

const MADE = "openssl rand -hex 32 | tr -d '\\n'";

/**
 * The value is read without echo, handed over by a builtin of the shell and through a pipe: it is in no list of
 * processes, no history and no file.
 */
const command = (
  origin: NeededSecret['origin'],
  name: string,
  { runsOn, region }: Pick<Answers, 'runsOn' | 'region'>,
): string => {
  const asked = `printf '${name}: ' && read -rs V && echo`;
  if (runsOn === 'environment')
    return origin === 'made' ? `export ${name}="$(${MADE})"` : `${asked} && export ${name}="$V"; unset V`;
  const put = `aws secretsmanager put-secret-value --region ${region} --secret-id ${name} --secret-string file:///dev/stdin`;
  return origin === 'made' ? `${MADE} | ${put}` : `${asked} && printf %s "$V" | ${put}; unset V`;
};

/** Every secret that the configuration of some answers names, in its order. Pure. */
export const secretsOf = (answers: Answers): readonly NeededSecret[] =>
  secretReferencesIn(configOf(answers)).map(({ key, reference }) => {
    const { name } = parseSecretReference(reference);
    const { what, origin } = KINDS.find((kind) => kind.key.test(key)) ?? UNKNOWN;
    return { name, key, what, origin, command: command(origin, name, answers) };
  });
