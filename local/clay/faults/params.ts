import { SURFACES, type Surface } from '../core/surface.ts';

/** One parameter of a fault. `subject` names one webhook, table or provider of the workspace, or `all`. */
export type ParamSpec =
  | {
      readonly kind: 'number';
      readonly default: number;
      readonly min: number;
      readonly max: number;
      readonly description: string;
    }
  | {
      readonly kind: 'choice';
      readonly default: string;
      readonly choices: readonly string[];
      readonly description: string;
    }
  | {
      readonly kind: 'subject';
      readonly default: 'all';
      readonly of: SubjectKind;
      readonly description: string;
    };

export type SubjectKind = 'webhook' | 'table' | 'provider';
export type ParamSpecs = Readonly<Record<string, ParamSpec>>;
export type ParamValue = number | string;

type ValueOf<S> = S extends { kind: 'number' }
  ? number
  : S extends { kind: 'choice'; choices: readonly (infer C)[] }
    ? C
    : string;
export type ValuesOf<S> = { readonly [K in keyof S]: ValueOf<S[K]> };

export const number = (fallback: number, min: number, max: number, description: string) =>
  ({ kind: 'number', default: fallback, min, max, description }) as const;

export const choice = <const C extends readonly string[]>(
  choices: C,
  fallback: C[number],
  description: string,
) => ({ kind: 'choice', default: fallback, choices, description }) as const;

export const subject = (of: SubjectKind) =>
  ({ kind: 'subject', default: 'all', of, description: `one ${of} by its id, or all` }) as const;

export const surfaceOf = <const C extends readonly Surface[]>(surfaces: C) =>
  choice(
    ['all', ...surfaces] as readonly ('all' | C[number])[],
    'all',
    'which surface; all of these together',
  );

export const anySurface = surfaceOf(SURFACES);

/** What is known about the workspace, to check subjects against. */
export type Subjects = Readonly<Record<SubjectKind, () => readonly string[]>>;

const problemOf = (spec: ParamSpec, value: unknown, subjects: Subjects): string | undefined => {
  if (spec.kind === 'number') {
    const fits = typeof value === 'number' && value >= spec.min && value <= spec.max;
    return fits ? undefined : `a number from ${spec.min} to ${spec.max}`;
  }
  const allowed = spec.kind === 'choice' ? spec.choices : ['all', ...subjects[spec.of]()];
  return typeof value === 'string' && allowed.includes(value) ? undefined : `one of ${allowed.join(', ')}`;
};

export type ParsedParams =
  | { readonly kind: 'params'; readonly values: Readonly<Record<string, ParamValue>> }
  | { readonly kind: 'invalid'; readonly problems: readonly string[] };

/** Checks what somebody sent against the fault's parameters, and fills in the defaults. */
export const parseParams = (specs: ParamSpecs, given: unknown, subjects: Subjects): ParsedParams => {
  if (given === null || typeof given !== 'object' || Array.isArray(given)) {
    return { kind: 'invalid', problems: ['the parameters must be one JSON object'] };
  }
  const problems: string[] = [];
  const values: Record<string, ParamValue> = {};
  for (const [name, spec] of Object.entries(specs)) values[name] = spec.default;
  for (const [name, value] of Object.entries(given)) {
    const spec = Object.hasOwn(specs, name) ? specs[name] : undefined;
    if (!spec) {
      problems.push(`${name}: not a parameter of this fault; it takes ${Object.keys(specs).join(', ')}`);
      continue;
    }
    const problem = problemOf(spec, value, subjects);
    if (problem) problems.push(`${name}: must be ${problem}`);
    else values[name] = value as ParamValue;
  }
  return problems.length > 0 ? { kind: 'invalid', problems } : { kind: 'params', values };
};
