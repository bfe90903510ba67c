import type { WebhookOptions } from './options.ts';

export interface Webhook {
  readonly options: WebhookOptions;
  /** Lifetime count of accepted submissions, the ones before the simulation included. */
  accepted: number;
  /** Answers other than 2xx, by status or fault. They do not count toward the cap [L, clay-facts]. */
  readonly refused: Map<string, number>;
}

/** A webhook as the state shows it: by its id, never by its address or token. */
export interface WebhookReport {
  readonly id: string;
  readonly table: string;
  readonly accepted: number;
  readonly limit: number | null;
  readonly refused: Readonly<Record<string, number>>;
}

export interface Webhooks {
  byUuid(uuid: string): Webhook | undefined;
  byId(id: string): Webhook | undefined;
  ids(): readonly string[];
  /** What an operator does in Clay's UI; no API does it [C]. */
  create(options: WebhookOptions): Webhook;
  all(): readonly Webhook[];
}

export const createWebhooks = (initial: readonly WebhookOptions[]): Webhooks => {
  const byUuid = new Map<string, Webhook>();
  const byId = new Map<string, Webhook>();
  const create = (options: WebhookOptions): Webhook => {
    if (byId.has(options.id)) throw new RangeError(`there is a webhook ${options.id} already`);
    if (byUuid.has(options.uuid)) throw new RangeError(`two webhooks have the uuid of ${options.id}`);
    const webhook: Webhook = { options, accepted: options.startCount, refused: new Map() };
    byUuid.set(options.uuid, webhook);
    byId.set(options.id, webhook);
    return webhook;
  };
  for (const options of initial) create(options);
  return {
    byUuid: (uuid) => byUuid.get(uuid),
    byId: (id) => byId.get(id),
    ids: () => [...byId.keys()],
    create,
    all: () => [...byId.values()],
  };
};
