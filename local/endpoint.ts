import { readFile, writeFile } from 'node:fs/promises';
import { type FunctionDescription, functionsOf } from '../functions/manifest.ts';
import type { Config } from '../shared/config/schema.ts';
import { ClaywatchError } from '../shared/errors.ts';
import { type GatewayRoute, type SenderPatience, startHttpGateway } from './http-gateway.ts';

export interface EndpointOptions {
  /** 0: the one of the last time, or any other free one. */
  readonly port: number;
  /** Remembers it, so that links in earlier messages lead somewhere after a restart. */
  readonly portFile: string;
  readonly patience: SenderPatience | undefined;
  /** What is served beside the functions, and never deployed. */
  readonly also?: readonly GatewayRoute[] | undefined;
}

type Invoke = (functionName: string, event: unknown) => Promise<unknown>;

/** Where requests to functions arrive. */
export interface Endpoint {
  /** Without a slash at its end. */
  readonly url: string;
  /** From now on there are functions; requests that came before have waited for them. */
  serve(invoke: Invoke): void;
  /** Takes no more requests, and lets those under way be answered. May be called again. */
  stop(): Promise<void>;
}

/** The port that a runtime listened at the last time; 0 when it is not known. */
export const lastPort = async (file: string): Promise<number> => {
  const text = (await readFile(file, 'utf8').catch(() => '')).trim();
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  return port <= 65_535 ? port : 0;
};

const listen = async (
  { port, portFile, patience }: EndpointOptions,
  routes: readonly GatewayRoute[],
): ReturnType<typeof startHttpGateway> => {
  if (port !== 0) return startHttpGateway(port, routes, patience);
  const last = await lastPort(portFile);
  return startHttpGateway(last, routes, patience).catch((error: unknown) => {
    if (last === 0 || !(error instanceof ClaywatchError)) throw error;
    return startHttpGateway(0, routes, patience);
  });
};

/**
 * Listens for requests to the functions of the manifest before there are any, since what they are told names where they
 * are reached. Throws `local.port-in-use`.
 */
export const openEndpoint = async (config: Config, options: EndpointOptions): Promise<Endpoint> => {
  const functions: readonly FunctionDescription[] = Object.values(functionsOf(config));
  const invoke = Promise.withResolvers<Invoke>();
  // Where nobody waits for functions that never came, nobody is to hear of it.
  invoke.promise.catch(() => undefined);
  const gateway = await listen(options, [
    ...functions.flatMap(({ name, trigger }) =>
      trigger.kind === 'http'
        ? trigger.routes.map((route) => ({
            route,
            invoke: async (event: unknown) => (await invoke.promise)(name, event),
          }))
        : [],
    ),
    ...(options.also ?? []),
  ]);
  await writeFile(options.portFile, `${new URL(gateway.url).port}\n`, { mode: 0o600 });
  return {
    url: gateway.url,
    serve: invoke.resolve,
    stop: () => {
      invoke.reject(new Error('the functions did not start'));
      return gateway.stop();
    },
  };
};
