/**
 * Stands in for `node:fs/promises` in what is deployed (see `infra/stand-ins.ts`). The SDK would look for profiles in
 * the home directory, which Lambda has none of; to have Node's module for that loads its readline and watchers too.
 */
export const readFile = async (path: string): Promise<never> => {
  throw Object.assign(new Error(`ENOENT: no such file or directory, open '${path}'`), { code: 'ENOENT' });
};
