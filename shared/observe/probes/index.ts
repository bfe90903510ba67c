import type { Clock } from '../../clock.ts';
import type { Config } from '../../config/schema.ts';
import type { SecretReader, SecretReference } from '../../config/secret-reference.ts';
import type { HttpClient } from '../../http/port.ts';
import type { Probe } from '../probe.ts';
import { callbackProbe } from './callback.ts';
import { clayApiProbe } from './clay-api.ts';
import { clayAppProbe } from './clay-app.ts';
import { clayBalanceProbe } from './clay-balance.ts';
import { clayKeyProbe } from './clay-key.ts';
import { clayStatusProbe } from './clay-status.ts';
import { clayWebProbe } from './clay-web.ts';
import { connectivityProbe } from './connectivity.ts';
import type { ProbeContext } from './context.ts';
import { integrationProbe } from './integration.ts';
import { metricsProbe } from './metrics.ts';
import { userDefinedProbe } from './user-defined.ts';
import { webhookProbe } from './webhook.ts';

export interface ProbeDependencies {
  readonly http: HttpClient;
  readonly clock: Clock;
  readonly secrets: SecretReader;
  /** Look again after a failure, within the run; without, every failure is unconfirmed. */
  readonly confirm: boolean;
}

/**
 * Every probe that the configuration asks for. Throws `config.invalid` for a condition that cannot be used.
 */
export const createProbes = (config: Config, deps: ProbeDependencies): readonly Probe[] => {
  const context: ProbeContext = { ...deps, policy: config.observe };
  const { clay } = config;
  const probes = [
    connectivityProbe(config, context),
    clayWebProbe(config, context),
    clayAppProbe(config, context),
    clayApiProbe(config, context),
    clayStatusProbe(config, context),
    ...(hasKey(clay) ? [clayKeyProbe(clay, context), clayBalanceProbe(config, clay, context)] : []),
    ...Object.entries(config.feeds).flatMap(([feed, { webhooks, callback }]) => [
      ...webhooks.map((webhook) => webhookProbe(feed, webhook, context)),
      callback ? callbackProbe(feed, callback, context) : null,
    ]),
    config.integration ? integrationProbe(config.integration, context) : null,
    ...Object.entries(config.probes).map(([name, probe]) =>
      probe.kind === 'metrics'
        ? metricsProbe(name, probe, context)
        : userDefinedProbe(name, { ...probe, kind: probe.kind }, context),
    ),
  ];
  return probes.filter((probe) => probe !== null);
};

const hasKey = (clay: Config['clay']): clay is Config['clay'] & { readonly apiKey: SecretReference } =>
  clay.apiKey !== undefined;
