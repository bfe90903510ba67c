import { LOCAL_AWS } from '../../local/aws.ts';
import type { Runtime } from '../../local/runtime.ts';
import { createDynamoClient } from '../../shared/aws/dynamodb/client.ts';
import { createDynamoCreditStore } from '../../shared/aws/dynamodb/credit-store.ts';
import { createDynamoIncidentStore } from '../../shared/aws/dynamodb/incident-store.ts';
import { createDynamoProofLedger } from '../../shared/aws/dynamodb/notify/proof.ts';
import { createDynamoControlStore } from '../../shared/aws/dynamodb/relay/control-store.ts';
import { createDynamoWatchStore } from '../../shared/aws/dynamodb/watch-store.ts';
import type { ConfigInput } from '../../shared/config/schema.ts';
import { incidentPolicy } from '../../shared/incident/policy.ts';
import { changeControl } from '../../shared/relay/control-change.ts';
import { seeded } from './history/chance.ts';
import { fillCredits } from './history/credits.ts';
import { fillIncidents } from './history/incidents.ts';
import { fillRows } from './history/rows.ts';
import { fewStories, manyStories } from './history/stories.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const FEED = 'leads';
const ROWS_PER_DAY = 9_600;
/** When rows began to go to the second webhook. */
const ROTATED_MS = 3.4 * DAY;
const DAYS_OF_ROWS = 7;
/** Half of the rows find their address, and every look for a telephone is paid: see history/rows.ts. */
const CREDITS_PER_ROW = 5.9;
const ACTIONS_PER_ROW = 3;
const RENEWAL = { credits: 2_000_000, actions: 1_000_000 };
/** What must be left at Clay for the past to be possible; see `topUp`. */
export const LEFT = { credits: 2_240_000, actions: 1_160_000 };

/** The trial as it would be after weeks: the first webhook of the pool is used up, the second one in use. */
export const withPast = (config: ConfigInput): ConfigInput => {
  const { leads } = config.feeds ?? {};
  if (!leads) throw new Error('There is no feed of leads.');
  const started: Readonly<Record<string, number>> = { 'leads-1': 8_000, 'leads-2': 0, 'leads-3': 0 };
  return {
    ...config,
    feeds: {
      ...config.feeds,
      leads: {
        ...leads,
        webhooks: leads.webhooks?.map((webhook) => ({ ...webhook, startCount: started[webhook.id] ?? 0 })),
        tables: { Leads: { startCount: 8_000 }, 'Leads 2': {}, 'Leads 3': {} },
      },
    },
  };
};

/** Brings the meters of the simulated Clay to what the past leaves. */
const topUp = async (clayUrl: string): Promise<typeof LEFT> => {
  const add = async (credits: number, actions: number): Promise<typeof LEFT> => {
    const answer = await fetch(`${clayUrl}/_credits`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ credits, actions }),
    });
    return (await answer.json()) as typeof LEFT;
  };
  const now = await add(0, 0);
  return add(Math.max(0, LEFT.credits - now.credits), Math.max(0, LEFT.actions - now.actions));
};

export interface Past {
  /** Opens the store of a runtime that has not looked yet. */
  readonly runtime: Pick<Runtime, 'endpoints' | 'tableName' | 'config'>;
  readonly now: number;
  readonly seed?: number;
}

const opened = async (
  { runtime }: Past,
  fill: (table: {
    readonly client: ReturnType<typeof createDynamoClient>;
    readonly tableName: string;
  }) => Promise<void>,
): Promise<void> => {
  const client = createDynamoClient({
    ...LOCAL_AWS,
    endpoint: runtime.endpoints.dynamodb,
    // Nobody waits for an answer but us, and the machine may be busy.
    requestHandler: { requestTimeout: 60_000 },
  });
  try {
    await fill({ client, tableName: runtime.tableName });
  } finally {
    client.destroy();
  }
};

/**
 * A believable past of the trial in the store of a runtime, written through the ports that the product itself writes
 * through: 24 hours of rows one by one and a week by the hour, five weeks of both meters, eight incidents that are
 * over, and a rotation of the relay. The same at every run, but for the time. Needs a configuration `withPast`.
 */
export const fillHistory = async (
  past: Past & { readonly clayUrl: string; readonly daysOfRows?: number },
): Promise<void> => {
  const { runtime, now, seed = 7, clayUrl, daysOfRows = DAYS_OF_ROWS } = past;
  const rotatedAt = Math.floor((now - ROTATED_MS) / HOUR) * HOUR;
  const slow = { from: now - 9 * HOUR, to: now - 8 * HOUR };
  const left = await topUp(clayUrl);
  await opened(past, async (table) => {
    await createDynamoWatchStore(table).save({
      lastSlot: Math.floor(now / MINUTE) * MINUTE - MINUTE,
      health: {},
      watched: { since: now - 118 * DAY, lastRunAt: now - MINUTE, gaps: [] },
      version: 1,
    });
    await changeControl(createDynamoControlStore(table), FEED, (control) => ({
      ...control,
      active: 'leads-2',
      rotation: { at: rotatedAt, from: 'leads-1', why: 'rotate-share', by: 'claywatch', verified: true },
      webhooks: {
        'leads-1': { standing: 'working', since: now - 60 * DAY },
        'leads-2': { standing: 'working', since: rotatedAt },
      },
      history: [
        { at: rotatedAt + 1_000, kind: 'verify', text: 'leads-2 accepted its first row', by: 'claywatch' },
        {
          at: rotatedAt,
          kind: 'rotate',
          text: 'leads-1 → leads-2: it reached 45,000 of 50,000 rows',
          by: 'claywatch',
        },
      ],
    }));
    await fillCredits(
      createDynamoCreditStore(table),
      {
        left,
        burntPerDay: {
          credits: ROWS_PER_DAY * CREDITS_PER_ROW,
          actions: ROWS_PER_DAY * ACTIONS_PER_ROW,
        },
        refills: [
          { at: now - 33 * DAY, ...RENEWAL },
          { at: now - 3 * DAY - 2 * HOUR, ...RENEWAL },
        ],
        days: 34,
      },
      { present: now },
    );
    await fillIncidents(fewStories(now, slow), {
      policy: incidentPolicy(runtime.config),
      store: createDynamoIncidentStore(table),
      proof: createDynamoProofLedger(table),
    });
    await fillRows(
      table,
      {
        feed: FEED,
        rowsPerDay: ROWS_PER_DAY,
        days: daysOfRows,
        // Before the pool that is configured there were others.
        webhookAt: (at) =>
          at >= rotatedAt ? 'leads-2' : at >= now - (DAYS_OF_ROWS + 2) * DAY ? 'leads-1' : 'leads-0',
        slow,
      },
      { present: now, retainDays: runtime.config.rows.retainDays, random: seeded(seed) },
    );
  });
};

/** So many incidents over a year, all of them over. */
export const manyIncidents = (count: number, past: Past): Promise<void> =>
  opened(past, (table) =>
    fillIncidents(manyStories(count, past.now, seeded(past.seed ?? 11)), {
      policy: incidentPolicy(past.runtime.config),
      store: createDynamoIncidentStore(table),
    }),
  );
