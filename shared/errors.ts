/**
 * Every error that a user can meet. `code` is stable and documented in docs/errors.md (generated from here);
 * the message says what was wrong, where, and what to do.
 */
export const ERROR_CODES = {
  'config.not-found': 'The configuration file does not exist or cannot be read.',
  'config.not-loadable':
    'The configuration file is not valid TypeScript or JSON, or throws when it is loaded.',
  'config.invalid':
    'A key of the configuration is unknown, of the wrong type, out of range, or contradicts another.',
  'config.not-writable': 'The configuration file cannot be written there.',
  'config.canary-over-budget': 'A webhook canary would use more rows a year than its budget allows.',
  'secret.not-found': 'A secret that the configuration names does not exist where it says.',
  'secret.forbidden': 'A secret that the configuration names exists, but this process may not read it.',
  'secret.unavailable': 'The store of secrets did not answer, so a secret could not be read this time.',
  'rotation.failed': 'A step of the rotation of a secret could not be made; the old value is still valid.',
  'rotation.refused': 'A secret cannot be rotated here, or now; the message says why.',
  'environment.invalid': 'An environment variable that a function needs is missing or malformed.',
  'event.invalid': 'A function was invoked with an event that is not of its contract.',
  'usage.invalid': 'A command was called with words or options that it does not take.',
  'local.port-in-use': 'A port that the local runtime needs is taken by another program.',
  'local.state-in-use': 'Another local runtime is using the same state directory.',
  'local.state-unusable': 'The state directory of the local runtime cannot be written or read.',
  'local.clay-not-started': 'The simulated Clay did not start.',
  'console.not-built': 'The page of the console could not be built from its sources.',
  'incident.contended':
    'An incident was changed by others so often that this change found no moment to be written.',
  'incident.not-found': 'There is no incident with that id.',
  'incident.refused': 'The incident is in a state in which this cannot be done; the message says why.',
  'alerts.unavailable': 'The topic of messages, or the queue of a channel, did not take a message.',
  'silence.not-found': 'There is no silence with that id.',
  'link.invalid': 'The link is not one of ours, was changed, has expired, or is for something else.',
  'link-key.invalid': 'The key that signs links in messages is too short to be one.',
  'credits.contended':
    'The history of the credit balance was changed by others so often that a reading could not be written.',
  'relay.not-found': 'A feed, webhook, dead letter or replay was named that there is not.',
  'relay.not-configured': 'The feed takes no rows: `feeds.<feed>.relay.secret` names no secret.',
  'relay.refused': 'What was asked for would break a limit of Clay, or lose rows; the message says which.',
  'relay.contended':
    'The state of a feed was changed by others so often that this change found no moment to be written.',
  'rows-key.invalid': 'The key that encrypts rows is missing, or is not 32 bytes in base64.',
  'queue.unavailable': 'The queue of rows did not answer, so nothing was taken or sent.',
  'store.corrupt': 'A stored item cannot be read back.',
  'store.not-found': 'Neither a local runtime is running here, nor was a table named that exists.',
  'store.unreachable': 'The store did not answer: the local runtime is gone, or AWS cannot be reached.',
  'store.no-credentials': 'AWS credentials or the region are missing from the environment.',
  'store.forbidden': 'AWS refuses the credentials, or they may not use the table.',
  'request.unauthorized':
    'The feed is not known, or the secret that was sent with the request is not its secret.',
  'request.forbidden': 'The secret that was sent may look, and not act.',
  'request.limited':
    'Too many sign-ins failed from where this one comes. Wait for as long as Retry-After says.',
  'request.malformed': 'The body of the request cannot be understood; the detail says why.',
  'request.too-large': 'The body of the request is too large, or has too many rows in it.',
  'request.refused': 'No row of the request was taken; `rows` says why, for each.',
  'request.conflict': 'The Idempotency-Key was used before, for another body.',
  'request.not-found': 'There is nothing at this address: what it is for is not configured.',
  'request.unsupported': 'The body of the request is encoded in a way that is not taken.',
  overloaded: 'The request could not be taken right now. Send it again after the time in Retry-After.',
} as const satisfies Record<string, string>;

export type ErrorCode = keyof typeof ERROR_CODES;

/** A fault that a person can act on. Expected outcomes are values; this is thrown only for the rest. */
export class ClaywatchError extends Error {
  readonly code: ErrorCode;
  /** What to do about it, as one sentence. */
  readonly remedy: string;

  constructor(code: ErrorCode, message: string, remedy: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'ClaywatchError';
    this.code = code;
    this.remedy = remedy;
  }
}
