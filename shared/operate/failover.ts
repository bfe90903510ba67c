import { ClaywatchError } from '../errors.ts';
import type { ControlStore } from '../relay/control.ts';
import { changeControl } from '../relay/control-change.ts';
import { failoverCounts } from '../relay/failover.ts';
import {
  enactFailover,
  type FailoverCaution,
  type FailoverPlan,
  planFailover,
} from '../relay/failover-plan.ts';
import type { RowsLedger } from '../rows/ledger.ts';
import { type Doer, isInHistory } from './hold.ts';
import type { RelayedFeed } from './relayed-feed.ts';

export type Rotation = Extract<FailoverPlan, { kind: 'rotate' }>;
/** What is not refused. */
export type PossibleFailover = Rotation | Extract<FailoverPlan, { kind: 'already' }>;

export interface FailoverPorts {
  readonly controls: Pick<ControlStore, 'load' | 'save'>;
  readonly rows: Pick<RowsLedger, 'snapshot'>;
}

/** What a person should hear before rows go elsewhere. */
export const FAILOVER_CAUTIONS: Readonly<Record<FailoverCaution, string>> = {
  'above-share': 'It is beyond the share of its limit at which a standby takes over: little is left of it.',
  forgets: 'Clay said that it takes no rows. This is forgotten, and its next row tells.',
  last: 'No standby is left then. Make one in Clay, and add it to the configuration.',
  'from-works': 'The webhook in use works and has room: nothing asks for this.',
};

const refusal = (feed: string, plan: Exclude<FailoverPlan, PossibleFailover>): ClaywatchError => {
  if (plan.kind === 'none')
    return new ClaywatchError(
      'relay.refused',
      `No other webhook of ${feed} takes rows: each is full, gone or refuses the token.`,
      'Make a webhook in Clay and add it to the configuration; `claywatch usage` shows what is left of each.',
    );
  if (plan.kind === 'not-found')
    return new ClaywatchError(
      'relay.not-found',
      `The feed ${feed} has no such webhook.`,
      'Name a webhook of the configuration.',
    );
  const isTable = plan.obstacle === 'table-full';
  return new ClaywatchError(
    'relay.refused',
    `By the counts ${isTable ? 'the table of ' : ''}${feed}/${plan.to} is full.`,
    isTable
      ? 'A full table takes rows and loses them: use a webhook on another table, or correct `startCount` of the table.'
      : `Use another one, or correct the count: claywatch webhook recount ${feed}/${plan.to} --count N`,
  );
};

/** What a failover would change; changes nothing. Throws `relay.refused` and `relay.not-found`. */
export const plannedFailover = async (
  { feed, settings }: RelayedFeed,
  { controls, rows }: FailoverPorts,
  to: string | undefined,
): Promise<PossibleFailover> => {
  const [control, snapshot] = await Promise.all([controls.load(feed), rows.snapshot(feed)]);
  const plan = planFailover(settings, control, failoverCounts(settings, snapshot), to);
  if (plan.kind !== 'rotate' && plan.kind !== 'already') throw refusal(feed, plan);
  return plan;
};

/** Makes the planned change. May be repeated by the same doer. Throws `relay.contended` when the feed went elsewhere. */
export const failOver = async (
  { feed, settings }: RelayedFeed,
  plan: Rotation,
  { at, by }: Doer,
  { controls }: Pick<FailoverPorts, 'controls'>,
): Promise<void> => {
  const doing = { at, by };
  let isDone = false;
  const { control, changed } = await changeControl(controls, feed, (latest) => {
    isDone = isInHistory(latest, 'rotate', doing);
    return isDone ? latest : enactFailover(settings, latest, plan, doing);
  });
  if (changed || isDone) return;
  throw new ClaywatchError(
    'relay.contended',
    `Nothing was changed: rows of ${feed} go to ${control.active ?? 'no webhook'} meanwhile.`,
    'Look at `claywatch status`, and try again.',
  );
};
