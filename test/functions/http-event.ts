import type { APIGatewayProxyEventV2 } from 'aws-lambda';

export interface EventParts {
  readonly path: string;
  /** The name of the feed; undefined: none in the path. */
  readonly feed?: string | undefined;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly base64?: boolean;
}

/** What API Gateway sends for a POST, in payload format 2.0, whole. */
export const httpEvent = ({
  path,
  feed,
  headers = {},
  body,
  base64 = false,
}: EventParts): APIGatewayProxyEventV2 => ({
  version: '2.0',
  routeKey: `POST ${path}/{feed}`,
  rawPath: `${path}/${feed ?? ''}`,
  rawQueryString: '',
  headers: {
    accept: '*/*',
    'content-length': String(body?.length ?? 0),
    'content-type': 'application/json',
    host: 'abcdefghij.execute-api.eu-central-1.amazonaws.com',
    'x-forwarded-for': '203.0.113.7',
    'x-forwarded-proto': 'https',
    ...headers,
  },
  requestContext: {
    accountId: '111122223333',
    apiId: 'abcdefghij',
    domainName: 'abcdefghij.execute-api.eu-central-1.amazonaws.com',
    domainPrefix: 'abcdefghij',
    http: {
      method: 'POST',
      path: `${path}/${feed ?? ''}`,
      protocol: 'HTTP/1.1',
      sourceIp: '203.0.113.7',
      userAgent: 'Clay',
    },
    requestId: 'Request-1=',
    routeKey: `POST ${path}/{feed}`,
    stage: '$default',
    time: '21/Nov/2026:17:24:00 +0000',
    timeEpoch: Date.UTC(2026, 10, 21, 17, 24),
  },
  ...(feed === undefined ? {} : { pathParameters: { feed } }),
  ...(body === undefined ? {} : { body: base64 ? Buffer.from(body).toString('base64') : body }),
  isBase64Encoded: base64,
});
