import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Stage } from '../../shared/rotate/versions.ts';
import type { MemorySecrets } from './memory-secrets.ts';

interface Asked {
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
  /** Operations that are denied. */
  readonly denied: Set<string>;
  stop(): void;
}

const DENIAL =
  'User: arn:aws:sts::111122223333:assumed-role/acme-rotate-role/acme-rotate is not authorized to perform: secretsmanager:';

/** The protocol of Secrets Manager around one secret in memory. */
export const startSecretsServer = async (secrets: MemorySecrets): Promise<SecretsServer> => {
  const calls: string[] = [];
  const denied = new Set<string>();
  const { port } = secrets;
  const answer = async (operation: string, asked: Asked): Promise<object | string> => {
    if (asked.SecretId !== secrets.arn && asked.SecretId !== secrets.name) return 'ResourceNotFoundException';
    switch (operation) {
      case 'DescribeSecret': {
        const { arn, name, stages } = await port.describe('');
        return { ARN: arn, Name: name, VersionIdsToStages: stages };
      }
      case 'GetSecretValue': {
        const which =
          asked.VersionId === undefined
            ? { stage: asked.VersionStage ?? 'AWSCURRENT' }
            : { version: asked.VersionId };
        const found = await port.read('', which);
        return found ? { SecretString: found.text, VersionId: found.version } : 'ResourceNotFoundException';
      }
      case 'PutSecretValue': {
        const put = await port.putPending('', asked.ClientRequestToken, asked.SecretString);
        return put === 'put' ? {} : 'ResourceExistsException';
      }
      case 'UpdateSecretVersionStage': {
        const moved = await port.move('', asked.VersionStage ?? 'AWSCURRENT', {
          ...(asked.MoveToVersionId !== undefined && { to: asked.MoveToVersionId }),
          ...(asked.RemoveFromVersionId !== undefined && { from: asked.RemoveFromVersionId }),
        });
        return moved === 'moved' ? {} : 'InvalidParameterException';
      }
      default:
        return 'UnknownOperationException';
    }
  };

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
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    denied,
    stop: () => {
      server.close();
      server.closeAllConnections();
    },
  };
};
