import type * as zlib from 'node:zlib';

type Zlib = typeof zlib;

/*
 * Stands in for `node:zlib` in what is deployed (see `infra/stand-ins.ts`): the same functions, loaded by the first call
 * of any. Most functions never make one.
 */
const whenCalled =
  <K extends 'crc32' | 'gzipSync' | 'gunzipSync' | 'deflateRawSync' | 'inflateRawSync'>(name: K) =>
  (...args: Parameters<Zlib[K]>): ReturnType<Zlib[K]> =>
    Reflect.apply(process.getBuiltinModule('node:zlib')[name], undefined, args);

export const crc32 = whenCalled('crc32');
export const gzipSync = whenCalled('gzipSync');
export const gunzipSync = whenCalled('gunzipSync');
export const deflateRawSync = whenCalled('deflateRawSync');
export const inflateRawSync = whenCalled('inflateRawSync');
