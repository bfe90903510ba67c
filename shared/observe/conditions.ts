import { Environment, type ParseResult } from '@marcbachmann/cel-js';
import { plainLine } from '../clay/text.ts';
import { ClaywatchError } from '../errors.ts';

/** What a condition may speak of. */
export const CONDITION_VARIABLES = ['status', 'latency_ms', 'body', 'headers'] as const;
export type ConditionVariable = (typeof CONDITION_VARIABLES)[number];

/** An answer as conditions see it. */
export interface ConditionInput {
  readonly status: number;
  readonly latencyMs: number;
  /** Parsed JSON. */
  readonly body: unknown;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
}

export type ConditionResult =
  | { readonly holds: true }
  /** `reason` is safe to show: of the answer it has numbers, booleans and null, and of texts only the length. */
  | { readonly holds: false; readonly reason: string };

export interface Condition {
  readonly expression: string;
  readonly reads: ReadonlySet<ConditionVariable>;
  /** Never throws: an expression that cannot be evaluated on this answer does not hold. */
  readonly evaluate: (seen: ConditionInput) => ConditionResult;
}

const MAX_EXPRESSION = 1_000;
/** A failed condition shows at most this many of the values that it read. */
const MAX_SHOWN = 5;

const environment = new Environment({
  limits: { maxAstNodes: 200, maxDepth: 24, maxListElements: 100, maxMapEntries: 20, maxCallArguments: 8 },
})
  .registerVariable('status', 'int')
  .registerVariable('latency_ms', 'double')
  .registerVariable('body', 'dyn')
  .registerVariable('headers', 'map<string, string>');

/** Numbers of JSON are doubles, and people write `body.total - 1`: CEL by itself refuses to mix the two. */
const ARITHMETIC: Readonly<Record<string, (left: number, right: number) => number>> = {
  '+': (left, right) => left + right,
  '-': (left, right) => left - right,
  '*': (left, right) => left * right,
  '/': (left, right) => left / right,
  '%': (left, right) => left % right,
};
for (const [operator, apply] of Object.entries(ARITHMETIC)) {
  const mixed = (left: number | bigint, right: number | bigint) => apply(Number(left), Number(right));
  environment.registerOperator(`double ${operator} int: double`, mixed);
  environment.registerOperator(`int ${operator} double: double`, mixed);
}

/**
 * Functions that an answer written for the purpose could make run for minutes: regular expressions of JavaScript
 * backtrack, and bindings can double a value again and again.
 */
const REFUSED: Readonly<Record<string, string>> = {
  matches:
    'matches() is not available, because a hostile answer can make it run for ever: use contains(), startsWith() or endsWith()',
  bind: 'cel.bind() is not available',
};

/** Why an expression cannot be a condition, or null when it can. For the validation of a configuration. */
export const checkCondition = (expression: string): string | null => {
  const compiled = compile(expression);
  return typeof compiled === 'string' ? compiled : null;
};

/**
 * Parses and type-checks a condition. Throws `config.invalid`, naming the condition and what is wrong with it; `where`
 * says whose it is, e.g. `probes.hubspot.conditions[0]`.
 */
export const compileCondition = (expression: string, where: string): Condition => {
  const compiled = compile(expression);
  if (typeof compiled === 'string') {
    throw new ClaywatchError(
      'config.invalid',
      `${where}: the condition ${quoted(expression)} cannot be used: ${compiled}.`,
      `Write a CEL expression that is true or false, over ${CONDITION_VARIABLES.join(', ')}: for example status == 200.`,
    );
  }
  const paths = pathsOf(compiled.ast);
  return {
    expression,
    reads: new Set(paths.map(([variable]) => variable)),
    evaluate: (seen) => evaluate(compiled, paths, seen),
  };
};

const quoted = (expression: string): string => JSON.stringify(plainLine(expression, 200));

const compile = (expression: string): ParseResult | string => {
  if (expression.length > MAX_EXPRESSION) return `it is longer than ${MAX_EXPRESSION} characters`;
  let parsed: ParseResult;
  try {
    parsed = environment.parse(expression);
    const checked = parsed.check();
    if (!checked.valid) return explain(checked.error);
    if (checked.type !== 'bool' && checked.type !== 'dyn') {
      return `it gives ${checked.type}, and must give true or false`;
    }
  } catch (error) {
    return explain(error);
  }
  return refusal(parsed.ast) ?? parsed;
};

const explain = (error: unknown): string => {
  const summary = (error as { summary?: unknown } | undefined)?.summary;
  const text = plainLine(typeof summary === 'string' ? summary : 'it is not an expression', 200);
  return text.startsWith('Unknown variable')
    ? `${text} (there are ${CONDITION_VARIABLES.join(', ')})`
    : text.replace(/\.$/, '');
};

/** A node of the syntax tree. Only calls and selections matter here; every other node is its parts. */
interface Node {
  readonly op: string;
  readonly args: unknown;
}

const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && 'op' in value && 'args' in value;

const nodesIn = (args: unknown): readonly Node[] => {
  if (isNode(args)) return [args];
  return Array.isArray(args) ? args.flatMap(nodesIn) : [];
};

/** Macros that go over a list. One inside another takes the square of a body's length. */
const LOOPS = new Set(['all', 'exists', 'exists_one', 'map', 'filter']);

/** Why a well-formed expression is refused all the same, or null. */
const refusal = (node: Node, inLoop = false): string | null => {
  const [name, ...rest] = node.op === 'rcall' || node.op === 'call' ? (node.args as unknown[]) : [''];
  const refused = REFUSED[String(name)];
  if (refused) return refused;
  if (!LOOPS.has(String(name))) return firstRefusal(nodesIn(node.args), inLoop);
  if (inLoop) return 'it goes over a list within a list';
  const [receiver, inner] = rest;
  return firstRefusal(nodesIn(receiver), inLoop) ?? firstRefusal(nodesIn(inner), true);
};

const firstRefusal = (nodes: readonly Node[], inLoop: boolean): string | null => {
  for (const node of nodes) {
    const found = refusal(node, inLoop);
    if (found) return found;
  }
  return null;
};

/** What an expression reads, e.g. `['body', 'queue', 'depth']`. */
type Path = readonly [ConditionVariable, ...(string | number)[]];

const pathsOf = (node: Node): readonly Path[] => {
  const path = pathOf(node);
  return path ? [path] : nodesIn(node.args).flatMap(pathsOf);
};

/** The path that a node selects, or null when it is anything but a variable and fixed members of it. */
const pathOf = (node: Node): Path | null => {
  if (node.op === 'id') {
    const variable = CONDITION_VARIABLES.find((name) => name === node.args);
    return variable ? [variable] : null;
  }
  if (node.op !== '.' && node.op !== '[]') return null;
  const [of, member] = node.args as [Node, string | Node];
  const path = pathOf(of);
  const key = typeof member === 'string' ? member : member.op === 'value' ? member.args : null;
  if (!path) return null;
  if (typeof key === 'string') return [...path, key];
  return typeof key === 'bigint' ? [...path, Number(key)] : null;
};

const evaluate = (
  compiled: ParseResult,
  paths: readonly Path[],
  { status, latencyMs, body, headers }: ConditionInput,
): ConditionResult => {
  const context = { status: BigInt(Math.trunc(status)), latency_ms: latencyMs, body, headers };
  try {
    const result: unknown = compiled(context);
    if (result === true) return { holds: true };
    return { holds: false, reason: join(result === false ? [] : ['it gave neither true nor false']) };
  } catch (error) {
    return { holds: false, reason: join([failure(error)]) };
  }

  function join(reasons: readonly string[]): string {
    const seen = { status, latency_ms: latencyMs, body, headers };
    const shown = [...new Set(paths.map((path) => `${nameOf(path)} was ${describe(valueAt(seen, path))}`))];
    return [...reasons, ...shown.slice(0, MAX_SHOWN)].join(', ') || 'it is false';
  }
};

/** The library's messages may quote the answer, so only its code is read. */
const FAILURES: Readonly<Record<string, string>> = {
  no_such_key: 'the answer lacks what it reads',
  no_such_overload: 'what it reads is of another type than it expects',
  index_out_of_range: 'the list that it reads is too short',
  division_by_zero: 'it divides by zero',
  modulo_by_zero: 'it divides by zero',
};

const failure = (error: unknown): string => {
  const code = (error as { code?: unknown } | null)?.code;
  return (
    FAILURES[typeof code === 'string' ? code : ''] ??
    `it could not be evaluated${typeof code === 'string' && /^[a-z_]{1,60}$/.test(code) ? ` (${code})` : ''}`
  );
};

const nameOf = ([root, ...rest]: Path): string =>
  plainLine(
    root +
      rest
        .map((key) =>
          typeof key === 'string' && /^[A-Za-z_]\w*$/.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`,
        )
        .join(''),
    100,
  );

const valueAt = (seen: unknown, path: Path): unknown =>
  path.reduce<unknown>(
    (value, key) =>
      typeof value === 'object' && value !== null && Object.hasOwn(value, key)
        ? (value as Record<string | number, unknown>)[key]
        : undefined,
    seen,
  );

/** Texts may be row data or secrets: only their length is shown. */
const describe = (value: unknown): string => {
  if (value === undefined) return 'absent';
  if (value === null || typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (typeof value === 'string') return `a text of ${value.length} characters`;
  return Array.isArray(value) ? `a list of ${value.length}` : 'an object';
};
