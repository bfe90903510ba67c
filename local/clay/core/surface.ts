/** What a request can reach. A fault names the surfaces that it touches. */
export const SURFACES = [
  'web',
  'mcp',
  'me',
  'balance',
  'webhook',
  'retired',
  'other',
  'status',
  'connectivity',
  'callback',
  'health',
  'crm',
  'provider',
] as const;
export type Surface = (typeof SURFACES)[number];

/** Everything that Clay's API host serves. */
export const API_SURFACES = [
  'mcp',
  'me',
  'balance',
  'webhook',
  'retired',
  'other',
] as const satisfies Surface[];

const WEBHOOK_PREFIX = '/v3/sources/webhook/';
const SOURCE_PREFIX = 'pull-in-data-from-a-webhook-';

/** Where rows are posted for the webhook with this uuid [C, clay-facts]. */
export const webhookPath = (uuid: string): string => `${WEBHOOK_PREFIX}${SOURCE_PREFIX}${uuid}`;

export interface Route {
  readonly surface: Surface | 'control';
  /** The path below the surface's prefix, with its leading slash. */
  readonly path: string;
  readonly query: URLSearchParams;
}

/** A map, not an object: a target may be called `toString`. */
const EXACT: ReadonlyMap<string, Surface> = new Map([
  ['/', 'web'],
  ['/v3/mcp', 'mcp'],
  ['/public/v0/me', 'me'],
  ['/public/v0/credits/balance', 'balance'],
]);

const UNDER: readonly (readonly [string, Surface])[] = [
  ['/web', 'web'],
  ['/status', 'status'],
  ['/connectivity', 'connectivity'],
  ['/stand-ins/callback', 'callback'],
  ['/stand-ins/health', 'health'],
  ['/stand-ins/crm', 'crm'],
  ['/stand-ins/provider', 'provider'],
  ['/v1', 'retired'],
];

/** Never throws: a malformed target is an `other` that answers 404. */
export const routeOf = (target: string): Route => {
  const mark = target.indexOf('?');
  const full = mark < 0 ? target : target.slice(0, mark);
  const query = new URLSearchParams(mark < 0 ? '' : target.slice(mark + 1));
  if (full.startsWith('/_')) return { surface: 'control', path: full, query };
  const exact = EXACT.get(full);
  if (exact) return { surface: exact, path: '/', query };
  if (full.startsWith(WEBHOOK_PREFIX)) {
    const source = full.slice(WEBHOOK_PREFIX.length);
    const uuid = source.startsWith(SOURCE_PREFIX) ? source.slice(SOURCE_PREFIX.length) : '';
    return { surface: 'webhook', path: uuid, query };
  }
  for (const [prefix, surface] of UNDER) {
    if (full === prefix || full.startsWith(`${prefix}/`)) {
      return { surface, path: full.slice(prefix.length) || '/', query };
    }
  }
  return { surface: 'other', path: full, query };
};
