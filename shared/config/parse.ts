import { ClaywatchError, type ErrorCode } from '../errors.ts';
import { canariesOverBudget, contradictionsIn } from './contradictions.ts';
import { type Problem, problemsOf } from './problem.ts';
import { type Config, configSchema } from './schema.ts';

/** More problems than this are counted, not listed. */
const LISTED = 50;

const REMEDIES: Partial<Record<ErrorCode, string>> = {
  'config.canary-over-budget':
    'Raise everyMinutes, raise canary.maxShareOfLimitPerYear, or set canary.force to accept the price.',
};

const rejection = (code: ErrorCode, source: string, problems: readonly Problem[]): ClaywatchError => {
  const listed = problems
    .slice(0, LISTED)
    .map(({ path, text }) => `  ${path || 'the configuration'}: ${text}`);
  const rest = problems.length - listed.length;
  const count = problems.length === 1 ? 'one problem' : `${problems.length} problems`;
  return new ClaywatchError(
    code,
    [`${source} has ${count}:`, ...listed, ...(rest > 0 ? [`  and ${rest} more`] : [])].join('\n'),
    REMEDIES[code] ??
      'Correct the keys above; docs/configuration.md lists every key with its range and default.',
  );
};

/** The schema's answer. A value that cannot even be walked (nested without end, a getter that throws) is refused. */
const validate = (input: unknown, source: string): Config => {
  let problems: Problem[];
  try {
    const result = configSchema.safeParse(input);
    if (result.success) return result.data;
    problems = result.error.issues.flatMap((issue) => problemsOf(issue, input));
  } catch {
    problems = [{ path: '', text: 'cannot be read: it is nested too deeply, or not plain data' }];
  }
  throw rejection('config.invalid', source, problems);
};

/**
 * Reads a configuration as a person wrote it, filling in defaults. Pure.
 *
 * Throws `config.invalid` with every problem (the key, its value unless it could be a secret, what is allowed, the
 * nearest known key for an unknown one), or `config.canary-over-budget` when nothing else is wrong.
 *
 * @param source what to call it in messages, e.g. the name of the file
 */
export const parseConfig = (input: unknown, source: string): Config => {
  const config = validate(input, source);
  const contradictions = contradictionsIn(config);
  const overBudget = canariesOverBudget(config);
  if (contradictions.length > 0) {
    throw rejection('config.invalid', source, [...contradictions, ...overBudget]);
  }
  if (overBudget.length > 0) throw rejection('config.canary-over-budget', source, overBudget);
  return config;
};
