import { type Answer, type ClayRequest, jsonAnswer } from '../core/answer.ts';
import type { Bucket } from '../core/bucket.ts';
import type { Meters } from '../core/meters.ts';
import type { ClayOptions } from '../core/options.ts';
import * as refusal from '../faults/refusals.ts';
import type { FaultView } from '../faults/switchboard.ts';

interface Dependencies {
  readonly options: ClayOptions;
  readonly bucket: Bucket;
  readonly meters: Meters;
  readonly faults: FaultView;
  now(): number;
}

/** `GET /public/v0/me` and `GET /public/v0/credits/balance`; reading is free [C, clay-facts]. */
export const createPublicApi = ({ options, bucket, meters, faults, now }: Dependencies) => {
  const isAuthorized = ({ headers }: ClayRequest): boolean => {
    const bearer = /^bearer\s+(.+)$/i.exec(headers.authorization ?? '')?.[1];
    const given = {
      'clay-api-key': [headers['clay-api-key']],
      'authorization-bearer': [bearer],
      either: [headers['clay-api-key'], bearer],
    }[options.apiKeyHeader];
    return given.includes(options.apiKey);
  };

  const me = () => ({
    user: { id: 1_001, name: 'Simulated User' },
    workspace: { id: 2_002, name: 'Simulated workspace' },
  });

  const balance = () => {
    const credits = Math.floor(meters.credits()) + (faults.get('fractional-balance') ? 0.75 : 0);
    const actions = meters.actions();
    const name = faults.get('camel-case-balance') ? 'actionExecutionBalance' : 'action_execution_balance';
    return { balance: credits, ...(actions === null ? {} : { [name]: actions }) };
  };

  return (surface: 'me' | 'balance', request: ClayRequest): Answer => {
    if (!isAuthorized(request)) return refusal.keyInvalid();
    if (!bucket.take(now())) return refusal.rateLimited(1);
    if (request.method !== 'GET' && request.method !== 'HEAD') return refusal.notFound();
    const limits = {
      'x-ratelimit-limit': String(options.publicApiPerMinute),
      'x-ratelimit-remaining': String(bucket.left(now())),
      'x-ratelimit-reset': '60',
    };
    return jsonAnswer(200, surface === 'me' ? me() : balance(), limits);
  };
};
