import { isoInstant } from '../clock.ts';
import { oneLine } from '../notify/text.ts';
import type { Hold } from '../relay/control.ts';
import { holdText } from '../relay/status-reasons.ts';
import type { MeterNeed } from '../replay/cost.ts';
import type { ReplayPlan } from '../replay/plan.ts';
import { cautionWords, reasonWords } from '../replay/words.ts';
import { FAILOVER_CAUTIONS, type PossibleFailover } from './failover.ts';
import type { FailoverResponse, HoldResponse, ReplayPlanResponse } from './operate-shape.ts';

const NAME = 120;
const SENTENCE = 500;

const instant = (at: number | null): string | null => (at === null ? null : isoInstant(at));
const words = (text: string): string => oneLine(text, SENTENCE);

export const holdView = (hold: Hold): HoldResponse['holds'][number] => ({
  kind: hold.kind,
  since: isoInstant(hold.since),
  by: oneLine(hold.by, NAME),
  text: words(holdText(hold)),
});

export const failoverView = (plan: PossibleFailover): Omit<FailoverResponse, 'at' | 'feed' | 'outcome'> => {
  if (plan.kind === 'already')
    return { from: plan.to, to: plan.to, count: null, limit: null, standbys_left: null, cautions: [] };
  const { from, to, standbysLeft, cautions } = plan;
  return {
    from: from?.webhook ?? null,
    to: to.webhook,
    count: { low: to.count.low, high: to.count.high },
    limit: to.limit,
    standbys_left: standbysLeft,
    cautions: cautions.map((caution) => FAILOVER_CAUTIONS[caution]),
  };
};

const needView = (need: MeterNeed | null): ReplayPlanResponse['plan']['credits'] =>
  need && { needed: need.needed, left: need.left, as_of: instant(need.asOf) };

/** A time that is nowhere near any calendar is not known. */
const finite = (value: number): number => (Number.isFinite(value) ? value : 0);

export const replayPlanView = (plan: ReplayPlan): ReplayPlanResponse['plan'] => ({
  feed: plan.feed,
  source: plan.source,
  verdict: plan.verdict,
  rows: plan.rows,
  left_out: plan.leftOut,
  seconds: Math.round(finite(plan.pace.ms) / 1_000),
  rows_per_second: finite(plan.pace.share),
  oldest_at: instant(plan.survey.oldestAt),
  newest_at: instant(plan.survey.newestAt),
  room: plan.room.rows,
  credits: needView(plan.credits),
  actions: needView(plan.actions),
  reasons: plan.reasons.map((reason) => words(reasonWords(reason, plan))),
  cautions: plan.cautions.map((caution) => words(cautionWords(caution))),
});
