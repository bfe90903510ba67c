import { GetSecretValueCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { ClaywatchError } from '../../errors.ts';

/**
 * The text of a secret's current version; empty when it holds none. Rejects with `secret.not-found`,
 * `secret.forbidden` or `secret.unavailable`, none of which carries anything of the value.
 */
export const fetchSecret = async (client: SecretsManagerClient, name: string): Promise<string> => {
  try {
    const { SecretString = '' } = await client.send(new GetSecretValueCommand({ SecretId: name }));
    return SecretString;
  } catch (error) {
    throw secretError(name, error instanceof Error ? error.name : 'UnknownError');
  }
};

const FORBIDDEN = new Set([
  'AccessDeniedException',
  'AccessDenied',
  'DecryptionFailure',
  'KMSAccessDeniedException',
]);
/** The second says that the secret is marked for deletion. */
const NOT_FOUND = new Set(['ResourceNotFoundException', 'InvalidRequestException']);

/** The service's own message stays out: it names the account, the role and the policy. */
const secretError = (name: string, fault: string): ClaywatchError => {
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
