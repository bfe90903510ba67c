import { GetSecretValueCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { ClaywatchError } from '../../errors.ts';

/** One version of a secret: its text, empty when it holds none, and its id. */
export interface FetchedVersion {
  readonly text: string;
  readonly version: string | null;
}

/**
 * A secret's current version. Rejects with `secret.not-found`, `secret.forbidden` or `secret.unavailable`, none of which
 * carries anything of the value.
 */
export const fetchSecret = async (client: SecretsManagerClient, name: string): Promise<FetchedVersion> => {
  try {
    const { SecretString = '', VersionId = null } = await client.send(
      new GetSecretValueCommand({ SecretId: name }),
    );
    return { text: SecretString, version: VersionId };
  } catch (error) {
    throw secretError(name, error instanceof Error ? error.name : 'UnknownError');
  }
};

/** The version that carries a staging label; null: none does. Rejects as `fetchSecret`. */
export const fetchStage = async (
  client: SecretsManagerClient,
  name: string,
  stage: string,
): Promise<FetchedVersion | null> => {
  try {
    const { SecretString = '', VersionId = null } = await client.send(
      new GetSecretValueCommand({ SecretId: name, VersionStage: stage }),
    );
    return { text: SecretString, version: VersionId };
  } catch (error) {
    const fault = error instanceof Error ? error.name : 'UnknownError';
    if (NOT_FOUND.has(fault)) return null;
    throw secretError(name, fault);
  }
};

const FORBIDDEN = new Set([
  'AccessDeniedException',
  'AccessDenied',
  'DecryptionFailure',
  'KMSAccessDeniedException',
]);
export const isDenied = (fault: string): boolean => FORBIDDEN.has(fault);
/** The second says that the secret is marked for deletion. */
const NOT_FOUND = new Set(['ResourceNotFoundException', 'InvalidRequestException']);

/** The service's own message stays out: it names the account, the role and the policy. */
export const secretError = (name: string, fault: string): ClaywatchError => {
  const reference = `secretsmanager:${name}`;
  if (NOT_FOUND.has(fault)) {
    return new ClaywatchError(
      'secret.not-found',
      `The secret ${reference} does not exist in this account and region, or has no value yet (${fault}).`,
      `Put the value into the secret "${name}" in AWS Secrets Manager.`,
    );
  }
  if (FORBIDDEN.has(fault)) {
    return new ClaywatchError(
      'secret.forbidden',
      `The secret ${reference} may not be read by this process (${fault}).`,
      `Allow secretsmanager:GetSecretValue on "${name}", and kms:Decrypt if it has a key of its own.`,
    );
  }
  return new ClaywatchError(
    'secret.unavailable',
    `The secret ${reference} could not be read: AWS Secrets Manager did not answer (${fault}).`,
    'Wait for the next run; if it stays so, look at the AWS service health and at the network of this process.',
  );
};
