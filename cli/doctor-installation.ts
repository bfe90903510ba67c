import { neededFunctions } from '../functions/needed.ts';
import type { DeployedFunction } from '../shared/aws/lambda/functions.ts';
import { redactText } from '../shared/config/redact.ts';
import type { Config } from '../shared/config/schema.ts';
import { parseSecretReference, type SecretReader } from '../shared/config/secret-reference.ts';
import { secretReferencesIn } from '../shared/config/secret-references.ts';
import { ClaywatchError } from '../shared/errors.ts';
import type { HttpClient } from '../shared/http/port.ts';
import { type Examined, notReady, orUnknown, ready, skipped, words } from '../shared/notify/examined.ts';
import { duration } from '../shared/notify/time.ts';
import type { Rotation } from '../shared/observe/rotation.ts';
import { rotatableSecrets } from '../shared/rotate/kinds.ts';
import type { WatchStore } from '../shared/watch/store.ts';

/** What an installation is made of beside messages, as far as it can be asked from here. */
export interface InstallationPorts {
  readonly watch: Pick<WatchStore, 'load'>;
  /** By the name of the function; null where nothing is deployed. */
  readonly functionNamed: ((name: string) => Promise<DeployedFunction | null>) | null;
  readonly secrets: Pick<SecretReader, 'read'>;
  readonly rotations: { latest(): Promise<readonly Rotation[]> };
  readonly http: HttpClient;
  /** Where the endpoint is; undefined: not known. */
  readonly endpoint: string | undefined;
  readonly isLocal: boolean;
  readonly now: number;
}

const MINUTE = 60_000;
const ENDPOINT_TIMEOUT_MS = 10_000;
const LISTED = 5;

const NOT_RUNNING = (installation: string, isLocal: boolean): string =>
  isLocal
    ? 'Look at the terminal where `npm start` runs.'
    : `AWS console: EventBridge > Schedules > ${installation} is enabled; Lambda > ${installation}-watch > Monitor says what fails.`;

const examineWatch = (config: Config, ports: InstallationPorts): Promise<readonly Examined[]> =>
  orUnknown(
    'table',
    async () => {
      const { lastSlot } = await ports.watch.load();
      const table = ready('table', 'It answers.');
      const fix = NOT_RUNNING(config.installation, ports.isLocal);
      if (lastSlot === 0) return [table, notReady('watch', 'No run has ever finished.', fix)];
      const age = Math.max(0, ports.now - lastSlot);
      const { missedAfterMinutes } = config.schedule;
      return [
        table,
        age <= missedAfterMinutes * MINUTE
          ? ready('watch', `The last run that finished was that of ${duration(age)} ago.`)
          : notReady(
              'watch',
              `No run has finished for ${duration(age)}; after ${missedAfterMinutes} min that is a fault.`,
              fix,
            ),
      ];
    },
    'Look at --table, the region (AWS_REGION) and the account, and at whether these credentials may read the table.',
  );

const examineFunction = (name: string, found: DeployedFunction | null): readonly Examined[] => {
  if (found === null)
    return [
      notReady(
        `function ${name}`,
        'It is not deployed.',
        'Deploy again, with this configuration; or look at the region and the account.',
      ),
    ];
  const { state, lastUpdate, reason } = found;
  // One that was not called for weeks is put to sleep, and wakes with the next call.
  const isFine = ['Active', 'Inactive'].includes(state) && lastUpdate === 'Successful';
  return isFine
    ? []
    : [
        notReady(
          `function ${name}`,
          `${state}, its last update ${lastUpdate}${reason === '' ? '' : `: ${redactText(reason).slice(0, 200)}`}.`,
          'Wait a minute if it is pending; deploy again if it failed.',
        ),
      ];
};

const examineFunctions = (config: Config, ports: InstallationPorts): Promise<readonly Examined[]> =>
  orUnknown(
    'functions',
    async () => {
      const { functionNamed } = ports;
      if (functionNamed === null) return [skipped('functions', 'They run in the local runtime.')];
      const names = [...neededFunctions(config)].map((name) => `${config.installation}-${name}`);
      const found = await Promise.all(
        names.map(async (name) => examineFunction(name, await functionNamed(name))),
      );
      const broken = found.flat();
      return broken.length > 0
        ? broken
        : [ready('functions', `All ${names.length} are deployed and can run.`)];
    },
    'Use credentials that may read Lambda (lambda:GetFunctionConfiguration), or look in the AWS console.',
  );

/** By the name of the secret: every key that names it, and nothing of what it holds. */
const examineSecret = async (
  reference: Parameters<SecretReader['read']>[0],
  keys: readonly string[],
  { secrets }: InstallationPorts,
): Promise<readonly Examined[]> => {
  const { name, key } = parseSecretReference(reference);
  const what = `secret ${name}`;
  const member = key === undefined ? '' : `, member ${key}`;
  const named = `Named by ${keys.slice(0, LISTED).join(', ')}${keys.length > LISTED ? ' and others' : ''}.`;
  try {
    await secrets.read(reference);
    return [];
  } catch (error) {
    if (error instanceof ClaywatchError && error.code === 'secret.not-found')
      return [
        notReady(
          what,
          `It has no value${member}, or does not exist. ${named}`,
          `claywatch init --dry-run shows the command; or: aws secretsmanager put-secret-value --secret-id ${name} --secret-string file:///dev/stdin`,
        ),
      ];
    return [
      {
        ...{ what, result: 'unknown', found: `It could not be read${member}: ${words(error)}` },
        fix: 'Use credentials that may read it (secretsmanager:GetSecretValue); the functions have rights of their own.',
      },
    ];
  }
};

const examineSecrets = async (config: Config, ports: InstallationPorts): Promise<readonly Examined[]> => {
  const named = secretReferencesIn(config).filter(
    ({ reference }) => parseSecretReference(reference).store === 'secretsmanager',
  );
  if (named.length === 0)
    return ports.isLocal
      ? [skipped('secrets', 'The local runtime reads them from its own environment.')]
      : [ready('secrets', 'The configuration names none.')];
  const byReference = Map.groupBy(named, ({ reference }) => reference);
  const found = await Promise.all(
    [...byReference].map(([reference, all]) =>
      examineSecret(
        reference,
        all.map(({ key }) => key),
        ports,
      ),
    ),
  );
  const broken = found.flat();
  return broken.length > 0 ? broken : [ready('secrets', `All ${byReference.size} have a value.`)];
};

const rotationOf = ({ secret, result }: Rotation): readonly Examined[] => {
  const what = `rotation of ${secret}`;
  const more = 'docs/rotation.md';
  switch (result.kind) {
    case 'rotated':
      return [];
    case 'denied':
      return [
        notReady(
          what,
          `Refused at ${result.step}${result.action === undefined ? '' : `: ${result.action}`}. The old value stays in use.`,
          `Deploy again, which grants what is missing; ${more}.`,
        ),
      ];
    case 'failed':
      return [
        notReady(
          what,
          `Failed at ${result.step}${result.why === undefined ? '' : `: ${redactText(result.why)}`}. The old value stays in use.`,
          `Mend the new value and rotate again; ${more}.`,
        ),
      ];
    default:
      return [
        notReady(
          what,
          `${result.kind === 'unfinished' ? 'Not everybody sends the new value yet' : 'Nobody took the new value, so the old one is current again'}: ${result.waiting.slice(0, LISTED).join(', ')}.`,
          `Put the new value where it is missing, and rotate again; ${more}.`,
        ),
      ];
  }
};

const examineRotations = (config: Config, { rotations }: InstallationPorts): Promise<readonly Examined[]> =>
  orUnknown(
    'rotation of secrets',
    async () => {
      if (rotatableSecrets(config).length === 0) return [];
      const latest = await rotations.latest();
      const broken = latest.flatMap(rotationOf);
      if (broken.length > 0) return broken;
      const done = latest.filter(({ change }) => change !== undefined).length;
      return [
        ready(
          'rotation of secrets',
          done === 0 ? 'None has been rotated yet.' : `${done} rotated, and none failed.`,
        ),
      ];
    },
    'Look at whether the table can be read.',
  );

const examineEndpoint = (config: Config, ports: InstallationPorts): Promise<readonly Examined[]> =>
  orUnknown(
    'endpoint',
    async () => {
      const { endpoint } = ports;
      if (endpoint === undefined)
        return [
          skipped(
            'endpoint',
            'Its address is not known: give --endpoint with the output PublicUrl, or set respond.publicUrl.',
          ),
        ];
      const answer = await ports.http({
        ...{ method: 'GET', url: `${endpoint.replace(/\/+$/, '')}/v1/status` },
        ...{ timeoutMs: ENDPOINT_TIMEOUT_MS, maxBodyBytes: 4_096 },
      });
      if (answer.kind === 'failure')
        return [
          notReady(
            'endpoint',
            `It does not answer: ${answer.failure} (${answer.detail}).`,
            'Look at the address and at your network; a domain of your own must point at the API.',
          ),
        ];
      if (answer.status === 401) return [ready('endpoint', 'It answers, and refuses whoever has no secret.')];
      if (answer.status < 300)
        return [
          notReady(
            'endpoint',
            `It let somebody in without a secret (${answer.status}).`,
            'This is no endpoint of Claywatch, or something before it answers in its place: look at the address.',
          ),
        ];
      return [
        notReady(
          'endpoint',
          `It answers ${answer.status} where 401 is expected.`,
          answer.status === 429
            ? `A secret or the table cannot be read: look at the checks above, and at the log of ${config.installation}-respond.`
            : 'Look at the address: the output PublicUrl, without a path; and deploy again.',
        ),
      ];
    },
    'Look at the address: --endpoint, or respond.publicUrl.',
  );

/**
 * Whether the installation runs: table, watch, functions, secrets, rotations, endpoint. Names of secrets and nothing of
 * what they hold. Never rejects: what cannot be looked at is unknown.
 */
export const examineInstallation = async (
  config: Config,
  ports: InstallationPorts,
): Promise<readonly Examined[]> =>
  (
    await Promise.all([
      examineWatch(config, ports),
      examineFunctions(config, ports),
      examineSecrets(config, ports),
      examineRotations(config, ports),
      examineEndpoint(config, ports),
    ])
  ).flat();
