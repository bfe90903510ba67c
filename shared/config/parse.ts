import { ClaywatchError, type ErrorCode } from '../errors.ts';
import { canariesOverBudget, contradictionsIn } from './contradictions.ts';
import { countOf, type Problem, problemsOf } from './problem.ts';
import { type Config, configSchema } from './schema.ts';

/** More problems than this are counted, not listed. */
const LISTED = 50;

const REMEDIES: Partial<Record<ErrorCode, string>> = {
  'config.canary-over-budget':
    'Raise everyMinutes, raise canary.maxShareOfLimitPerYear, or set canary.force to accept the price.',
};

const rejection = (
  code: ErrorCode,
  source: string,
  problems: readonly Problem[],
  total = problems.length,
): ClaywatchError => {
  const listed = problems
    .slice(0, LISTED)
    .map(({ path, text }) => `  ${path || 'the configuration'}: ${text}`);
  const rest = total - listed.length;
  const count = total === 1 ? 'one problem' : `${total} problems`;
  return new ClaywatchError(
    code,
    [`${source} has ${count}:`, ...listed, ...(rest > 0 ? [`  and ${rest} more`] : [])].join('\n'),
    REMEDIES[code] ??
      'Correct the keys above; docs/configuration.md lists every key with its range and default.',
  );
};

type Issues = Parameters<typeof problemsOf>[0][];

/** Only what is listed is put into words: a file may have a hundred thousand unknown keys. */
const firstProblems = (issues: Issues, input: unknown): Problem[] => {
  const problems: Problem[] = [];
  for (const issue of issues) {
    if (problems.length >= LISTED) break;
    problems.push(...problemsOf(issue, input, LISTED - problems.length));
  }
  return problems;
};

const UNWALKABLE: Problem = {
  path: '',
  text: 'cannot be read: it is nested too deeply, or not plain data',
};

/** The schema's answer. A value that cannot even be walked (nested without end, a getter that throws) is refused. */
const validate = (input: unknown, source: string): Config => {
  let problems: readonly Problem[] = [UNWALKABLE];
  let total = 1;
  try {
    const result = configSchema.safeParse(input);
    if (result.success) return result.data;
    const { issues } = result.error;
    problems = firstProblems(issues, input);
    total = issues.reduce((sum, issue) => sum + countOf(issue), 0);
  } catch {
    problems = [UNWALKABLE];
  }
  throw rejection('config.invalid', source, problems, total);
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
