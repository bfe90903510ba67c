import type * as z from 'zod';
import type * as mini from 'zod/mini';
import { ClaywatchError } from '../shared/errors.ts';

/** The variables of one function, by zod or by the small zod. */
export type EnvironmentSchema = z.ZodObject | mini.ZodMiniObject;

/** Reads a function's own variables. Throws `environment.invalid`, naming every wrong variable but no value. */
export const readEnvironment = <S extends EnvironmentSchema>(
  schema: S,
  env: Readonly<Record<string, string | undefined>>,
): z.output<S> => {
  const result = schema.safeParse(env);
  if (result.success) return result.data as z.output<S>;
  const wrong = result.error.issues.map(({ path, message }) => {
    const name = String(path[0]);
    return env[name] === undefined ? `${name} is not set` : `${name} must be ${message}`;
  });
  throw new ClaywatchError(
    'environment.invalid',
    `The environment of this function is not complete: ${wrong.join('; ')}.`,
    'Deploy with CDK, or start it with npm start: both set every variable of functions/<name>/environment.ts.',
  );
};
