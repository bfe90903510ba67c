import { once } from './once.ts';

type Methods<T> = {
  [K in keyof T]: T[K] extends (...args: never[]) => Promise<unknown> ? K : never;
}[keyof T];

/**
 * A part that is loaded while the function waits for its first answer: `load` begins as soon as what is being done has
 * to wait, or when something of the part is called before that. A failure shows when it is called, and is not kept.
 *
 * `methods` makes a port of one that the part has: calls of the methods that are named wait for the part.
 */
export const later = <P>(load: () => Promise<P>) => {
  const part = once(load);
  setImmediate(() => part().catch(() => undefined));
  return {
    methods: <N extends keyof P, K extends Methods<P[N]> & string>(
      name: N,
      ...names: readonly K[]
    ): Pick<P[N], K> => {
      const calls = names.map((method) => [
        method,
        async (...args: readonly unknown[]) => {
          const target = (await part())[name];
          return Reflect.apply(target[method] as (...args: readonly unknown[]) => unknown, target, args);
        },
      ]);
      return Object.fromEntries(calls) as Pick<P[N], K>;
    },
    get: part,
  };
};
