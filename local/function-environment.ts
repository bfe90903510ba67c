import type { Config } from '../shared/config/schema.ts';
import { LOCAL_AWS } from './aws.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** Every text in a configuration, at any depth. */
const textsIn = (value: unknown): readonly string[] => {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(textsIn);
};

const pick = (env: Environment, wanted: (name: string) => boolean): Record<string, string> =>
  Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) =>
      value !== undefined && wanted(name) ? [[name, value]] : [],
    ),
  );

const hasCredentials = (env: Environment): boolean =>
  Boolean(env.AWS_ACCESS_KEY_ID || env.AWS_PROFILE || env.AWS_CONTAINER_CREDENTIALS_FULL_URI);

/**
 * What of this process's environment a function gets: the `env:` secrets that the configuration names. If it also
 * names `secretsmanager:` secrets, and this process may use AWS, then that too, as these are read from the real AWS;
 * the emulators take any credentials.
 */
export const inheritedEnvironment = (config: Config, env: Environment): Record<string, string> => {
  const texts = textsIn(config);
  const named = new Set(texts.filter((text) => text.startsWith('env:')).map((text) => text.slice(4)));
  const inherited = pick(env, (name) => named.has(name) || name === 'TZ');
  const needsAws = texts.some((text) => text.startsWith('secretsmanager:'));
  return needsAws && hasCredentials(env)
    ? {
        AWS_REGION: env.AWS_DEFAULT_REGION ?? LOCAL_AWS.region,
        ...pick(env, (name) => name.startsWith('AWS_') || name === 'HOME' || name === 'PATH'),
        ...inherited,
      }
    : {
        ...inherited,
        AWS_REGION: LOCAL_AWS.region,
        AWS_ACCESS_KEY_ID: LOCAL_AWS.credentials.accessKeyId,
        AWS_SECRET_ACCESS_KEY: LOCAL_AWS.credentials.secretAccessKey,
      };
};
