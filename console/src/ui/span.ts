/** How far back a chart looks. */
export interface Span {
  readonly id: '24h' | '35d';
  readonly label: string;
  /** For the API. */
  readonly query: string;
  readonly everyMs: number;
}

const DAY_SPAN: Span = { id: '24h', label: '24 h', query: 'hours=24', everyMs: 30_000 };
const MONTH_SPAN: Span = { id: '35d', label: '35 days', query: 'days=35', everyMs: 120_000 };

export const SPANS: readonly Span[] = [DAY_SPAN, MONTH_SPAN];

/** As the address has it; a day when it says nothing that is known. */
export const spanOf = (id: string | undefined): Span => SPANS.find((span) => span.id === id) ?? DAY_SPAN;
