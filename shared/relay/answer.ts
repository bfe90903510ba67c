/**
 * What Clay's answer to a row means for the row and for the webhook.
 *
 * accepted: Clay has it · limit: this webhook takes no more · unauthorized: wrong token or refused · rate: too fast, row
 * dropped · too-large, bad-request: the row's own fault · gone: no such webhook · server: Clay's fault, not taken ·
 * uncertain: sent, and nobody knows whether it was taken · unreachable: it never arrived · unknown: none of these
 */
export const SEND_ANSWERS = [
  'accepted',
  'limit',
  'unauthorized',
  'rate',
  'too-large',
  'bad-request',
  'gone',
  'server',
  'uncertain',
  'unreachable',
  'unknown',
] as const;
export type SendAnswer = (typeof SEND_ANSWERS)[number];
