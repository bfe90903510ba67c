/** ok: seen working · failing: seen not working · unknown: could not be seen (never read as fine, never as down). */
export type Outcome = 'ok' | 'failing' | 'unknown';

/** No HTTP answer came back: says as much about the network in between as about the other side. */
export const NO_ANSWER = [
  'dns-failed',
  'connection-refused',
  'connection-reset',
  'tls-failed',
  'timed-out',
] as const;

/** What can go wrong on the way to any HTTP answer, told apart because the remedy differs. */
const TRANSPORT = {
  'dns-failed': 'failing',
  'connection-refused': 'failing',
  'connection-reset': 'failing',
  'tls-failed': 'failing',
  'timed-out': 'failing',
  'server-error': 'failing',
  slow: 'failing',
} as const;

/** What a probe that could not see says. */
const BLIND = {
  blocked: 'unknown',
  'unexpected-answer': 'unknown',
  'not-run': 'unknown',
} as const;

const RUN_OUT = {
  lasts: 'ok',
  'no-forecast': 'unknown',
  'out-at-p4': 'failing',
  'out-at-p3': 'failing',
  'out-at-p2': 'failing',
  'out-at-p1': 'failing',
} as const;

/**
 * Everything that can be found on each surface, and what it means. Closed on purpose: the diagnosis is proven
 * total by enumerating these.
 */
export const FINDINGS = {
  /** Independent hosts, to know whether our own network works. */
  connectivity: { online: 'ok', offline: 'failing', 'not-run': 'unknown' },
  /** https://www.clay.com answers a browser. */
  'clay-web': { up: 'ok', ...TRANSPORT, ...BLIND },
  /**
   * https://app.clay.com, where people work. filtered: a bot filter stands before it, so a program cannot tell; that
   * lasts for good and nobody can mend it, so it is no gap.
   */
  'clay-app': {
    up: 'ok',
    filtered: 'unknown',
    ...TRANSPORT,
    'unexpected-answer': 'unknown',
    'not-run': 'unknown',
  },
  /** The API host's sign of life, without a key: `POST /v3/mcp` answers 401 [L, clay-facts]. */
  'clay-api': { up: 'ok', ...TRANSPORT, ...BLIND },
  /** `GET /me` with the key. */
  'clay-key': {
    authorized: 'ok',
    unauthorized: 'failing',
    forbidden: 'failing',
    'payment-required': 'failing',
    'rate-limited': 'failing',
    'not-found': 'unknown',
    ...TRANSPORT,
    ...BLIND,
  },
  /** `GET /credits/balance`: can the balance be read at all. */
  'clay-balance': {
    readable: 'ok',
    unauthorized: 'failing',
    forbidden: 'failing',
    'payment-required': 'failing',
    'rate-limited': 'failing',
    'not-found': 'unknown',
    ...TRANSPORT,
    ...BLIND,
  },
  /** The data-credit meter, as last read. */
  credits: { funded: 'ok', low: 'failing', 'very-low': 'failing', critical: 'failing', exhausted: 'failing' },
  /** The action meter, as last read; absent on legacy billing. */
  actions: { funded: 'ok', low: 'failing', 'very-low': 'failing', critical: 'failing', exhausted: 'failing' },
  /** What Clay declares of itself. An unreadable page is unknown: never down, never fine. */
  'clay-status': {
    operational: 'ok',
    maintenance: 'ok',
    'minor-incident': 'failing',
    'major-incident': 'failing',
    blocked: 'unknown',
    unreachable: 'unknown',
    unreadable: 'unknown',
    inactive: 'unknown',
    stale: 'unknown',
    moved: 'unknown',
    'not-run': 'unknown',
  },
  /** Our own callback endpoint, from outside. */
  callback: {
    up: 'ok',
    'not-found': 'failing',
    'condition-failed': 'failing',
    ...TRANSPORT,
    'not-run': 'unknown',
  },
  /** The user's integration health endpoint. */
  integration: {
    healthy: 'ok',
    'condition-failed': 'failing',
    ...TRANSPORT,
    'not-run': 'unknown',
  },
  /** A user-defined HTTP probe of a CRM. */
  crm: {
    passing: 'ok',
    'condition-failed': 'failing',
    'rate-limited': 'failing',
    ...TRANSPORT,
    'not-run': 'unknown',
  },
  /** A user-defined HTTP probe of an enrichment provider. */
  provider: {
    passing: 'ok',
    'condition-failed': 'failing',
    'rate-limited': 'failing',
    ...TRANSPORT,
    'not-run': 'unknown',
  },
  /**
   * A user-defined source of metrics: its conditions judge what it measures. unreachable: the source itself gives
   * none, and neither does its backup; that says nothing of what it measures.
   */
  metrics: {
    passing: 'ok',
    'condition-failed': 'failing',
    unreachable: 'unknown',
    'not-run': 'unknown',
  },
  /** Whether a source of metrics can be read at all, where its backup speaks in its place. */
  'metrics-source': { readable: 'ok', unreadable: 'unknown' },
  /** A user-defined HTTP probe of an internal service, or of anything else. */
  service: {
    passing: 'ok',
    'condition-failed': 'failing',
    'rate-limited': 'failing',
    ...TRANSPORT,
    'not-run': 'unknown',
  },
  /**
   * One Clay webhook source: real submissions, a free check, or a priced canary. idle: no rows of late · failed-over: it
   * is full, and another one has only just taken over · retired: rows go to another one, which works
   */
  webhook: {
    accepting: 'ok',
    idle: 'unknown',
    retired: 'ok',
    'failed-over': 'failing',
    'limit-reached': 'failing',
    unauthorized: 'failing',
    gone: 'failing',
    rejecting: 'failing',
    'rate-limited': 'failing',
    ...TRANSPORT,
    ...BLIND,
  },
  /**
   * The URL of a webhook that rows go to, by its form alone: nothing is sent. standby-malformed: that of another one
   * than the one in use.
   */
  'webhook-url': {
    'well-formed': 'ok',
    malformed: 'failing',
    'standby-malformed': 'failing',
    'not-run': 'unknown',
  },
  /** The ledger of a feed's rows: can it be brought up to date at all. */
  'rows-ledger': { readable: 'ok', 'not-run': 'unknown' },
  /** Do rows that Clay accepted come back. */
  flow: { flowing: 'ok', idle: 'unknown', stalled: 'failing' },
  /** Do all of them: some may vanish while others come back. */
  losses: { none: 'ok', 'too-few': 'unknown', losing: 'failing' },
  /** How long they take. */
  'round-trip': { 'in-time': 'ok', 'too-few': 'unknown', late: 'failing' },
  /**
   * How many of them the providers know: where it is low, whether the rows or a provider changed, or neither shows.
   * all-empty: several providers knew rows before, and all of them know none any more.
   */
  'hit-rate': {
    fine: 'ok',
    'too-few': 'unknown',
    'all-empty': 'failing',
    'low-input': 'failing',
    'low-provider': 'failing',
    low: 'failing',
  },
  /** One provider, by what came of the rows that name it. */
  'provider-rows': { fine: 'ok', 'too-few': 'unknown', failing: 'failing', throttled: 'failing' },
  /** The CRM column, by what the rows say came of it. wrong: it pushes, and what it pushes is not what belongs there. */
  'crm-rows': { fine: 'ok', 'too-few': 'unknown', failing: 'failing', wrong: 'failing' },
  /** Callbacks that our endpoint refused as malformed. */
  'callback-rows': { fine: 'ok', 'too-few': 'unknown', failing: 'failing', 'all-refused': 'failing' },
  /** A webhook's lifetime count against its limit. */
  'webhook-count': {
    room: 'ok',
    near: 'failing',
    retired: 'ok',
    'standby-missing': 'failing',
    reached: 'failing',
    'reached-standby-ready': 'failing',
  },
  /** A table's rows against its ceiling. retired: rows go to another table, and that works. */
  'table-count': { room: 'ok', retired: 'ok', 'too-few': 'unknown', near: 'failing', full: 'failing' },
  /** The same records entering again and again. */
  loops: { none: 'ok', 'too-few': 'unknown', looping: 'failing' },
  /** The queue of rows on their way to Clay: does our forwarder work it off. held: something stops it, on purpose. */
  relay: {
    forwarding: 'ok',
    idle: 'unknown',
    held: 'unknown',
    'not-looking': 'failing',
    ageing: 'failing',
    'not-run': 'unknown',
  },
  /** The pace of the workspace, by the 429 that rows get. */
  pace: { kept: 'ok', idle: 'unknown', limited: 'failing', 'limited-long': 'failing' },
  /** Rows that were set aside through no fault of their own. */
  'dead-letters': { steady: 'ok', growing: 'failing', 'not-run': 'unknown' },
  /** What can still take over when the webhook in use is full. */
  standby: { ready: 'ok', 'last-in-use': 'failing' },
  /** The balance history: can it be read and written. */
  'credit-history': { readable: 'ok', 'not-run': 'unknown' },
  /** A balance that somebody else pushes to us. */
  'balance-age': { fresh: 'ok', stale: 'unknown' },
  /** How fast data credits burn. */
  burn: { calm: 'ok', 'too-few': 'unknown', spike: 'failing' },
  /** When a meter runs out, by the lead time that makes it urgent; without a forecast the meter's level speaks. */
  'credits-run-out': RUN_OUT,
  'actions-run-out': RUN_OUT,
  /**
   * The rotation of a secret, by how its last attempt ended. denied: a permission was missing · unfinished: some still
   * send the old one, long after · rolled-back: nobody took the new one · changing: a new one, and not all have it yet.
   */
  rotation: {
    rotated: 'ok',
    denied: 'failing',
    failed: 'failing',
    unfinished: 'failing',
    'rolled-back': 'failing',
    changing: 'failing',
    'not-run': 'unknown',
  },
  /** Claywatch's own messages: does somebody take them. */
  messages: { delivered: 'ok', undelivered: 'failing', 'not-run': 'unknown' },
  /** Claywatch's own schedule: did every run that was due take place. */
  schedule: { 'on-time': 'ok', 'missed-runs': 'failing' },
} as const satisfies Record<string, Record<string, Outcome>>;

/**
 * Findings of something that was looked at, and of which too much is not known to say anything: nobody sent a row,
 * rows are held, or there are too few for a rate. They open nothing and close nothing, and are no gap either: there was nothing to see.
 */
const SILENT: ReadonlySet<string> = new Set<Finding>(['idle', 'held', 'too-few', 'no-forecast', 'filtered']);
export const isSilent = ({ finding }: { readonly finding: Finding }): boolean => SILENT.has(finding);

export type Surface = keyof typeof FINDINGS;
export const SURFACES = Object.keys(FINDINGS) as Surface[];
export type FindingOf<S extends Surface> = keyof (typeof FINDINGS)[S] & string;
export type Finding = { [S in Surface]: FindingOf<S> }[Surface];

/** What a finding means on its surface. Throws a RangeError for a finding that the surface does not have. */
export const outcomeOf = (surface: Surface, finding: string): Outcome => {
  const outcome = (FINDINGS[surface] as Record<string, Outcome>)[finding];
  if (!outcome) throw new RangeError(`surface ${surface} has no finding ${finding}`);
  return outcome;
};
