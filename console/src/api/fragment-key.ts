/**
 * The secret that the local runtime puts behind its address, `…/console#key=…`, so that a trial needs no typing. A
 * fragment is never sent to a server. Null: there is none.
 */
export const keyInFragment = (hash: string): string | null => {
  const key = /^#key=([^&]+)$/.exec(hash)?.[1];
  if (key === undefined) return null;
  try {
    return decodeURIComponent(key);
  } catch {
    return null;
  }
};
