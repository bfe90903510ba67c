import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import type { ROUTES } from '../../../functions/report/routes.ts';

export interface Ask {
  readonly route: (typeof ROUTES)[keyof typeof ROUTES];
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
}

const HOST = 'abcdefghij.execute-api.eu-central-1.amazonaws.com';

/** What API Gateway sends for a GET, in payload format 2.0, whole. */
export const reportEvent = ({ route, params, query, headers = {} }: Ask): APIGatewayProxyEventV2 => {
  const path = (route.split(' ')[1] ?? '').replace(/\{(\w+)\}/g, (_, name: string) =>
    encodeURIComponent(params?.[name] ?? ''),
  );
  return {
    version: '2.0',
    routeKey: route,
    rawPath: path,
    rawQueryString: new URLSearchParams(query).toString(),
    headers: { accept: '*/*', host: HOST, 'x-forwarded-proto': 'https', ...headers },
    requestContext: {
      accountId: '111122223333',
      apiId: 'abcdefghij',
      domainName: HOST,
      domainPrefix: 'abcdefghij',
      http: { method: 'GET', path, protocol: 'HTTP/1.1', sourceIp: '203.0.113.7', userAgent: 'curl/8' },
      requestId: 'Request-1=',
      routeKey: route,
      stage: '$default',
      time: '21/Nov/2026:17:24:00 +0000',
      timeEpoch: Date.UTC(2026, 10, 21, 17, 24),
    },
    ...(params && { pathParameters: { ...params } }),
    isBase64Encoded: false,
  };
};
