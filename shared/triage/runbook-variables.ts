import { parseConfig } from '../config/parse.ts';
import { type Config, emptyFeed } from '../config/schema.ts';
import { ClaywatchError } from '../errors.ts';

/** The variables of the runbook's own triage script; each is optional, and an empty one counts as not set. */
export const RUNBOOK_VARIABLES = ['CLAY_WEBHOOK_URL', 'CLAY_API_KEY', 'CLAY_CALLBACK_URL'] as const;
export type RunbookVariable = (typeof RUNBOOK_VARIABLES)[number];

type Environment = Readonly<Record<string, string | undefined>>;

/** The feed that webhook and callback of the variables belong to, when the configuration has no feed for them. */
const FEED = 'main';

const wanted = (config: Config, env: Environment): RunbookVariable[] => {
  const feeds = Object.values(config.feeds);
  const lacking: Record<RunbookVariable, boolean> = {
    CLAY_WEBHOOK_URL: feeds.every(({ webhooks }) => webhooks.length === 0),
    CLAY_API_KEY: config.clay.apiKey === undefined,
    CLAY_CALLBACK_URL: feeds.every(({ callback }) => callback === undefined),
  };
  return RUNBOOK_VARIABLES.filter((name) => lacking[name] && env[name]?.trim());
};

const isHttpUrl = (text: string): boolean => {
  const url = URL.parse(text);
  return url !== null && /^https?:$/.test(url.protocol) && url.username + url.password === '';
};

const callbackUrl = (env: Environment): string => {
  const url = env.CLAY_CALLBACK_URL?.trim() ?? '';
  if (!isHttpUrl(url) || url.length > 2_048) {
    throw new ClaywatchError(
      'environment.invalid',
      'CLAY_CALLBACK_URL is not an http or https URL (value hidden).',
      'Set it to the address of your callback endpoint, e.g. https://example.com/api/health, or unset it.',
    );
  }
  return url;
};

/**
 * Adds what the runbook's variables name to a configuration that lacks it; what the configuration says itself is
 * kept. Key and webhook URL are only named (`env:…`), so their values stay where they are. Pure.
 *
 * Throws `environment.invalid` for a callback address that is none; its value is not shown.
 */
export const withRunbookVariables = (
  config: Config,
  env: Environment,
): { readonly config: Config; readonly used: readonly RunbookVariable[] } => {
  const used = wanted(config, env);
  if (used.length === 0) return { config, used };
  const names = Object.keys(config.feeds);
  const feedName = names.length === 1 ? (names[0] ?? FEED) : FEED;
  const feed = config.feeds[feedName] ?? emptyFeed();
  const added = {
    ...feed,
    ...(used.includes('CLAY_WEBHOOK_URL')
      ? { webhooks: [{ id: 'webhook', url: 'env:CLAY_WEBHOOK_URL' as const }] }
      : {}),
    ...(used.includes('CLAY_CALLBACK_URL') ? { callback: { url: callbackUrl(env) } } : {}),
  };
  const touchesFeed = used.includes('CLAY_WEBHOOK_URL') || used.includes('CLAY_CALLBACK_URL');
  const input = {
    ...config,
    ...(used.includes('CLAY_API_KEY')
      ? { clay: { ...config.clay, apiKey: 'env:CLAY_API_KEY' as const } }
      : {}),
    ...(touchesFeed ? { feeds: { ...config.feeds, [feedName]: added } } : {}),
  };
  return { config: parseConfig(input, 'the environment'), used };
};
