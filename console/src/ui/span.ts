/** How far back a chart looks. */
export interface Span {
  readonly id: '2h' | '24h' | '35d';
  readonly label: string;
  /** For the API. */
  readonly query: string;
  readonly everyMs: number;
}

const RECENT_SPAN: Span = { id: '2h', label: '2 h', query: 'hours=2', everyMs: 15_000 };
const DAY_SPAN: Span = { id: '24h', label: '24 h', query: 'hours=24', everyMs: 30_000 };
const MONTH_SPAN: Span = { id: '35d', label: '35 days', query: 'days=35', everyMs: 120_000 };

export const SPANS: readonly Span[] = [RECENT_SPAN, DAY_SPAN, MONTH_SPAN];

/** As the address has it; otherwise a day, and on a trial, which is minutes old, the last hours. */
export const spanOf = (id: string | undefined, { local }: { readonly local: boolean }): Span =>
  SPANS.find((span) => span.id === id) ?? (local ? RECENT_SPAN : DAY_SPAN);
