import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { type HttpEvent, headerOf } from './request.ts';

/** What is read of a browser's request beside what is read of a program's. */
export type PageEvent = HttpEvent &
  Partial<Pick<APIGatewayProxyEventV2, 'cookies' | 'routeKey' | 'rawQueryString'>> & {
    readonly requestContext?: Partial<
      Pick<APIGatewayProxyEventV2['requestContext'], 'apiId' | 'domainName'>
    > & {
      readonly http?: Partial<APIGatewayProxyEventV2['requestContext']['http']>;
    };
  };

/** A page of another site cannot send it without asking first, and nobody is ever allowed. */
export const CONSOLE_HEADER = 'x-claywatch-console';

const READS: ReadonlySet<string> = new Set(['GET', 'HEAD']);

/** Whether the request came over the gateway of this machine, which speaks http. */
export const isLocal = ({ requestContext }: PageEvent): boolean => requestContext?.apiId === 'local';

const methodOf = ({ requestContext, routeKey }: PageEvent): string =>
  (requestContext?.http?.method ?? routeKey?.split(' ')[0] ?? '').toUpperCase();

const isOwnOrigin = (event: PageEvent, origin: string): boolean => {
  const url = URL.parse(origin);
  const own = [headerOf(event, 'host'), event.requestContext?.domainName];
  return url !== null && url.protocol === (isLocal(event) ? 'http:' : 'https:') && own.includes(url.host);
};

/**
 * Whether a request may be believed to come from the console's own page. Reading may come from anywhere: no other site
 * reads the answer, and the cookie is not even sent. What changes something must carry the console's header, and what
 * browsers say of where it comes from must be this very origin; a browser that says nothing of it is not believed.
 */
export const isOwnPage = (event: PageEvent): boolean => {
  if (READS.has(methodOf(event))) return true;
  if (headerOf(event, CONSOLE_HEADER) !== '1') return false;
  const origin = headerOf(event, 'origin');
  const site = headerOf(event, 'sec-fetch-site');
  if (origin === undefined && site === undefined) return false;
  return (
    (origin === undefined || isOwnOrigin(event, origin)) && (site === undefined || site === 'same-origin')
  );
};
