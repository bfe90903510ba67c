import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import type { LoadPlan, LoadResult } from './callbacks-load.ts';

/** Makes the load from a process of its own, so that making it does not slow what is measured. */
export const load = async (plan: LoadPlan): Promise<LoadResult> => {
  const child = spawn(process.execPath, [fileURLToPath(new URL('./callbacks-load.ts', import.meta.url))], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  child.stdin.end(JSON.stringify(plan));
  return JSON.parse(await text(child.stdout)) as LoadResult;
};

export const inBatches = <T>(items: readonly T[], size: number): readonly (readonly T[])[] =>
  Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );

export const percentile = (values: readonly number[], share: number): number =>
  values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))] ??
  Number.NaN;

export const line = (label: string, value: string, note = '') =>
  console.log(`  ${label.padEnd(44)}${value.padStart(12)}${note && `  ${note}`}`);
export const ms = (value: number) => `${value.toFixed(value < 1 ? 2 : 1)} ms`;

let missed = false;
/** A line with what was promised of it. */
export const promise = (label: string, value: string, promised: string, holds: boolean) => {
  line(label, value, `promised: ${promised}; ${holds ? 'kept' : 'MISSED'}`);
  missed ||= !holds;
};

/** Whether any promise was missed. */
export const hasMissed = (): boolean => missed;
