import type { Route } from '../functions/manifest.ts';

/** The decoded segments; undefined for a path that cannot be decoded. */
const segmentsOf = (path: string): readonly string[] | undefined => {
  try {
    return path.split('/').map(decodeURIComponent);
  } catch {
    return undefined;
  }
};

const match = (pattern: string, segments: readonly string[]): Record<string, string> | undefined => {
  const wanted = pattern.split('/');
  if (wanted.length !== segments.length) return undefined;
  const parameters: Record<string, string> = {};
  for (const [index, segment] of segments.entries()) {
    const name = /^\{(\w+)\}$/.exec(wanted[index] ?? '')?.[1];
    if (name === undefined ? segment !== wanted[index] : segment === '') return undefined;
    if (name !== undefined) parameters[name] = segment;
  }
  return parameters;
};

/** A path that names more of its segments is the more specific: `/console/session` before `/console/{file}`. */
const variablesIn = (route: Route): number => route.split('{').length;

/**
 * The route of a request with what its path says; undefined when there is none, also for another method. Of several, the
 * most specific, as API Gateway chooses, in whatever order they are.
 */
export const routeMatching = <R extends { readonly route: Route }>(
  routes: readonly R[],
  method: string,
  target: string,
): { readonly route: R; readonly pathParameters: Record<string, string> } | undefined => {
  const segments = segmentsOf(target.split('?', 1)[0] ?? '');
  if (!segments) return undefined;
  for (const route of routes.toSorted((a, b) => variablesIn(a.route) - variablesIn(b.route))) {
    const [verb, path = ''] = route.route.split(' ');
    const pathParameters = verb === method && match(path, segments);
    if (pathParameters) return { route, pathParameters };
  }
  return undefined;
};
