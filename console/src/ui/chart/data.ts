/*
 * From what the API answers to what a chart draws. Pure; times are epoch seconds, as the chart has them.
 */

export type Values = readonly (number | null)[];

interface Stepped {
  readonly from: string;
  readonly to: string;
  readonly step_seconds: number;
}

/** Never more points than this, whatever an answer says. */
const MOST_POINTS = 5_000;

const secondsOf = (instant: string): number => Math.floor(Date.parse(instant) / 1_000);

/**
 * One value for each step between `from` and `to`. Steps without a point have what `missing` says: 0 for counts, null,
 * which is a gap, for what cannot be known without rows.
 */
export const fillSteps = <Point extends { readonly at: string }, Name extends string>(
  series: Stepped,
  points: readonly Point[],
  picks: Readonly<Record<Name, (point: Point) => number | null>>,
  missing: Readonly<Record<Name, number | null>>,
): { readonly x: readonly number[]; readonly y: Readonly<Record<Name, Values>> } => {
  const step = Math.max(1, series.step_seconds);
  const place = (instant: string): number => Math.floor(secondsOf(instant) / step);
  const byPlace = new Map(points.map((point) => [place(point.at), point]));
  // What ends on the edge of a step does not begin the next one.
  const last = Math.ceil(secondsOf(series.to) / step) - 1;
  const first = Math.max(place(series.from), last - MOST_POINTS + 1);
  const places = Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => first + index);
  const y = {} as Record<Name, Values>;
  for (const name of Object.keys(picks) as Name[]) {
    y[name] = places.map((each) => {
      const point = byPlace.get(each);
      return point ? picks[name](point) : missing[name];
    });
  }
  return { x: places.map((each) => each * step), y };
};

/** Below so many points the unfinished one is most of what there is. */
const FEW = 6;

/**
 * Without the step that is not over yet: its counts are part of what they will be, and a line would fall at its end
 * whatever happens. Kept while there is little else.
 */
export const finishedSteps = <Name extends string>(
  series: Stepped,
  points: readonly unknown[],
  filled: { readonly x: readonly number[]; readonly y: Readonly<Record<Name, Values>> },
): typeof filled => {
  const last = filled.x.at(-1);
  const isOver = last === undefined || last + series.step_seconds <= secondsOf(series.to);
  if (isOver || points.length <= FEW) return filled;
  const y = {} as Record<Name, Values>;
  for (const name of Object.keys(filled.y) as Name[]) y[name] = filled.y[name].slice(0, -1);
  return { x: filled.x.slice(0, -1), y };
};

interface Quantiles {
  readonly p10: string | null;
  readonly p50: string | null;
  readonly p90: string | null;
}

/** A count that is forecast to be reached. */
export interface Goal {
  readonly rows: number;
  readonly at: Quantiles;
}

export interface Fan {
  readonly x: readonly number[];
  /** The early, the middle and the late course, in rows. */
  readonly early: Values;
  readonly middle: Values;
  readonly late: Values;
}

type Node = readonly [at: number, rows: number];

const courseOf = (start: Node, goals: readonly Goal[], quantile: keyof Quantiles): readonly Node[] => {
  const nodes: Node[] = [start];
  for (const { rows, at } of goals) {
    const reached = at[quantile];
    // What comes after one that is out of sight is out of sight too.
    if (reached === null) break;
    nodes.push([Math.max(secondsOf(reached), nodes.at(-1)?.[0] ?? 0), rows]);
  }
  return nodes;
};

/** Where a course is at a time: on the line between the goals that it passes; null before and after them. */
const valueAt = (course: readonly Node[], at: number): number | null => {
  const next = course.findIndex(([time]) => time >= at);
  const to = course[next];
  if (!to) return null;
  if (to[0] === at) return to[1];
  const from = course[next - 1];
  if (!from) return null;
  return from[1] + ((to[1] - from[1]) * (at - from[0])) / (to[0] - from[0]);
};

/**
 * The forecast as three courses from a count of now through the goals ahead of it (in the order of their rows). Between
 * goals the lines are only drawn: what is forecast are the times of the goals.
 */
export const fanOf = (now: string, rows: number, goals: readonly Goal[]): Fan => {
  const start: Node = [secondsOf(now), rows];
  const ahead = goals.filter((goal) => goal.rows > rows).toSorted((one, other) => one.rows - other.rows);
  const courses = (['p10', 'p50', 'p90'] as const).map((quantile) => courseOf(start, ahead, quantile));
  const x = [...new Set(courses.flatMap((course) => course.map(([at]) => at)))].toSorted((a, b) => a - b);
  const [early = [], middle = [], late = []] = courses.map((course) => {
    const values = x.map((at) => valueAt(course, at));
    const end = course.at(-1);
    // The first to be full stays so: the band lies between it and the last one.
    return end ? values.map((value, index) => value ?? ((x[index] ?? 0) > end[0] ? end[1] : null)) : values;
  });
  return { x, early, middle, late };
};

/** Whether there is anything to draw. */
export const hasValues = (series: readonly { readonly values: Values }[]): boolean =>
  series.some(({ values }) => values.some((value) => value !== null));

/** The last place at which anything is known; -1 when there is none. */
export const lastKnown = (series: readonly { readonly values: Values }[], length: number): number => {
  for (let index = length - 1; index >= 0; index -= 1)
    if (series.some(({ values }) => (values[index] ?? null) !== null)) return index;
  return -1;
};
