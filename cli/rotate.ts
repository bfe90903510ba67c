import { createDynamoRotationStore } from '../shared/aws/dynamodb/rotation-store.ts';
import { createSecretsClient } from '../shared/aws/secrets/client.ts';
import { createRotationStarter, createSecretVersions } from '../shared/aws/secrets/versions.ts';
import { systemClock } from '../shared/clock.ts';
import { ClaywatchError } from '../shared/errors.ts';
import { words } from '../shared/notify/examined.ts';
import { rotatableSecrets } from '../shared/rotate/kinds.ts';
import { planRotation, type RotationObstacle, type RotationPlan, standingOf } from '../shared/rotate/plan.ts';
import type { Described, RotationStarter, SecretVersions } from '../shared/rotate/versions.ts';
import type { RotateFlags } from './commands/rotate.ts';
import { confirmed } from './confirm.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import { rotatableSecretNamed } from './names.ts';
import { checkThatSomebodyCanBeAsked } from './relay-feed.ts';
import {
  type ListedSecret,
  type RotateOutcome,
  renderRotations,
  renderRotationsJson,
  rotateJson,
  rotateLines,
  rotateOutcome,
} from './render/rotate.ts';
import { joined } from './render/text.ts';
import { type OpenStore, withStore } from './store.ts';
import { styleOf, type Terminal, widthOf } from './terminal.ts';

interface SecretsManager {
  readonly versions: Pick<SecretVersions, 'describe'>;
  readonly starter: RotationStarter;
}

/** With Secrets Manager of the environment; null where the secrets are those of a local runtime. */
const withSecrets = async <T>(
  { runtime }: OpenStore,
  { env }: Terminal,
  use: (secrets: SecretsManager | null) => Promise<T>,
): Promise<T> => {
  if (runtime !== null) return use(null);
  const region = env.AWS_REGION ?? env.AWS_DEFAULT_REGION;
  const client = createSecretsClient(region ? { region } : {});
  try {
    return await use({ versions: createSecretVersions(client), starter: createRotationStarter(client) });
  } finally {
    client.destroy();
  }
};

type Asked =
  | { readonly described: Described; readonly why: null }
  | { readonly described: null; readonly why: string };

const askedFor = async (secret: string, secrets: SecretsManager | null): Promise<Asked> => {
  if (secrets === null) return { described: null, why: 'The local runtime has no Secrets Manager.' };
  try {
    return { described: await secrets.versions.describe(secret), why: null };
  } catch (error) {
    return { described: null, why: words(error) };
  }
};

const codeOf = (listed: readonly ListedSecret[]): ExitCode => {
  if (listed.some(({ state }) => state === 'failed' || state === 'waits')) return EXIT.problem;
  return listed.some(({ why }) => why !== null) ? EXIT['cannot-tell'] : EXIT.healthy;
};

const list = async (
  { config, source, table, runtime }: OpenStore,
  secrets: SecretsManager | null,
  flags: RotateFlags,
  terminal: Terminal,
): Promise<ExitCode> => {
  const now = systemClock.now();
  const kept = await createDynamoRotationStore(table).all();
  const listed = await Promise.all(
    // Nothing of it is in force in a local runtime.
    (runtime ? [] : rotatableSecrets(config)).map(async (secret): Promise<ListedSecret> => {
      const { described, why } = await askedFor(secret, secrets);
      const state = kept.find((one) => one.secret === secret) ?? null;
      return { ...standingOf(config, secret, { kept: state, described, now }), why };
    }),
  );
  const place = { source, installation: config.installation, isLocal: runtime !== null, now };
  terminal.stdout.write(
    flags.json
      ? renderRotationsJson(listed, place)
      : renderRotations(listed, place, { style: styleOf(terminal), width: widthOf(terminal) }),
  );
  return codeOf(listed);
};

const refusal = (secret: string, installation: string, obstacle: RotationObstacle): ClaywatchError => {
  const { kind } = obstacle;
  if (kind === 'held-up')
    return new ClaywatchError(
      'rotation.refused',
      `The change of ${secret} before is not over, and a third value could not be accepted.${
        obstacle.waiting.length === 0
          ? ''
          : ` Not seen with the new one: ${obstacle.waiting.slice(0, 5).join(', ')}.`
      }`,
      'Wait until it is, or end it: docs/rotation.md. A value that leaked is replaced at once, without an overlap.',
    );
  return new ClaywatchError(
    'rotation.refused',
    kind === 'no-function'
      ? `Secrets Manager does not know which function rotates ${secret}.`
      : `Secrets Manager rotates ${secret} with ${obstacle.name}, which is not of this installation.`,
    `Once: aws secretsmanager rotate-secret --secret-id ${secret} --rotation-lambda-arn ARN-OF-${installation}-rotate --rotation-rules AutomaticallyAfterDays=1000 --no-rotate-immediately`,
  );
};

const LOCAL = (secret: string): ClaywatchError =>
  new ClaywatchError(
    'rotation.refused',
    `The local runtime does not rotate ${secret}: it reads secrets from its environment, and has no Secrets Manager.`,
    'Change the variable and start it again; or name the table of a deployed installation: --table NAME.',
  );

const isObstacle = (plan: RotationPlan | RotationObstacle): plan is RotationObstacle => !('keys' in plan);

const rotateOne = async (
  typed: string,
  { config, source, table }: OpenStore,
  secrets: SecretsManager | null,
  flags: RotateFlags,
  terminal: Terminal,
): Promise<ExitCode> => {
  if (secrets === null) throw LOCAL(typed);
  const secret = rotatableSecretNamed(config, typed);
  checkThatSomebodyCanBeAsked(flags, 'a secret shall be rotated', terminal);
  const [kept, described] = await Promise.all([
    createDynamoRotationStore(table).load(secret),
    secrets.versions.describe(secret),
  ]);
  const plan = planRotation(config, secret, { kept, described });
  if (isObstacle(plan)) throw refusal(secret, config.installation, plan);
  const page = { style: styleOf(terminal), width: widthOf(terminal) };
  const say = (text: string) => (flags.json ? undefined : terminal.stdout.write(text));

  say(joined(rotateLines(secret, plan, { source, overlapDays: config.rotation.overlapDays }, page)));
  const outcomeOf = async (): Promise<RotateOutcome> => {
    if (flags.dryRun) return 'dry-run';
    if (!flags.yes && !(await confirmed('Rotate it?', terminal))) return 'declined';
    return secrets.starter.start(secret);
  };
  const outcome = await outcomeOf();
  say(joined(rotateOutcome(outcome, page)));
  if (flags.json) terminal.stdout.write(rotateJson(secret, plan, outcome, source));
  return EXIT.healthy;
};

/** `claywatch rotate`. Throws ClaywatchError; nothing was begun then. */
export const rotate = (
  typed: string | undefined,
  flags: RotateFlags,
  terminal: Terminal,
): Promise<ExitCode> =>
  withStore(flags, terminal, (open) =>
    withSecrets(open, terminal, (secrets) =>
      typed === undefined
        ? list(open, secrets, flags, terminal)
        : rotateOne(typed, open, secrets, flags, terminal),
    ),
  );
