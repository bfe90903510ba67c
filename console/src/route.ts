/** The pages; `id` is the feed or the incident. */
export const PAGES = ['overview', 'feeds', 'credits', 'incidents', 'operations', 'audit'] as const;
export type PageName = (typeof PAGES)[number];

export interface Route {
  readonly page: PageName | 'unknown';
  /** Null on the page of all. */
  readonly id: string | null;
  readonly query: Readonly<Record<string, string>>;
}

const decoded = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
};

const WITH_ID: readonly string[] = ['feeds', 'incidents'];

/** `#/feeds/leads?span=35d`, as `location.hash` has it. */
export const parseRoute = (hash: string): Route => {
  const [path = '', search = ''] = hash.replace(/^#/, '').split('?', 2);
  const [first = '', second, ...rest] = path.split('/').filter((part) => part !== '');
  const query = Object.fromEntries(new URLSearchParams(search));
  const name = first === '' ? 'overview' : first;
  const page = PAGES.find((each) => each === name);
  const known = page !== undefined && rest.length === 0 && (second === undefined || WITH_ID.includes(page));
  return {
    page: known ? page : 'unknown',
    id: known && second !== undefined ? decoded(second) : null,
    query,
  };
};

/** The address of a page, for `href`. */
export const hrefOf = (
  page: PageName,
  id: string | null = null,
  query: Readonly<Record<string, string>> = {},
): string => {
  const search = new URLSearchParams(query).toString();
  const path = page === 'overview' ? '' : page;
  return `#/${path}${id === null ? '' : `/${encodeURIComponent(id)}`}${search === '' ? '' : `?${search}`}`;
};
