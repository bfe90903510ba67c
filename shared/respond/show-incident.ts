import { isoInstant } from '../clock.ts';
import type { Incident } from '../incident/incident.ts';
import type { DeliveryProof } from '../notify/proof.ts';
import { oneLine } from '../notify/text.ts';
import { deliveriesOf } from './deliveries-view.ts';
import type { ShowResponse } from './incident-shape.ts';
import { detailOf } from './incident-view.ts';
import { pathOf } from './path-view.ts';
import { runbookOf } from './runbook-view.ts';

const NAME = 120;
const SENTENCE = 500;

/** An incident with all that is known about it: what to do, how the cause was found, what was done, who was told. Pure. */
export const showIncident = (
  incident: Incident,
  proofs: readonly DeliveryProof[],
  now: number,
): ShowResponse => ({
  at: isoInstant(now),
  incident: detailOf(incident),
  runbook: runbookOf(incident),
  path: pathOf(incident),
  actions: (incident.actions ?? []).map(({ kind, mode, feed, since, text }) => ({
    kind,
    mode,
    feed: oneLine(feed, NAME),
    at: isoInstant(since),
    text: oneLine(text, SENTENCE),
  })),
  deliveries: deliveriesOf(incident, proofs),
});
