import type { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';

interface Labelled {
  readonly version: string;
  readonly text: string;
}

/** Secrets Manager as far as reading goes, with the versions that labels stand on, and how often it was asked. */
export const createFakeSecrets = () => {
  const versions = new Map<string, Map<string, Labelled>>();
  const calls: string[] = [];
  const set = (name: string, label: string, version: string, text: string): void => {
    versions.set(name, (versions.get(name) ?? new Map()).set(label, { version, text }));
  };
  const client = {
    send: async ({ input: { SecretId = '', VersionStage = 'AWSCURRENT' } }: GetSecretValueCommand) => {
      calls.push(`${SecretId} ${VersionStage}`);
      const found = versions.get(SecretId)?.get(VersionStage);
      if (!found) throw Object.assign(new Error('none'), { name: 'ResourceNotFoundException' });
      return { SecretString: found.text, VersionId: found.version };
    },
  } as unknown as SecretsManagerClient;
  return { client, calls, set, drop: (name: string, label: string) => versions.get(name)?.delete(label) };
};
