import { offline, type Problem, problemOf } from './problem.ts';

export type Loaded<T> =
  | { readonly kind: 'fresh'; readonly data: T; readonly etag: string | null }
  /** As the entity tag that was sent. */
  | { readonly kind: 'unchanged' }
  | { readonly kind: 'failed'; readonly problem: Problem };

export type Sent<T> =
  | { readonly kind: 'done'; readonly data: T }
  | { readonly kind: 'failed'; readonly problem: Problem };

export interface Api {
  /** Reads `path` (e.g. `v1/overview`); the type is the shape that the API answers with. */
  load<T>(path: string, etag: string | null, signal?: AbortSignal): Promise<Loaded<T>>;
  /** Changes something. The answer of a 204 is null. */
  send<T>(path: string, body?: unknown): Promise<Sent<T>>;
  /** The address of a path, e.g. for a download link. */
  address(path: string): string;
}

export interface ApiPorts {
  readonly fetch: typeof globalThis.fetch;
  /** Where the paths start; ends in a slash. */
  readonly base: string;
  readonly timeoutMs?: number;
  /** Told of the `Date` of each answer, epoch ms. */
  readonly onDate?: (serverTime: number) => void;
}

const TIMEOUT_MS = 20_000;

/** The page is at `<base>/console`; the API beside it, below whatever stage the endpoint has. */
export const baseOf = (location: { readonly origin: string; readonly pathname: string }): string =>
  `${location.origin}${location.pathname.replace(/\/console(\/.*)?$/, '')}`.replace(/\/?$/, '/');

const readJson = async (response: Response): Promise<unknown> => {
  const text = await response.text();
  if (text === '') return null;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

/** The API over `fetch`. Nothing is thrown: what fails is a value. */
export const createApi = ({ fetch, base, timeoutMs = TIMEOUT_MS, onDate }: ApiPorts): Api => {
  const ask = async (path: string, init: RequestInit): Promise<Response | Problem> => {
    const limit = AbortSignal.timeout(timeoutMs);
    const signal = init.signal ? AbortSignal.any([init.signal, limit]) : limit;
    try {
      const response = await fetch(base + path, { ...init, signal, credentials: 'same-origin' });
      const date = Date.parse(response.headers.get('date') ?? '');
      if (Number.isFinite(date)) onDate?.(date);
      return response;
    } catch {
      return offline(limit.aborted ? 'No answer in time.' : null);
    }
  };

  const bodyOf = async (response: Response): Promise<{ readonly body: unknown } | Problem> => {
    try {
      return { body: await readJson(response) };
    } catch {
      return offline('The answer broke off.');
    }
  };

  const failed = (problem: Problem) => ({ kind: 'failed', problem }) as const;

  const take = async <T>(response: Response): Promise<Sent<T>> => {
    const read = await bodyOf(response);
    if ('kind' in read) return failed(read);
    // A page of something between us and Claywatch is no answer.
    if (response.ok && read.body !== undefined) return { kind: 'done', data: read.body as T };
    return failed(
      problemOf(response.ok ? 502 : response.status, read.body, response.headers.get('retry-after')),
    );
  };

  return {
    load: async <T>(path: string, etag: string | null, signal?: AbortSignal): Promise<Loaded<T>> => {
      const response = await ask(path, {
        headers: { accept: 'application/json', ...(etag !== null && { 'if-none-match': etag }) },
        // The entity tag is ours to send: the browser's own cache would hide the 304.
        cache: 'no-store',
        ...(signal && { signal }),
      });
      if ('kind' in response) return failed(response);
      if (response.status === 304) return { kind: 'unchanged' };
      const taken = await take<T>(response);
      return taken.kind === 'failed'
        ? taken
        : { kind: 'fresh', data: taken.data, etag: response.headers.get('etag') };
    },
    send: async <T>(path: string, body: unknown = {}): Promise<Sent<T>> => {
      const response = await ask(path, {
        method: 'POST',
        headers: {
          accept: 'application/json',
          'content-type': 'application/json',
          'x-claywatch-console': '1',
        },
        body: JSON.stringify(body),
      });
      return 'kind' in response ? failed(response) : take<T>(response);
    },
    address: (path) => base + path,
  };
};
