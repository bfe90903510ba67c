import type { APIGatewayProxyEventV2 } from 'aws-lambda';

/** What is read of API Gateway's event; the rest may be there or not. */
export type HttpEvent = Partial<
  Pick<APIGatewayProxyEventV2, 'body' | 'headers' | 'isBase64Encoded' | 'pathParameters'>
>;

/** A header, however it is written; API Gateway writes them in lower case, others do not. */
export const headerOf = ({ headers }: HttpEvent, name: string): string | undefined => {
  const exact = headers?.[name];
  if (exact !== undefined) return exact;
  const wanted = name.toLowerCase();
  return Object.entries(headers ?? {}).find(([given]) => given.toLowerCase() === wanted)?.[1];
};

export type BodyRead =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'too-large' }
  | { readonly kind: 'unsupported' };

/** The body as text; its size counts as it was sent, before API Gateway encoded it. */
export const readBody = (event: HttpEvent, maxBytes: number): BodyRead => {
  const encoding = headerOf(event, 'content-encoding') ?? '';
  if (!['', 'identity'].includes(encoding.trim().toLowerCase())) return { kind: 'unsupported' };
  const { body = '', isBase64Encoded = false } = event;
  // Neither encoding makes a body more than four times as long: beyond that nothing needs to be decoded.
  if (body.length > maxBytes * 4) return { kind: 'too-large' };
  const bytes = Buffer.from(body, isBase64Encoded ? 'base64' : 'utf8');
  return bytes.length > maxBytes
    ? { kind: 'too-large' }
    : { kind: 'text', text: isBase64Encoded ? bytes.toString('utf8') : body };
};
