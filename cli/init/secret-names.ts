import type { SecretReference } from '../../shared/config/secret-reference.ts';
import type { Answers } from './answers.ts';

/** `['leads', 'webhooks', 'leads-1']`: which secret is meant, by words that are names or ours. */
export type SecretPath = readonly [string, ...string[]];

/** A variable is everybody's on a machine, so it says whose it is: `CLAY_API_KEY`, `CLAYWATCH_LEADS__ROWS`. */
const variable = (path: SecretPath): string => {
  const name = path
    .join('__')
    .replaceAll(/[^A-Za-z0-9_]/g, '_')
    .toUpperCase();
  return name.startsWith('CLAY_') && path.length === 1 ? name : `CLAYWATCH_${name}`;
};

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
