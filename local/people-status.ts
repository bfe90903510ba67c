import { createDynamoProofLedger } from '../shared/aws/dynamodb/notify/proof.ts';
import { systemClock } from '../shared/clock.ts';
import { channelIds, hasPeople } from '../shared/config/alerting.ts';
import type { Config } from '../shared/config/schema.ts';
import { type Incident, isOpen } from '../shared/incident/incident.ts';
import type { IncidentStore } from '../shared/incident/store.ts';
import type { DeliveryProof } from '../shared/notify/proof.ts';

/** Who has what, and whether messages arrive. */
export interface PeopleStatus {
  readonly at: number;
  /** Open ones, and those that were closed since the last reading. */
  readonly incidents: readonly Incident[];
  /** Of their messages to chat channels and to people by name. */
  readonly proofs: readonly DeliveryProof[];
}

export interface PeopleStatusOptions {
  readonly config: Pick<Config, 'notify'>;
  readonly table: Parameters<typeof createDynamoProofLedger>[0];
  readonly incidents: Pick<IncidentStore, 'active' | 'byId'>;
}

/** For whoever watches the runtime. Rejects when the store does. */
export const createPeopleStatusReader = ({ config, table, incidents }: PeopleStatusOptions) => {
  const ledger = createDynamoProofLedger(table);
  const isProved = channelIds(config).length > 0 || hasPeople(config);
  let open: readonly string[] = [];

  return async (): Promise<PeopleStatus> => {
    const active = await incidents.active();
    const gone = open.filter((id) => !active.some((one) => one.id === id));
    const closed = await Promise.all(gone.map((id) => incidents.byId(id)));
    const all = [...active, ...closed.filter((one) => one !== null)];
    const proofs = isProved ? await Promise.all(all.map(({ id }) => ledger.ofIncident(id))) : [];
    open = all.filter(isOpen).map(({ id }) => id);
    return { at: systemClock.now(), incidents: all, proofs: proofs.flat() };
  };
};
