import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Stage } from '../../shared/rotate/versions.ts';
import type { MemorySecrets } from './memory-secrets.ts';

export interface Asked {
  readonly SecretId: string;
  readonly VersionId?: string;
  readonly VersionStage?: Stage;
  readonly ClientRequestToken: string;
  readonly SecretString: string;
  readonly MoveToVersionId?: string;
  readonly RemoveFromVersionId?: string;
}

export interface SecretsServer {
  readonly endpoint: string;
  /** `GetSecretValue AWSCURRENT`, in the order in which they came. */
  readonly calls: string[];
  /** The rotations that were asked for. */
  readonly rotations: readonly string[];
  /** The function that rotates the secret, as Secrets Manager was told; undefined: none. */
  rotatedBy: string | undefined;
  /** Operations that are denied. */
  readonly denied: Set<string>;
  stop(): void;
}

const DENIAL =
  'User: arn:aws:sts::111122223333:assumed-role/acme-rotate-role/acme-rotate is not authorized to perform: secretsmanager:';

/** What Secrets Manager answers about one secret in memory: an answer, or the name of a fault. */
export const createSecretOperations = (
  secrets: MemorySecrets,
  told: { rotatedBy: string | undefined } = { rotatedBy: undefined },
) => {
  const { port } = secrets;
  const rotations: string[] = [];
  const operations: Readonly<Record<string, (asked: Asked) => Promise<object | string>>> = {
    DescribeSecret: async () => {
      const { arn, name, stages } = await port.describe('');
      const { rotatedBy } = told;
      const enabled = rotatedBy === undefined ? {} : { RotationEnabled: true, RotationLambdaARN: rotatedBy };
      return { ARN: arn, Name: name, VersionIdsToStages: stages, ...enabled };
    },
    RotateSecret: async () => {
      const token = `rotation-${String(rotations.length).padStart(32, '0')}`;
      const begun = told.rotatedBy === undefined ? null : secrets.rotateSecret(token);
      if (begun !== 'begun') return 'InvalidRequestException';
      rotations.push(token);
      return { ARN: secrets.arn, Name: secrets.name, VersionId: token };
    },
    GetSecretValue: async ({ VersionId: version, VersionStage: stage = 'AWSCURRENT' }) => {
      const found = await port.read('', version === undefined ? { stage } : { version });
      return found ? { SecretString: found.text, VersionId: found.version } : 'ResourceNotFoundException';
    },
    PutSecretValue: async ({ ClientRequestToken, SecretString }) => {
      const put = await port.putPending('', ClientRequestToken, SecretString);
      return put === 'put' ? {} : 'ResourceExistsException';
    },
    UpdateSecretVersionStage: async ({ VersionStage, MoveToVersionId: to, RemoveFromVersionId: from }) => {
      const change = { ...(to !== undefined && { to }), ...(from !== undefined && { from }) };
      const moved = await port.move('', VersionStage ?? 'AWSCURRENT', change);
      return moved === 'moved' ? {} : 'InvalidParameterException';
    },
  };
  return {
    rotations,
    answer: async (operation: string, asked: Asked): Promise<object | string> =>
      (await operations[operation]?.(asked)) ?? 'UnknownOperationException',
  };
};

/** The protocol of Secrets Manager around one secret in memory. */
export const startSecretsServer = async (secrets: MemorySecrets): Promise<SecretsServer> => {
  const calls: string[] = [];
  const denied = new Set<string>();
  const told = { rotatedBy: undefined as string | undefined };
  const { rotations, answer: answerOf } = createSecretOperations(secrets, told);
  const answer = async (operation: string, asked: Asked): Promise<object | string> =>
    asked.SecretId === secrets.arn || asked.SecretId === secrets.name
      ? answerOf(operation, asked)
      : 'ResourceNotFoundException';

  const server = createServer(async (request, response) => {
    const operation = String(request.headers['x-amz-target']).split('.').at(-1) ?? '';
    const asked = JSON.parse(Buffer.concat(await request.toArray()).toString()) as Asked;
    calls.push(`${operation} ${asked.VersionStage ?? asked.VersionId ?? ''}`.trim());
    const said = denied.has(operation) ? 'AccessDeniedException' : await answer(operation, asked);
    const isFault = typeof said === 'string';
    response.writeHead(isFault ? 400 : 200, { 'content-type': 'application/x-amz-json-1.1' });
    response.end(
      JSON.stringify(isFault ? { __type: said, message: `${DENIAL}${operation} on resource: x` } : said),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return Object.assign(told, {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    rotations,
    denied,
    stop: () => {
      server.close();
      server.closeAllConnections();
    },
  });
};
