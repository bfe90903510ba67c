import { ClaywatchError } from '../../errors.ts';

/** What to call the store within a sentence, and what to do when it is gone. */
export interface StoreInWords {
  readonly name: string;
  readonly whenGone: string;
}

const UNREACHABLE = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ETIMEDOUT',
  'TimeoutError',
]);
const BUSY = new Set([
  'ThrottlingException',
  'ProvisionedThroughputExceededException',
  'RequestLimitExceeded',
  'InternalServerError',
  'ServiceUnavailable',
  'LedgerThrottled',
]);
const REFUSED = new Set([
  'AccessDeniedException',
  'UnrecognizedClientException',
  'InvalidSignatureException',
  'IncompleteSignatureException',
  'MissingAuthenticationTokenException',
  'ExpiredTokenException',
  'ExpiredToken',
]);

const textAt = (value: unknown, key: string): string => {
  if (typeof value !== 'object' || value === null) return '';
  const found: unknown = Reflect.get(value, key);
  return typeof found === 'string' ? found : '';
};

/** What the SDK threw, in words that a person can act on; anything else is given back as it is. */
export const storeFault = (error: unknown, { name, whenGone }: StoreInWords): unknown => {
  if (error instanceof ClaywatchError) return error;
  const kind = textAt(error, 'name');
  const code = textAt(error, 'code');
  const options = { cause: error };
  if (kind === 'ResourceNotFoundException')
    return new ClaywatchError(
      'store.not-found',
      `${name.charAt(0).toUpperCase()}${name.slice(1)} does not exist in this account and region.`,
      'Look at the name, at the region (AWS_REGION) and at the account of the credentials.',
      options,
    );
  if (kind === 'CredentialsProviderError' || /region is missing/i.test(textAt(error, 'message')))
    return new ClaywatchError(
      'store.no-credentials',
      `AWS credentials or the region are missing, so ${name} cannot be read.`,
      'Set AWS_REGION, and AWS_PROFILE or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.',
      options,
    );
  if (REFUSED.has(kind))
    return new ClaywatchError(
      'store.forbidden',
      `AWS refuses these credentials for ${name} (${kind}).`,
      'Use credentials that may read and write the table, and that have not expired.',
      options,
    );
  if (UNREACHABLE.has(code) || UNREACHABLE.has(kind) || BUSY.has(kind))
    return new ClaywatchError(
      'store.unreachable',
      `No answer from ${name} (${UNREACHABLE.has(code) ? code : kind}).`,
      whenGone,
      options,
    );
  return error;
};
