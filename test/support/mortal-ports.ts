/** Thrown by every call of a process that has died. */
export class Killed extends Error {}

export interface Death {
  /** The how many-th call of all ports together; 1 is the first. */
  readonly call: number;
  /** The call is made, and nobody hears the answer. */
  readonly after: boolean;
}

/** The ports of a process that dies at one of its calls; objects are ports, whatever else there is stays as it is. */
export const mortalPorts = <T extends object>(
  ports: T,
  dies: Death,
): { readonly ports: T; readonly calls: () => number } => {
  let calls = 0;
  let dead = false;
  const wrap = <P extends object>(port: P): P =>
    new Proxy(port, {
      get: (target, name) => {
        const method = Reflect.get(target, name);
        if (typeof method !== 'function') return method;
        return async (...args: unknown[]) => {
          if (dead) throw new Killed();
          calls += 1;
          if (calls !== dies.call) return method.apply(target, args);
          dead = true;
          if (dies.after) await method.apply(target, args);
          throw new Killed();
        };
      },
    });
  const IMMORTAL = new Set(['clock', 'config']);
  const wrapped = Object.entries(ports).map(([name, port]) => [
    name,
    typeof port === 'object' && port !== null && !IMMORTAL.has(name) ? wrap(port) : port,
  ]);
  return { ports: Object.fromEntries(wrapped) as T, calls: () => calls };
};
