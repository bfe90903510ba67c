import { createDynamoProofLedger } from '../shared/aws/dynamodb/notify/proof.ts';
import { systemClock } from '../shared/clock.ts';
import { channelIds, hasPeople } from '../shared/config/alerting.ts';
import type { Config } from '../shared/config/schema.ts';
import type { Incident } from '../shared/incident/incident.ts';
import type { IncidentStore } from '../shared/incident/store.ts';
import type { DeliveryProof } from '../shared/notify/proof.ts';

/** Who has what, and whether messages arrive. */
export interface PeopleStatus {
  readonly at: number;
  /** Open ones, and those that were closed lately. */
  readonly incidents: readonly Incident[];
  /** Of their messages to chat channels and to people by name. */
  readonly proofs: readonly DeliveryProof[];
}

export interface PeopleStatusOptions {
  readonly config: Pick<Config, 'notify'>;
  readonly table: Parameters<typeof createDynamoProofLedger>[0];
  readonly incidents: Pick<IncidentStore, 'active'>;
}

/** For whoever watches the runtime. Rejects when the store does. */
export const createPeopleStatusReader = ({ config, table, incidents }: PeopleStatusOptions) => {
  const ledger = createDynamoProofLedger(table);
  const isProved = channelIds(config).length > 0 || hasPeople(config);
  return async (): Promise<PeopleStatus> => {
    const active = await incidents.active();
    const proofs = isProved ? await Promise.all(active.map(({ id }) => ledger.ofIncident(id))) : [];
    return { at: systemClock.now(), incidents: active, proofs: proofs.flat() };
  };
};
