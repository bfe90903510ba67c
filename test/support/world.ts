import { type Clay, createClay } from '../../local/clay/core/clay.ts';
import {
  type ClayOptions,
  DEFAULT_OPTIONS,
  SIMULATED_CALLBACK_SECRET,
  SIMULATED_WEBHOOK_TOKEN,
  simulatedUuid,
  WEBHOOK_LIMIT,
} from '../../local/clay/core/options.ts';
import { createRandom } from '../../local/clay/core/random.ts';
import { createClayHttpClient } from '../../local/clay/http-client.ts';
import { parseConfig } from '../../shared/config/parse.ts';
import type { Config, ConfigInput } from '../../shared/config/schema.ts';
import type { CreditStore } from '../../shared/credits/store.ts';
import type { HttpClient } from '../../shared/http/port.ts';
import type { Actor, Incident } from '../../shared/incident/incident.ts';
import { incidentPolicy } from '../../shared/incident/policy.ts';
import type { IncidentStore } from '../../shared/incident/store.ts';
import { createLinkedRenderer } from '../../shared/link/linked-renderer.ts';
import { matchesFilter, subscriptionsOf } from '../../shared/notify/filter-policy.ts';
import type { ProofLedger } from '../../shared/notify/proof.ts';
import type { Notification, Publisher } from '../../shared/notify/publisher.ts';
import { createRenderer } from '../../shared/notify/render.ts';
import type { Rotation } from '../../shared/observe/rotation.ts';
import type { EvidenceStore } from '../../shared/postmortem/postmortem.ts';
import type { ControlStore } from '../../shared/relay/control.ts';
import type { SendsLedger } from '../../shared/relay/sends.ts';
import { type ActResult, actOnIncident, type Request } from '../../shared/respond/act-on-incident.ts';
import type { RowsLedger } from '../../shared/rows/ledger.ts';
import type { SilenceStore } from '../../shared/silence/silence.ts';
import { createWatch, type WatchReport } from '../../shared/watch/run.ts';
import type { WatchStore } from '../../shared/watch/store.ts';
import { createMemoryCreditStore } from './memory-credit-store.ts';
import { createMemoryEvidenceStore } from './memory-evidence-store.ts';
import { createMemoryProofLedger } from './memory-proof.ts';
import { createMemoryRowsLedger } from './memory-rows-ledger.ts';
import { createMemorySilenceStore } from './memory-silence-store.ts';
import { createMemoryIncidentStore, createMemoryWatchStore } from './memory-store.ts';
import { createMemoryThrottleStore } from './memory-throttle-store.ts';
import { createRelayWorld, type RelayWorld } from './relay-world.ts';
import { createRotating, type Rotating } from './rotating.ts';
import { startTraffic, type Traffic, type TrafficSettings } from './traffic.ts';
import { createVirtualClock, type VirtualClock } from './virtual-clock.ts';

const BASE = 'http://clay.simulated';
const MINUTE = 60_000;
/** A Wednesday, in the morning. */
export const START = Date.UTC(2026, 10, 18, 9);

/** What a company with one feed watches: everything that the simulated Clay has. */
export const BASE_CONFIG = {
  installation: 'drill',
  clay: {
    webUrl: `${BASE}/web`,
    apiUrl: BASE,
    publicApiUrl: `${BASE}/public/v0`,
    statusPageUrl: `${BASE}/status`,
    apiKey: 'env:CLAY_API_KEY',
  },
  feeds: {
    leads: {
      affects: ['Sales development'],
      webhooks: [
        {
          id: 'leads-1',
          url: 'env:CLAY_WEBHOOK_URL',
          authToken: 'env:CLAY_WEBHOOK_TOKEN',
          table: 'leads',
          check: 'rejected-post',
          everyMinutes: 1,
        },
      ],
      callback: { url: `${BASE}/stand-ins/callback` },
    },
  },
  integration: { url: `${BASE}/stand-ins/health`, conditions: ['status == 200', 'body.status == "ok"'] },
  probes: {
    hubspot: { kind: 'crm', url: `${BASE}/stand-ins/crm` },
    apollo: { kind: 'provider', url: `${BASE}/stand-ins/provider` },
  },
  connectivity: { urls: [`${BASE}/connectivity`] },
  notify: {
    email: [{ address: 'oncall@example.com', severities: ['P1', 'P2', 'P3', 'P4'] }],
    sms: [{ number: '+4915112345678', severities: ['P1'] }],
  },
} satisfies ConfigInput;

const LEADS = BASE_CONFIG.feeds.leads;

/** The same, with rows that are counted on their way in and out. */
export const ROWS_CONFIG = {
  ...BASE_CONFIG,
  feeds: {
    leads: {
      ...LEADS,
      tables: { leads: {} },
      callbacks: { secret: 'env:CLAY_CALLBACK_SECRET', header: 'x-callback-secret' },
      submissions: { secret: 'env:SUBMISSIONS_SECRET', entity: 'email' },
    },
  },
  // What rows say is enough; probes of the same services are added where both are meant.
  probes: {},
  // Some 6 to 12 rows a minute at some 6 credits each.
  burn: { aboveCreditsPerHour: 12_000 },
} satisfies ConfigInput;

/** A workspace whose providers know some 70 % of the rows, and where a few are skipped or fail. */
export const ROWS_CLAY = {
  credits: 20_000_000,
  actions: 20_000_000,
  callback: {
    url: `${BASE}/stand-ins/callback`,
    header: 'x-callback-secret',
    secret: SIMULATED_CALLBACK_SECRET,
    timeoutMs: 30_000,
    retries: 1,
  },
  tables: [
    {
      id: 'leads',
      ceiling: 50_000,
      autoRun: true,
      autoDelete: false,
      skipRate: 0.03,
      providers: [
        {
          name: 'alpha-data',
          hitRate: 0.58,
          failureRate: 0.02,
          minSeconds: 2,
          maxSeconds: 6,
          credits: 6,
          chargesMiss: false,
          fills: ['work_email', 'job_title'],
        },
        {
          name: 'beta-data',
          hitRate: 0.3,
          minSeconds: 3,
          maxSeconds: 9,
          credits: 8,
          chargesMiss: true,
          fills: ['work_email', 'phone'],
        },
      ],
    },
  ],
  webhooks: DEFAULT_OPTIONS.webhooks.filter(({ table }) => table === 'leads'),
} satisfies Partial<ClayOptions>;

const POOL = ['leads-1', 'leads-2', 'leads-3'] as const;
const SECRETS_OF_POOL = ['', '_2', '_3'] as const;

/** The same, with senders that post to the relay, and a pool of webhooks of which the third feeds a table of its own. */
export const RELAY_CONFIG = {
  ...ROWS_CONFIG,
  feeds: {
    leads: {
      ...ROWS_CONFIG.feeds.leads,
      webhooks: POOL.map((id, index) => ({
        id,
        url: `env:CLAY_WEBHOOK_URL${SECRETS_OF_POOL[index]}` as const,
        authToken: 'env:CLAY_WEBHOOK_TOKEN' as const,
        table: index === 2 ? 'leads-b' : 'leads',
      })),
      tables: { leads: { ceiling: 200_000 }, 'leads-b': {} },
      submissions: {},
      relay: { secret: 'env:RELAY_SECRET' },
    },
  },
} satisfies ConfigInput;

export const RELAY_CLAY = {
  ...ROWS_CLAY,
  tables: ROWS_CLAY.tables.flatMap((table) => [
    { ...table, ceiling: 200_000 },
    { ...table, id: 'leads-b' },
  ]),
  webhooks: POOL.map((id, index) => ({
    id,
    uuid: simulatedUuid(index === 2 ? 9 : index + 1),
    table: index === 2 ? 'leads-b' : 'leads',
    token: SIMULATED_WEBHOOK_TOKEN,
    authHeader: 'x-clay-webhook-auth',
    limit: WEBHOOK_LIMIT,
    startCount: 0,
  })),
} satisfies Partial<ClayOptions>;

/** A message as it reached somebody. */
export interface Delivered {
  readonly at: number;
  readonly to: readonly ('email' | 'sms')[];
  readonly notification: Notification;
}

/** A page that went to one person, in an escalation. */
export interface Paged {
  readonly at: number;
  readonly person: string;
  readonly notification: Notification;
}

export interface World {
  readonly clock: VirtualClock;
  readonly clay: Clay;
  readonly config: Config;
  readonly delivered: readonly Delivered[];
  readonly paged: readonly Paged[];
  readonly proof: ProofLedger;
  readonly evidence: EvidenceStore;
  readonly silences: SilenceStore;
  readonly rowsLedger: Pick<RowsLedger, 'snapshot'>;
  readonly creditStore: CreditStore;
  readonly reports: readonly WatchReport[];
  /** The rows that flow; null where none do. */
  readonly traffic: Traffic | null;
  /** Where senders post their rows to; null where they post to Clay. */
  readonly relay: RelayWorld | null;
  /** The secret of callbacks that can be rotated; null where none can. */
  readonly rotating: Rotating | null;
  /** One run for the slot at hand, then on to the next minute. */
  tick(): Promise<WatchReport>;
  run(minutes: number): Promise<void>;
  /** From now on the counts of rows cannot be read, or can be again. */
  breakCounts(isBroken: boolean): void;
  /** The secret behind a reference is another one from now on. */
  setSecret(reference: string, value: string): void;
  /** The rotation of a secret ended so. */
  rotate(secret: string, how: 'denied' | 'rotated'): void;
  /** Lets minutes pass without a run: the schedule failed, or the machine slept. */
  skip(minutes: number): Promise<void>;
  /** The wall clock is set, forward or back, and the schedule with it. */
  jump(minutes: number): void;
  /** Another configuration is deployed. */
  reconfigure(input: ConfigInput): void;
  /** The slot that the next tick has. */
  slot(): number;
  watch(slot: number): Promise<WatchReport>;
  incidents(): Promise<readonly Incident[]>;
  /** Somebody does something about the newest incident of a cause. Throws when there is none. */
  act(cause: Incident['cause'], request: Request, by?: Actor): Promise<ActResult>;
}

export interface WorldOptions {
  readonly config?: ConfigInput;
  readonly clay?: Partial<ClayOptions>;
  readonly seed?: number;
  /** Epoch ms; default: `START`. */
  readonly startsAt?: number;
  /** Rows flow; how, where it is not the default. */
  readonly traffic?: Partial<TrafficSettings>;
  /** Rows go through the relay, to which the configuration must have the secret. */
  readonly relay?: boolean;
  /** Columns that call back every minute with the secret of `leads`, which is in Secrets Manager and can be rotated. */
  readonly columns?: readonly string[];
  /** What `env:LINK_KEY` holds, which signs links where the configuration says so. */
  readonly linkKey?: string;
  /** Stands before each port, e.g. to crash. */
  readonly around?: {
    readonly publisher?: (inner: Publisher) => Publisher;
    readonly http?: (inner: HttpClient) => HttpClient;
    readonly incidentStore?: (inner: IncidentStore) => IncidentStore;
    readonly watchStore?: (inner: WatchStore) => WatchStore;
    readonly rowsLedger?: (inner: RowsLedger & SendsLedger) => RowsLedger;
    readonly creditStore?: (inner: CreditStore) => CreditStore;
    readonly evidence?: (inner: EvidenceStore) => EvidenceStore;
    readonly controlStore?: (inner: ControlStore) => ControlStore;
  };
}

const turns = async (count: number): Promise<void> => {
  for (let turn = 0; turn < count; turn += 1) await new Promise<void>((resolve) => setImmediate(resolve));
};

/**
 * The real watch against the simulated Clay, in virtual time: everything but the network, the store and SNS is what
 * is deployed.
 */
export const createWorld = (options: WorldOptions = {}): World => {
  // A run calls its stores many times in turn, which takes no time; rows that flow meanwhile would have it pass. What
  // forwarders do takes more turns than a probe.
  let running = 0;
  const clock = createVirtualClock(options.startsAt ?? START, {
    settle: () => turns(running > 0 && options.traffic ? 40 : options.relay ? 10 : 3),
  });
  const clay = createClay({
    clock,
    random: createRandom(options.seed ?? 1),
    options: { latencyMs: 80, ...options.clay },
  });
  const config = parseConfig(options.config ?? BASE_CONFIG, 'drill');
  const incidentStore = createMemoryIncidentStore();
  const watchStore = createMemoryWatchStore();
  const rowsLedger = createMemoryRowsLedger({ clock });
  const creditStore = createMemoryCreditStore();
  const proof = createMemoryProofLedger();
  const silences = createMemorySilenceStore();
  const throttle = createMemoryThrottleStore();
  const evidence = createMemoryEvidenceStore();
  const delivered: Delivered[] = [];
  const paged: Paged[] = [];
  const reports: WatchReport[] = [];
  const subscriptions = subscriptionsOf(config);

  const publisher: Publisher = {
    publish: async (notification) => {
      const to = subscriptions.filter(({ filterPolicy }) =>
        matchesFilter(filterPolicy, notification.attributes),
      );
      delivered.push({ at: clock.now(), to: to.map(({ protocol }) => protocol), notification });
      return { receipt: `receipt-${delivered.length}` };
    },
  };
  const secrets: Record<string, string> = {
    'env:CLAY_API_KEY': 'simulated-api-key',
    'env:CLAY_WEBHOOK_URL': `https://api.clay.com${clay.webhookPath('leads-1')}`,
    'env:CLAY_WEBHOOK_URL_2': `https://api.clay.com${clay.webhookPath('leads-2')}`,
    'env:CLAY_WEBHOOK_TOKEN': 'simulated-webhook-token',
    ...(options.linkKey === undefined ? {} : { 'env:LINK_KEY': options.linkKey }),
    ...(options.relay
      ? { 'env:CLAY_WEBHOOK_URL_3': `https://api.clay.com${clay.webhookPath('leads-3')}` }
      : {}),
  };
  const secretReader = { read: async (reference: string) => secrets[reference] ?? '' };
  const overNetwork = createClayHttpClient(clay, clock, BASE);
  const http: HttpClient = (request, signal) =>
    overNetwork({ ...request, url: request.url.replace('https://api.clay.com', BASE) }, signal);
  const relay = options.relay
    ? createRelayWorld({
        clock,
        config,
        ledger: rowsLedger,
        http,
        secrets: secretReader,
        seed: options.seed ?? 1,
      })
    : null;
  let isBroken = false;
  const readable = (ledger: RowsLedger): RowsLedger => ({
    ...ledger,
    fold: async (feed, now) => {
      if (isBroken) throw new Error('the table does not answer');
      return ledger.fold(feed, now);
    },
  });
  const rotations = new Map<string, Rotation>();
  const rotating = options.columns ? createRotating(config, clock, options.columns) : null;
  const build = (current: Config) =>
    createWatch({
      config: current,
      clock,
      http: options.around?.http?.(http) ?? http,
      secrets: secretReader,
      watchStore: options.around?.watchStore?.(watchStore) ?? watchStore,
      incidentStore: options.around?.incidentStore?.(incidentStore) ?? incidentStore,
      rowsLedger: readable(options.around?.rowsLedger?.(rowsLedger) ?? rowsLedger),
      rotations: {
        latest: async () => [...rotations.values(), ...((await rotating?.rotations.latest()) ?? [])],
      },
      creditStore: options.around?.creditStore?.(creditStore) ?? creditStore,
      publisher: options.around?.publisher?.(publisher) ?? publisher,
      ...{ proof, silences, throttle },
      evidence: options.around?.evidence?.(evidence) ?? evidence,
      pages: {
        publish: async (person, notification) => {
          paged.push({ at: clock.now(), person, notification });
          return { receipt: `page-${paged.length}` };
        },
      },
      render: createRenderer(current),
      renderFor: createLinkedRenderer(current, { secrets: secretReader, clock }),
      ...(relay
        ? {
            relay: {
              controlStore: options.around?.controlStore?.(relay.controlStore) ?? relay.controlStore,
              rowQueue: relay.queue,
              deadLetters: relay.deadLetters,
            },
          }
        : {}),
    });
  let built = build(config);
  const watch = async (slot: number): Promise<WatchReport> => {
    running += 1;
    try {
      return await built(slot);
    } finally {
      running -= 1;
    }
  };
  const traffic = options.traffic
    ? startTraffic(
        { clock, clay, config, ledger: rowsLedger, http: overNetwork, seed: options.seed ?? 1, relay },
        options.traffic,
      )
    : null;

  let slot = options.startsAt ?? START;
  const catchUp = async () => clock.advance(Math.max(0, slot - clock.now()));
  const tick = async (): Promise<WatchReport> => {
    await catchUp();
    if (rotating) await clock.run(rotating.minute(slot));
    const report = await clock.run(watch(slot));
    reports.push(report);
    slot += MINUTE;
    return report;
  };
  return {
    clock,
    clay,
    config,
    delivered,
    paged,
    proof,
    evidence,
    silences,
    rowsLedger,
    creditStore,
    reports,
    traffic,
    relay,
    rotating,
    tick,
    run: async (minutes) => {
      for (let minute = 0; minute < minutes; minute += 1) await tick();
      await catchUp();
    },
    breakCounts: (broken) => {
      isBroken = broken;
    },
    setSecret: (reference, value) => {
      secrets[reference] = value;
    },
    rotate: (secret, how) => {
      const result = how === 'rotated' ? { kind: how } : ({ kind: how, step: 'finishSecret' } as const);
      rotations.set(secret, { secret, at: clock.now(), result });
    },
    skip: async (minutes) => {
      slot += minutes * MINUTE;
      await catchUp();
    },
    jump: (minutes) => {
      clock.jump(minutes * MINUTE);
      slot += minutes * MINUTE;
    },
    reconfigure: (input) => {
      const next = parseConfig(input, 'drill');
      built = build(next);
      relay?.reconfigure(next);
    },
    slot: () => slot,
    watch: (at) => watch(at),
    incidents: () => incidentStore.list({ since: 0, limit: 1_000 }),
    act: async (cause, request, by = { name: 'Anna', via: 'cli' }) => {
      const found = (await incidentStore.list({ since: 0, limit: 1_000 })).find((one) => one.cause === cause);
      if (!found) throw new Error(`no incident of ${cause}`);
      const policy = incidentPolicy(config);
      return actOnIncident({ store: incidentStore, policy, clock }, found.id, request, by);
    },
  };
};
