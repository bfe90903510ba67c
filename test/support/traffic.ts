import type { Clay } from '../../local/clay/core/clay.ts';
import { SIMULATED_WEBHOOK_TOKEN } from '../../local/clay/core/options.ts';
import { createRandom } from '../../local/clay/core/random.ts';
import type { Clock } from '../../shared/clock.ts';
import type { Config } from '../../shared/config/schema.ts';
import type { HttpClient } from '../../shared/http/port.ts';
import type { RowsLedger } from '../../shared/rows/ledger.ts';
import { takeCallbacks } from '../../shared/rows/take-callbacks.ts';
import { takeSubmissions } from '../../shared/rows/take-submissions.ts';
import type { RelayWorld } from './relay-world.ts';

/** What a sender does; a drill changes it as it goes. */
export interface TrafficSettings {
  /** Rows a minute, by the time of day. */
  perMinute: (at: number) => number;
  /** The id of the webhook that it sends to. */
  webhook: string;
  /** These records enter again and again, among the others; each so often a minute. */
  loop: { readonly keys: number; readonly perMinute: number } | null;
  /** False: the row does not carry its id, so Clay's column cannot send it back. */
  carriesId: boolean;
}

export interface Traffic {
  readonly settings: TrafficSettings;
  /** How Clay answered, by status. */
  readonly answers: Readonly<Record<string, number>>;
}

const FEED = 'leads';
const STEP_MS = 15_000;
const SECRETIVE = (entity: string): string => `hash-of-${entity.length}-${entity}`;

/**
 * Rows in virtual time: a sender that posts to the simulated Clay and reports what Clay accepted, and Clay's HTTP API
 * column calling back, read as the deployed functions read it. Callbacks go over the network, so they fail with it.
 */
export const startTraffic = (
  world: {
    readonly clock: Clock;
    readonly clay: Clay;
    readonly config: Config;
    readonly ledger: RowsLedger;
    /** Reaches what the callbacks are sent to. */
    readonly http: HttpClient;
    readonly seed: number;
    /** Where senders post to the relay instead of to Clay: what becomes of their rows is the relay's to say. */
    readonly relay?: RelayWorld | null;
  },
  initial: Partial<TrafficSettings> = {},
): Traffic => {
  const { clock, clay, config, ledger } = world;
  const random = createRandom(world.seed + 1_000);
  const feed = config.feeds[FEED];
  if (!feed) throw new RangeError(`no feed ${FEED}`);
  const settings: TrafficSettings = {
    perMinute: () => 6,
    webhook: 'leads-1',
    loop: null,
    carriesId: true,
    ...initial,
  };
  const answers: Record<string, number> = {};
  let owed = 0;
  let owedLoops = 0;
  let sent = 0;
  let looped = 0;
  const learned = new Map<string, number>();

  const uncounted = (error: unknown): never => {
    throw error;
  };
  const report = (body: object) =>
    takeSubmissions(ledger, {
      feed: FEED,
      text: JSON.stringify(body),
      contentType: 'application/json',
      idempotencyKey: undefined,
      at: clock.now(),
      settings: {
        webhooks: feed.webhooks.map(({ id }) => id),
        entity: 'email',
        hash: SECRETIVE,
        retainMs: config.rows.retainDays * 86_400_000,
      },
      limitOf: (id) => feed.webhooks.find((webhook) => webhook.id === id)?.limit ?? null,
      learned,
    });

  /** Posts a row to Clay, and gives what there is to report of it. */
  const send = (email: string): object => {
    sent += 1;
    const row_id = `row-${sent}`;
    const { webhook, carriesId } = settings;
    const answer = clay.handle({
      method: 'POST',
      target: clay.webhookPath(webhook),
      headers: { 'content-type': 'application/json', 'x-clay-webhook-auth': SIMULATED_WEBHOOK_TOKEN },
      body: JSON.stringify({ ...(carriesId ? { _claywatch_row_id: row_id } : {}), email }),
    });
    const label = answer.kind === 'answer' ? String(answer.status) : answer.fault;
    answers[label] = (answers[label] ?? 0) + 1;
    if (answer.kind === 'fault') return { row_id, webhook, email, outcome: 'unknown' };
    if (answer.status < 300) return { row_id, webhook, email };
    return { webhook, refused: { status: answer.status, body: answer.body } };
  };

  /** What Clay sends is read only where it arrives. */
  const deliver: HttpClient = async (request, signal) => {
    const outcome = await world.http(request, signal);
    if (outcome.kind !== 'answer' || outcome.status >= 300) return outcome;
    await takeCallbacks(ledger, {
      feed: FEED,
      text: request.body ?? '',
      contentType: 'application/json',
      settings: feed.callbacks,
      at: clock.now(),
      onUncounted: uncounted,
    });
    return outcome;
  };

  const emailsOfStep = (): readonly string[] => {
    const minutes = STEP_MS / 60_000;
    const emails: string[] = [];
    // Rows do not come by the clock: about as many as on average, more or fewer.
    owed += settings.perMinute(clock.now()) * minutes * 2 * random();
    for (; owed >= 1; owed -= 1) emails.push(`person-${sent + emails.length}@example.com`);
    const { keys = 1, perMinute = 0 } = settings.loop ?? {};
    owedLoops += keys * perMinute * minutes;
    for (; owedLoops >= 1; owedLoops -= 1) {
      emails.push(`loop-${looped % keys}@example.com`);
      looped += 1;
    }
    return emails;
  };

  /**
   * Everything of a step is reported in one request, as a batch: virtual time waits for few turns of the event loop
   * before it moves on.
   */
  const step = async (): Promise<void> => {
    if (world.relay) {
      const rows = emailsOfStep().map((email) => ({ email }));
      sent += rows.length;
      await Promise.all([rows.length > 0 ? world.relay.take(FEED, rows) : undefined, clay.tick(deliver)]);
      return;
    }
    const reports = emailsOfStep().map(send);
    const refused = reports.find((one) => 'refused' in one);
    const rows = reports.filter((one) => !('refused' in one));
    await Promise.all([
      rows.length > 0 ? report(rows) : undefined,
      refused ? report(refused) : undefined,
      clay.tick(deliver),
    ]);
  };

  const run = async (): Promise<never> => {
    for (;;) {
      await clock.sleep(STEP_MS);
      await step();
    }
  };
  void run();
  return { settings, answers };
};
