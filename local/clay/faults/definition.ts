import type { Answer } from '../core/answer.ts';
import type { Random } from '../core/random.ts';
import type { Surface } from '../core/surface.ts';
import { number, type ParamSpecs, type ValuesOf } from './params.ts';

/** What a fault sees of the request that it may spoil. */
export interface Seen {
  readonly surface: Surface;
  /** The id of the webhook, when the request reached an existing one. */
  readonly webhook: string | undefined;
  readonly now: number;
  readonly random: Random;
  /** The fault's own notes, kept while it is on. */
  readonly memory: Map<string, number>;
}

/**
 * A fault that can be switched on. With `touches` it stands in the way of requests: `answer` replaces the answer,
 * `wait` adds to its delay. Without, it only says that it is on, and the workspace behaves accordingly.
 */
export interface FaultDefinition<S extends ParamSpecs = ParamSpecs> {
  readonly description: string;
  readonly params: S;
  touches?(params: ValuesOf<S>): readonly Surface[];
  answer?(params: ValuesOf<S>, seen: Seen): Answer | undefined;
  wait?(params: ValuesOf<S>, seen: Seen, hit: boolean): number;
}

const LASTING = {
  forSeconds: number(0, 0, 31_536_000, 'switches itself off after this many seconds; 0: stays on'),
};
const STANDING_IN_THE_WAY = {
  rate: number(1, 0, 1, 'share of the requests that are hit'),
  delayMs: number(0, 0, 600_000, 'milliseconds that pass before the answer'),
};

/** A fault in how the workspace behaves. */
export const behaviour = <const S extends ParamSpecs>(description: string, params: S) => ({
  description,
  params: { ...LASTING, ...params },
});

type Obstacle = typeof STANDING_IN_THE_WAY & typeof LASTING;

/** A fault in how requests are answered. */
export const obstacle = <const S extends ParamSpecs>(
  description: string,
  params: S,
  effect: {
    touches(params: ValuesOf<Obstacle & S>): readonly Surface[];
    answer?(params: ValuesOf<Obstacle & S>, seen: Seen): Answer | undefined;
    wait?(params: ValuesOf<Obstacle & S>, seen: Seen, hit: boolean): number;
  },
) => ({
  description,
  params: { ...STANDING_IN_THE_WAY, ...LASTING, ...params } as Obstacle & S,
  ...effect,
});
