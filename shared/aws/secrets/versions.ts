import {
  DescribeSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  RotateSecretCommand,
  type SecretsManagerClient,
  UpdateSecretVersionStageCommand,
} from '@aws-sdk/client-secrets-manager';
import { SecretDenied } from '../../rotate/denied.ts';
import type { ReadVersion, RotationStarter, SecretVersions } from '../../rotate/versions.ts';
import { isDenied, secretError } from './fetch.ts';

/** By the name that the service itself gives to what is asked of a secret that is about to be deleted. */
class DeletedSecret extends Error {
  override readonly name = 'InvalidRequestException';
}

const faultOf = (error: unknown): string => (error instanceof Error ? error.name : 'UnknownError');

/** Of IAM's words, which name more than may be shown: who was refused, and what. */
const denialOf = (error: unknown, action: string) => {
  const text = error instanceof Error ? error.message : '';
  const role = /:assumed-role\/([\w+=,.@-]{1,64})\//.exec(text)?.[1];
  const named = /not authorized to perform: ([a-z0-9-]+:[A-Za-z]+)/.exec(text)?.[1];
  return { action: named ?? action, role };
};

type Asked = <T>(
  id: string,
  action: string,
  call: () => Promise<T>,
  expected?: Readonly<Record<string, T>>,
) => Promise<T>;

/** Faults that are expected become values, the others tell nothing of a value. */
const asked: Asked = async (id, action, call, expected = {}) => {
  try {
    return await call();
  } catch (error) {
    const fault = faultOf(error);
    const answer = expected[fault];
    if (answer !== undefined) return answer;
    if (isDenied(fault))
      throw new SecretDenied(`secretsmanager:${action}`, denialOf(error, `secretsmanager:${action}`));
    throw secretError(id.split(':secret:').at(-1) ?? '', fault);
  }
};

/** Starts rotations in AWS Secrets Manager, which then calls the function of the secret. Rejects as the versions do. */
export const createRotationStarter = (client: SecretsManagerClient): RotationStarter => ({
  start: (id) =>
    asked<'begun' | 'again'>(
      id,
      'RotateSecret',
      async () => {
        await client.send(new RotateSecretCommand({ SecretId: id }));
        return 'begun';
      },
      // Whether there is a function was looked at before; what is left is a rotation that is not complete.
      { InvalidRequestException: 'again' },
    ),
});

/**
 * The versions of secrets in AWS Secrets Manager. Rejects with a `SecretDenied`, which names the action and the role, or
 * as `fetchSecret`; never with anything of a value.
 */
export const createSecretVersions = (client: SecretsManagerClient): SecretVersions => ({
  describe: (id) =>
    asked(id, 'DescribeSecret', async () => {
      const {
        ARN = id,
        Name = id,
        VersionIdsToStages = {},
        DeletedDate,
        RotationEnabled,
        RotationLambdaARN,
      } = await client.send(new DescribeSecretCommand({ SecretId: id }));
      if (DeletedDate !== undefined) throw new DeletedSecret();
      return {
        ...{ arn: ARN, name: Name, stages: VersionIdsToStages },
        ...(RotationEnabled && RotationLambdaARN !== undefined && { rotatedBy: RotationLambdaARN }),
      };
    }),

  read: (id, which) =>
    asked<ReadVersion | null>(
      id,
      'GetSecretValue',
      async () => {
        const { SecretString, VersionId } = await client.send(
          new GetSecretValueCommand({
            SecretId: id,
            ...('version' in which ? { VersionId: which.version } : { VersionStage: which.stage }),
          }),
        );
        // A version that a rotation has announced and not written yet has no text.
        return SecretString === undefined || VersionId === undefined
          ? null
          : { version: VersionId, text: SecretString };
      },
      { ResourceNotFoundException: null },
    ),

  putPending: (id, version, text) =>
    asked<'put' | 'exists'>(
      id,
      'PutSecretValue',
      async () => {
        await client.send(
          new PutSecretValueCommand({
            SecretId: id,
            ClientRequestToken: version,
            SecretString: text,
            VersionStages: ['AWSPENDING'],
          }),
        );
        return 'put';
      },
      { ResourceExistsException: 'exists' },
    ),

  move: (id, stage, { to, from }) =>
    asked<'moved' | 'elsewhere'>(
      id,
      'UpdateSecretVersionStage',
      async () => {
        await client.send(
          new UpdateSecretVersionStageCommand({
            SecretId: id,
            VersionStage: stage,
            ...(to !== undefined && { MoveToVersionId: to }),
            ...(from !== undefined && { RemoveFromVersionId: from }),
          }),
        );
        return 'moved';
      },
      // The label is on another version than it was, or that version is gone.
      { InvalidParameterException: 'elsewhere', ResourceNotFoundException: 'elsewhere' },
    ),
});
