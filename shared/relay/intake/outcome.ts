/**
 * Why a row is not taken. The code is stable; the detail beside it names places and rules, never a value of the row.
 * Listed in docs/relay.md.
 */
export const REFUSALS = {
  'row.not-an-object': 'The row is not a JSON object.',
  'row.too-large': 'The row is larger, with its row id, than Clay takes. It is never cut.',
  'row.incomplete': 'A key that the feed requires is missing or has nothing in it.',
  'row.invalid': 'The row does not satisfy the JSON Schema of the feed.',
  'row.email-invalid': 'What should be an e-mail address is none.',
  'row.domain-invalid': 'What should be the name of an internet domain is none.',
  'row.personal-domain': 'The address or domain belongs to a provider of free mailboxes.',
  'row.duplicate': 'The same record was taken within the time that the feed names.',
} as const satisfies Record<string, string>;

export type RefusalCode = keyof typeof REFUSALS;

export interface Refusal {
  readonly outcome: 'refused';
  readonly code: RefusalCode;
  readonly detail: string;
  /** Of `row.too-large`: bytes, with the row id. */
  readonly size?: number;
  readonly limit?: number;
}

/** What became of one row of a request. */
export type RowOutcome = { readonly outcome: 'queued'; readonly rowId: string } | Refusal;

export const refusal = (code: RefusalCode, detail: string = REFUSALS[code]): Refusal => ({
  outcome: 'refused',
  code,
  detail,
});
