import type { Clock } from '../../../shared/clock.ts';
import type { HttpClient } from '../../../shared/http/port.ts';
import { createSwitchboard, type Faults } from '../faults/switchboard.ts';
import { fixedAnswer } from '../surfaces/fixed.ts';
import { createIntake } from '../surfaces/intake.ts';
import { createPublicApi } from '../surfaces/public-api.ts';
import { createStatusPage } from '../surfaces/status-page.ts';
import { type Answer, type ClayRequest, delayed } from './answer.ts';
import { createBucket } from './bucket.ts';
import { createCallbacks } from './callbacks.ts';
import { createControl } from './control.ts';
import { createMeters } from './meters.ts';
import { type ClayOptions, DEFAULT_OPTIONS } from './options.ts';
import { between, createRandom, type Random } from './random.ts';
import type { ClayState } from './state.ts';
import { type Route, routeOf, type Surface, webhookPath } from './surface.ts';
import { createTables } from './tables.ts';
import { createWebhooks, type Webhook } from './webhooks.ts';

/**
 * The simulated Clay: no I/O and no timers of its own. Time comes from the clock, chance from `random`; requests are
 * handled at once, and rows on their way move when `tick` is called.
 */
export interface Clay {
  /** Answers one request. Never throws for what a client sends. */
  handle(request: ClayRequest): Answer;
  /**
   * Finishes the rows that are due, and sends their callbacks through `http`; resolves when those were answered.
   * Calls may overlap: no callback is sent twice.
   */
  tick(http: HttpClient): Promise<void>;
  /** When `tick` next has something to do, epoch ms; undefined when nothing is on its way. */
  nextDueAt(): number | undefined;
  readonly faults: Faults;
  state(): ClayState;
  /** Every row that a webhook took, in the order of arrival; one that came twice is there twice. */
  accepted(): readonly AcceptedRow[];
  /** The path to post rows to. Throws a RangeError for an unknown id. */
  webhookPath(id: string): string;
  /** Posts `count` made-up rows to a webhook, and says how they were answered, by status. */
  sampleRows(webhook: string, count: number): Record<string, number>;
}

export interface ClaySettings {
  readonly clock: Pick<Clock, 'now'>;
  /** Default: seeded with 1, so that every run is the same. */
  readonly random?: Random;
  /** What differs from `DEFAULT_OPTIONS`. */
  readonly options?: Partial<ClayOptions>;
  /** How the ids of made-up rows begin. */
  readonly samplePrefix?: string;
  /** Hears of every made-up row that was sent, and of how it was answered: what its sender would know. */
  readonly onSample?: (row: SampleRow) => void;
}

export interface AcceptedRow {
  /** Null: it came without one. */
  readonly rowId: string | null;
  readonly webhook: string;
}

export interface SampleRow {
  readonly rowId: string;
  /** What identifies the record. */
  readonly email: string;
  readonly webhook: string;
  readonly answer: Answer;
}

const labelOf = (answer: Answer): string => (answer.kind === 'answer' ? String(answer.status) : answer.fault);

const count = (counts: Map<string, number>, key: string) => counts.set(key, (counts.get(key) ?? 0) + 1);

const rowIdOf = (row: object): string | null => {
  const id = '_claywatch_row_id' in row ? row._claywatch_row_id : null;
  return typeof id === 'string' ? id : null;
};

export const createClay = ({
  clock,
  random = createRandom(1),
  options: given,
  samplePrefix = 'sample',
  onSample,
}: ClaySettings): Clay => {
  const options: ClayOptions = { ...DEFAULT_OPTIONS, ...given };
  const now = () => clock.now();

  const webhooks = createWebhooks(options.webhooks);
  const providers = [...new Set(options.tables.flatMap((table) => table.providers.map(({ name }) => name)))];
  const faults = createSwitchboard(clock, random, {
    webhook: webhooks.ids,
    table: () => options.tables.map((table) => table.id),
    provider: () => providers,
  });
  const meters = createMeters(options, clock, faults);
  const callbacks = createCallbacks(options.callback, options.outboundPerSecond, now);
  const tables = createTables({ options, faults, meters, callbacks, random, now });
  for (const { options: webhook } of webhooks.all()) {
    if (!tables.has(webhook.table)) throw new RangeError(`webhook ${webhook.id}: no table ${webhook.table}`);
  }

  const intakeBucket = createBucket(options.intakePerSecond, options.intakeBurst);
  const apiBucket = createBucket(options.publicApiPerMinute / 60, options.publicApiPerMinute);
  const accepted: AcceptedRow[] = [];
  const intake = createIntake({
    options,
    bucket: intakeBucket,
    tables,
    onAccepted: (webhook, row) => accepted.push({ rowId: rowIdOf(row), webhook }),
    now,
  });
  const publicApi = createPublicApi({ options, bucket: apiBucket, meters, faults, now });
  const statusPage = createStatusPage(options, faults, now);
  const requests = new Map<string, Map<string, number>>();

  const healthyAnswer = (
    surface: Surface,
    route: Route,
    webhook: Webhook | undefined,
    request: ClayRequest,
  ): Answer => {
    switch (surface) {
      case 'webhook':
        return intake(webhook, request);
      case 'me':
      case 'balance':
        return publicApi(surface, request);
      case 'status':
        return statusPage(route);
      default:
        return fixedAnswer(surface, request);
    }
  };

  const latency = () =>
    options.latencyMs > 0 ? Math.round(between(random, options.latencyMs * 0.5, options.latencyMs * 1.5)) : 0;

  const handle = (request: ClayRequest): Answer => {
    const route = routeOf(request.target);
    const { surface } = route;
    if (surface === 'control') return control(route, request);
    const webhook = surface === 'webhook' ? webhooks.byUuid(route.path) : undefined;
    const { answer: obstacle, waitMs } = faults.intercept(surface, webhook?.options.id);
    // A row whose sender was left without an answer may be in the table all the same.
    const kept = obstacle && faults.get('intake-hang')?.keptRate;
    if (kept !== undefined && random() < kept) intake(webhook, request);
    const answer = delayed(obstacle ?? healthyAnswer(surface, route, webhook, request), waitMs + latency());
    const label = labelOf(answer);
    const counts = requests.get(surface) ?? new Map<string, number>();
    requests.set(surface, counts);
    count(counts, label);
    if (webhook && label !== '200') count(webhook.refused, label);
    return answer;
  };

  const state = (): ClayState => ({
    now: new Date(now()).toISOString(),
    meters: { credits: meters.credits(), actions: meters.actions(), spent: { ...meters.spent } },
    webhooks: webhooks.all().map(({ options: webhook, accepted, refused }) => ({
      id: webhook.id,
      table: webhook.table,
      accepted,
      limit: tables.isPassthrough(webhook.table) ? null : webhook.limit,
      refused: Object.fromEntries(refused),
    })),
    tables: tables.reports(),
    callbacks: callbacks.counts(),
    requests: Object.fromEntries([...requests].map(([key, counts]) => [key, Object.fromEntries(counts)])),
    faults: faults.active(),
  });

  const pathOf = (id: string): string => {
    const webhook = webhooks.byId(id);
    if (!webhook) throw new RangeError(`no webhook ${id}`);
    return webhookPath(webhook.options.uuid);
  };

  let sampled = 0;
  const sampleRows = (id: string, rows: number): Record<string, number> => {
    const target = pathOf(id);
    const webhook = webhooks.byId(id)?.options;
    const headers = {
      'content-type': 'application/json',
      ...(webhook?.token === undefined ? {} : { [webhook.authHeader]: webhook.token }),
    };
    const outcomes = new Map<string, number>();
    for (let index = 0; index < rows; index += 1) {
      sampled += 1;
      const row = { _claywatch_row_id: `${samplePrefix}-${sampled}`, email: `person-${sampled}@example.com` };
      const answer = handle({ method: 'POST', target, headers, body: JSON.stringify(row) });
      count(outcomes, labelOf(answer));
      onSample?.({ rowId: row._claywatch_row_id, email: row.email, webhook: id, answer });
    }
    return Object.fromEntries(outcomes);
  };

  const control = createControl({
    faults,
    meters,
    tables,
    webhooks,
    state,
    sampleRows,
    accepted: () => accepted,
  });

  return {
    handle,
    tick: async (http) => {
      tables.settle(now());
      if (!faults.get('outage')) await callbacks.send(http);
    },
    nextDueAt: () => (callbacks.counts().waiting > 0 ? now() : tables.nextAt()),
    faults,
    state,
    accepted: () => accepted,
    webhookPath: pathOf,
    sampleRows,
  };
};
