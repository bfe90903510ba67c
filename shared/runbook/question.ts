/** A question that only a person with the Clay UI open can answer. */
export interface ManualQuestion {
  readonly id: 'red-cells' | 'auto-run' | 'connections' | 'credits';
  readonly question: string;
  /** Where to look in Clay, as clicks. */
  readonly where: string;
  /** What a "yes" and a "no" lead to. */
  readonly ifYes: string;
  readonly ifNo: string;
}
