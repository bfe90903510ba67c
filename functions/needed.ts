import { channelIds } from '../shared/config/alerting.ts';
import { relayedFeeds } from '../shared/config/relayed.ts';
import type { Config } from '../shared/config/schema.ts';
import { rotatableSecrets } from '../shared/rotate/kinds.ts';
import { functionsOf } from './manifest.ts';

export type FunctionName = keyof ReturnType<typeof functionsOf>;

/** Whether a configuration has work for a function; always, for one that is not here. */
const HAS_WORK: Readonly<Partial<Record<FunctionName, (config: Config) => boolean>>> = {
  relay: (config) => relayedFeeds(config).length > 0,
  forward: (config) => relayedFeeds(config).length > 0,
  replay: (config) => relayedFeeds(config).length > 0,
  statuspage: (config) => config.statusPage.published,
  notify: (config) => channelIds(config).length > 0,
  rotate: (config) => rotatableSecrets(config).length > 0,
};

/** The functions of the manifest that a deployment of this configuration has; the others would have nothing to do. */
export const neededFunctions = (config: Config): ReadonlySet<FunctionName> =>
  new Set(
    (Object.keys(functionsOf(config)) as FunctionName[]).filter((name) => HAS_WORK[name]?.(config) ?? true),
  );
