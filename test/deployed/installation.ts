import type { PoolEntry } from '../../local/clay/core/options.ts';
import { TRIAL_POOL, trialConfig, trialSecrets } from '../../local/trial-config.ts';
import type { ConfigInput } from '../../shared/config/schema.ts';

export const INSTALLATION = 'deployed';

/** The first webhook is so full that a handful of rows makes the relay take the next one (at 45,000). */
const FIRST_TAKEN = 44_990;

/** The webhooks, for the simulated Clay. */
export const POOL: readonly PoolEntry[] = TRIAL_POOL.map((entry, index) =>
  index === 0 ? { ...entry, startCount: FIRST_TAKEN } : entry,
);

/** Signs what the channel sends; obviously nobody's. */
export const BUS_KEY = `whsec_${Buffer.from('a key that opens nothing at all.').toString('base64')}`;
export const RESPOND_SECRET = 'simulated-respond-secret';
/** Signs sessions; at least 32 characters. */
const SESSION_KEY = 'a-simulated-key-that-signs-sessions';
/** Filled by whoever receives there. */
export const BUS_URL_SECRET = `${INSTALLATION}/BUS_URL`;

/** In the place of an environment variable: a secret below the installation's name, which the template creates empty. */
const secretNameOf = (variable: string): string => `${INSTALLATION}/${variable}`;

/** The trial's configuration as a company would deploy it: every secret in Secrets Manager. */
export const installationConfig = (clayUrl: string): ConfigInput => {
  const trial = trialConfig(clayUrl);
  const leads = trial.feeds?.leads;
  const adapted: ConfigInput = {
    ...trial,
    installation: INSTALLATION,
    observe: { confirmAfterMs: [10, 20] },
    relay: {
      sendTimeoutMs: 2_000,
      breaker: { failures: 3, tryAgainAfterMinutes: 0.1, coolDownMinutes: 0.1 },
      trickle: { rows: 2, rowsPerSecond: 5 },
    },
    notify: {
      ...trial.notify,
      webhooks: [{ id: 'bus', url: 'env:BUS_URL', signingSecrets: ['env:BUS_KEY'] }],
    },
    respond: { secret: 'env:RESPOND_SECRET', header: 'authorization' },
    console: { sessionSecret: 'env:SESSION_KEY' },
    feeds: {
      leads: {
        ...leads,
        webhooks: (leads?.webhooks ?? []).map((webhook, index) =>
          index === 0 ? { ...webhook, startCount: FIRST_TAKEN } : webhook,
        ),
      },
    },
  };
  return JSON.parse(
    JSON.stringify(adapted).replaceAll(
      /"env:(\w+)"/g,
      (_, variable: string) => `"secretsmanager:${secretNameOf(variable)}"`,
    ),
  );
};

/** What a person puts in after the deployment, by the names of the secrets. */
export const installationSecrets = (clayUrl: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries({ ...trialSecrets(clayUrl), BUS_KEY, RESPOND_SECRET, SESSION_KEY }).map(
      ([variable, value]) => [secretNameOf(variable), value],
    ),
  );
