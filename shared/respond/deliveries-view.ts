import { isoInstant } from '../clock.ts';
import { redactText } from '../config/redact.ts';
import type { Incident } from '../incident/incident.ts';
import { type DeliveryProof, SNS } from '../notify/proof.ts';
import { oneLine } from '../notify/text.ts';
import type { ShowResponse } from './incident-shape.ts';

type Shown = ShowResponse['deliveries'][number];
interface Dated {
  readonly at: number;
  readonly shown: Shown;
}

const NAME = 120;
const SENTENCE = 300;
/** The newest; an incident owes about eight messages on each of a handful of channels. */
const SHOWN = 200;

const instant = (at: number | null): string | null => (at === null ? null : isoInstant(at));
/** What a provider said is redacted where it is kept; once more here, since it is shown. */
const line = (text: string | null, max: number): string | null =>
  text === null ? null : oneLine(redactText(text), max);

const proven = (proof: DeliveryProof): Dated => {
  const { channel, transition, status, deliveredAt, triedAt, owedAt, receipt, lastError, fellBackTo } = proof;
  const at = deliveredAt ?? triedAt;
  return {
    at: at ?? owedAt,
    shown: {
      channel: oneLine(channel, NAME),
      transition,
      state: fellBackTo === null ? status : `${status} to ${oneLine(fellBackTo, NAME)}`,
      at: instant(at),
      receipt: line(receipt, NAME),
      error: status === 'delivered' ? null : line(lastError, SENTENCE),
    },
  };
};

/**
 * Every message of an incident on every channel, with the proof that there is, newest first: from the ledger; what SNS
 * took and the ledger does not have, from the incident; and what is owed and was not tried on any channel yet. Pure.
 */
export const deliveriesOf = (
  { deliveries, pending }: Pick<Incident, 'deliveries' | 'pending'>,
  proofs: readonly DeliveryProof[],
): ShowResponse['deliveries'] => {
  const known = new Set(proofs.map(({ notificationId }) => notificationId));
  const taken = deliveries.flatMap(({ id, transition, deliveredAt, receipt }): Dated[] =>
    known.has(id)
      ? []
      : [
          {
            at: deliveredAt,
            shown: {
              channel: SNS,
              transition,
              state: 'delivered',
              at: isoInstant(deliveredAt),
              receipt: line(receipt, NAME),
              error: null,
            },
          },
        ],
  );
  const owed = pending.flatMap(({ id, transition, createdAt, lastError }): Dated[] =>
    known.has(id)
      ? []
      : [
          {
            at: createdAt,
            shown: {
              channel: SNS,
              transition,
              state: 'owed',
              at: null,
              receipt: null,
              error: line(lastError ?? null, SENTENCE),
            },
          },
        ],
  );
  return [...proofs.map(proven), ...taken, ...owed]
    .toSorted((one, other) => other.at - one.at)
    .slice(0, SHOWN)
    .map(({ shown }) => shown);
};
