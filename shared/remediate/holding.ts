import type { Cause } from '../cause.ts';
import { isOpen } from '../incident/incident.ts';
import { isSeenByRows } from '../observe/relay/probes.ts';
import { choiceAtLimit, isLimit } from './room.ts';
import { type Case, isOfFeed, partOf } from './state.ts';

/** Why a feed is held because of an incident, and what ends it. */
export interface Reason {
  readonly why: string;
  readonly until: string;
}

const WORKSPACE: Readonly<Partial<Record<Cause, Reason>>> = {
  'clay.outage': {
    why: 'Clay is down',
    until: 'It starts again by itself when Clay is seen to work.',
  },
  'credits.exhausted': {
    why: 'the data credits are used up, and rows would wait in Clay or fail',
    until: 'It starts again by itself when there is a balance.',
  },
  'actions.exhausted': {
    why: 'the actions are used up, and rows would wait in Clay or fail',
    until: 'It starts again by itself when there are actions.',
  },
};

const WEBHOOK: Readonly<Partial<Record<Cause, (webhook: string) => Reason>>> = {
  'webhook.intake-failing': (webhook) => ({
    why: `${webhook} takes no rows`,
    until: 'It starts again by itself when the webhook is seen to work.',
  }),
  'webhook.gone': (webhook) => ({
    why: `Clay knows no webhook ${webhook}`,
    until: 'Repair it or choose another one; it starts again by itself when that is seen to work.',
  }),
  'webhook.unauthorized': (webhook) => ({
    why: `Clay refuses the token of ${webhook}`,
    until: 'It starts again by itself when the webhook is seen to work.',
  }),
};

/** Something that sees without sending rows says so: it will also see the end of it while rows are held. */
const isSeenOtherwise = ({ verdict }: Case): boolean =>
  verdict?.evidence.some(({ probe }) => !isSeenByRows(probe)) ?? false;

/**
 * Why the rows of a feed are held because of an incident; null: they are not.
 *
 * A hold of this kind stands only while something can see without rows that the cause lasts. What only rows can show is
 * left to the forwarder's breaker, which stops too, and tries a row now and then: otherwise nothing would ever see the
 * end of it. So a credit balance that is there again lets rows go although the incident waits for enriched ones.
 */
export const reasonToHold = (one: Case): Reason | null => {
  const { incident, verdict, relayed } = one;
  const { cause, subject } = incident;
  if (!isOpen(incident)) return null;
  // Whatever is left of an outage is an outage until it was seen to be over.
  if (cause === 'clay.outage') return WORKSPACE[cause] ?? null;
  if (!verdict) return null;
  const everybody = WORKSPACE[cause];
  if (everybody) return everybody;
  const ofWebhook = WEBHOOK[cause];
  if (ofWebhook) {
    const isInUse = isOfFeed(one) && relayed.control.active === partOf(subject);
    return isInUse && isSeenOtherwise(one) ? ofWebhook(partOf(subject)) : null;
  }
  if (!isLimit(one)) return null;
  const choice = choiceAtLimit(one);
  if (choice.kind !== 'none') return null;
  return {
    why: cause === 'table.full' ? `the table ${partOf(subject)} is full` : `${partOf(subject)} is full`,
    until:
      choice.why === 'proposed' && choice.to
        ? `${choice.to} could take over.`
        : 'It starts again by itself when a webhook with room is configured.',
  };
};
