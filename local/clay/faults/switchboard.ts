import { distance } from 'fastest-levenshtein';
import type { Clock } from '../../../shared/clock.ts';
import { type Answer, delayed } from '../core/answer.ts';
import type { Random } from '../core/random.ts';
import type { Surface } from '../core/surface.ts';
import { FAULT_NAMES, FAULTS, type FaultName, type ParamsOf } from './catalogue.ts';
import type { FaultDefinition } from './definition.ts';
import { type ParamSpecs, type ParamValue, parseParams, type Subjects } from './params.ts';

type Values = Readonly<Record<string, ParamValue>>;

/** A fault that is on. */
export interface ActiveFault {
  readonly name: FaultName;
  readonly params: Values;
  /** Since when, epoch ms. */
  readonly since: number;
  /** When it switches itself off, epoch ms. */
  readonly until?: number;
}

/** A fault as the list shows it. */
export interface FaultReport {
  readonly name: FaultName;
  readonly description: string;
  readonly params: ParamSpecs;
  readonly on: Omit<ActiveFault, 'name'> | null;
}

export type SetOutcome =
  | { readonly kind: 'on'; readonly fault: ActiveFault }
  | { readonly kind: 'invalid-params'; readonly problems: readonly string[] }
  | { readonly kind: 'unknown-fault'; readonly nearest: readonly FaultName[] };

export type OffOutcome =
  | { readonly kind: 'off'; readonly wasOn: boolean }
  | { readonly kind: 'unknown-fault'; readonly nearest: readonly FaultName[] };

/** The switches. Setting a fault that is on replaces its parameters. */
export interface Faults {
  /** Switches a fault on. Throws a RangeError when a parameter is out of range or names an unknown subject. */
  on<N extends FaultName>(name: N, params?: Partial<ParamsOf<N>>): void;
  /** The same for what somebody typed. */
  set(name: string, params?: unknown): SetOutcome;
  off(name: string): OffOutcome;
  /** Switches everything off, and says how many were on. */
  clear(): number;
  active(): readonly ActiveFault[];
  list(): readonly FaultReport[];
}

/** What the surfaces and the workspace ask. */
export interface FaultView {
  /** The parameters of a fault that is on. */
  get<N extends FaultName>(name: N): ParamsOf<N> | undefined;
  /** Since when a fault is on, epoch ms. */
  since(name: FaultName): number | undefined;
  /** What stands in the way of a request: an answer, or only a wait. */
  intercept(surface: Surface, webhook: string | undefined): { answer?: Answer; waitMs: number };
}

const isFaultName = (name: string): name is FaultName => Object.hasOwn(FAULTS, name);

/** The names that somebody may have meant, best first. */
export const nearestFaults = (name: string): FaultName[] => {
  const wanted = name.toLowerCase();
  const cost = (known: string) =>
    known.includes(wanted) || wanted.includes(known) ? 0 : distance(known, wanted);
  return FAULT_NAMES.map((known) => ({ known, cost: cost(known) }))
    .filter(({ known, cost: value }) => value <= Math.max(3, known.length / 2))
    .sort((a, b) => a.cost - b.cost)
    .slice(0, 3)
    .map(({ known }) => known);
};

type Switched = ActiveFault & { readonly memory: Map<string, number> };

export const createSwitchboard = (
  clock: Pick<Clock, 'now'>,
  random: Random,
  subjects: Subjects,
): Faults & FaultView => {
  const switched = new Map<FaultName, Switched>();

  const lookUp = (name: FaultName): Switched | undefined => {
    const fault = switched.get(name);
    if (fault?.until !== undefined && clock.now() >= fault.until) {
      switched.delete(name);
      return undefined;
    }
    return fault;
  };

  /** In the catalogue's order, whatever the order in which they were switched on. */
  const inForce = (): Switched[] => {
    if (switched.size === 0) return [];
    return FAULT_NAMES.map(lookUp).filter((fault) => fault !== undefined);
  };

  const plain = ({ memory: _memory, ...fault }: Switched): ActiveFault => fault;

  const set = (name: string, params: unknown = {}): SetOutcome => {
    if (!isFaultName(name)) return { kind: 'unknown-fault', nearest: nearestFaults(name) };
    const parsed = parseParams(FAULTS[name].params, params, subjects);
    if (parsed.kind === 'invalid') return { kind: 'invalid-params', problems: parsed.problems };
    const since = clock.now();
    const seconds = Number(parsed.values.forSeconds);
    const until = seconds > 0 ? { until: since + seconds * 1_000 } : {};
    const fault: Switched = { name, params: parsed.values, since, ...until, memory: new Map() };
    switched.set(name, fault);
    return { kind: 'on', fault: plain(fault) };
  };

  return {
    set,
    on: (name, params = {}) => {
      const outcome = set(name, params);
      if (outcome.kind === 'invalid-params') throw new RangeError(`${name}: ${outcome.problems.join('; ')}`);
      if (outcome.kind === 'unknown-fault') throw new RangeError(`no fault ${name}`);
    },
    off: (name) => {
      if (!isFaultName(name)) return { kind: 'unknown-fault', nearest: nearestFaults(name) };
      const wasOn = lookUp(name) !== undefined;
      switched.delete(name);
      return { kind: 'off', wasOn };
    },
    clear: () => {
      const count = inForce().length;
      switched.clear();
      return count;
    },
    active: () => inForce().map(plain),
    list: () =>
      FAULT_NAMES.map((name) => {
        const fault = lookUp(name);
        const { name: _name, ...on } = fault ? plain(fault) : { name };
        return {
          name,
          description: FAULTS[name].description,
          params: FAULTS[name].params,
          on: fault ? (on as Omit<ActiveFault, 'name'>) : null,
        };
      }),

    get: <N extends FaultName>(name: N) => lookUp(name)?.params as ParamsOf<N> | undefined,
    since: (name) => lookUp(name)?.since,
    intercept: (surface, webhook) => {
      let waitMs = 0;
      for (const { name, params, memory } of inForce()) {
        const definition: FaultDefinition = FAULTS[name];
        if (!definition.touches?.(params).includes(surface)) continue;
        const seen = { surface, webhook, now: clock.now(), random, memory };
        const rate = Number(params.rate ?? 1);
        const hit = rate >= 1 || random() < rate;
        const answer = hit ? definition.answer?.(params, seen) : undefined;
        if (answer) return { answer: delayed(answer, waitMs + Number(params.delayMs ?? 0)), waitMs: 0 };
        waitMs += definition.wait?.(params, seen, hit) ?? 0;
      }
      return { waitMs };
    },
  };
};
