import type { SecretReference } from '../../shared/config/secret-reference.ts';
import type { Answers } from './answers.ts';

/** `['leads', 'webhooks', 'leads-1']`: which secret is meant, by words that are names or ours. */
export type SecretPath = readonly [string, ...string[]];

const variable = (path: SecretPath): string =>
  path
    .join('__')
    .replaceAll(/[^A-Za-z0-9_]/g, '_')
    .toUpperCase();

/**
 * Names secrets, each with a name of its own. In Secrets Manager one secret holds one value, below the name of the
 * installation: so each is created by the deployment, read only by whom it concerns, and rotated by itself.
 */
export const secretNames = ({ installation, runsOn }: Pick<Answers, 'installation' | 'runsOn'>) => {
  const taken = new Map<string, string>();
  const free = (name: string, path: string): string => {
    const owner = taken.get(name);
    if (owner !== undefined && owner !== path) return free(`${name}_`, path);
    taken.set(name, path);
    return name;
  };
  return (path: SecretPath): SecretReference =>
    runsOn === 'aws'
      ? `secretsmanager:${installation}/${path.join('/')}`
      : // `a-b` and `a_b` are two names, and one variable.
        `env:${free(variable(path), path.join('/'))}`;
};
