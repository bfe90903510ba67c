import { safeWord } from './status.ts';

/** Why a row failed, as far as it is kept: the message itself may quote the row. */
export type FailureClass =
  | 'token-expired'
  | 'rate-limited'
  | 'timeout'
  | 'missing-input'
  | 'mapping'
  | 'other';

/** In this order: "Response timeout must be less than 100000ms" is a wrong setting, not a timeout. */
const CLASSES: readonly (readonly [FailureClass, RegExp])[] = [
  [
    'mapping',
    /body parse|pars(?:e|ing) error|deleted column|must be (?:less|more|at least|at most)|invalid (?:json|template|mapping)|unknown (?:field|property|column)|(?:field|property|column) .{0,60}(?:does not exist|not found)/i,
  ],
  ['rate-limited', /\b429\b|rate.?limit|too.?many.?requests/i],
  [
    'token-expired',
    /token.{0,40}(?:expired|invalid|revoked)|(?:expired|invalid|revoked|missing).{0,40}(?:token|credential|authenti|api.?key)|unauthori[sz]ed|authentication|reconnect|\b401\b/i,
  ],
  ['timeout', /time.?d? ?out|\bETIMEDOUT\b|deadline/i],
  [
    'missing-input',
    /(?:inputs?|values?|fields?).{0,40}missing|missing.{0,40}(?:input|value|field)|required/i,
  ],
];

/** How much of a message is looked at, characters; Clay's own preview has at most 300 [C, clay-facts]. */
const LOOKED_AT = 1_024;

/** The class of a red cell's message; those that people see are in clay-facts [C]. */
export const failureClassOf = (message: string): FailureClass => {
  const text = message.slice(0, LOOKED_AT).replace(/[\s_]+/g, ' ');
  return CLASSES.find(([, pattern]) => pattern.test(text))?.[0] ?? 'other';
};

/** The status under which a failed row is counted: the class of its message or of its status, or the status itself. */
export const failureStatus = (status: string | undefined, error: string | undefined): string => {
  for (const text of [error, status]) {
    const known = text === undefined ? 'other' : failureClassOf(text);
    if (known !== 'other') return known;
  }
  return (status === undefined ? undefined : safeWord(status)) ?? 'other';
};
