import { InvalidArgumentError } from 'commander';
import type { PoolEntry } from '../core/options.ts';

/** Where the simulation listens, and where its commands look for it. */
export const DEFAULT_PORT = 7_700;

const wholeNumber = (min: number, max: number) => (text: string) => {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < min || value > max) {
    throw new InvalidArgumentError(`It must be a whole number from ${min} to ${max}.`);
  }
  return value;
};

export const portNumber = wholeNumber(0, 65_535);
export const amount = wholeNumber(0, 10_000_000);
export const rowCount = wholeNumber(1, 1_000);
export const perMinute = wholeNumber(1, 1_200);

const POOL_ENTRY = /^([a-z][a-z0-9-]{0,39}):([a-z][a-z0-9-]{0,39})(?::(\d{1,7}))?$/;

/** `leads-1:leads:44900`; no two of the same name. */
export const poolEntry = (text: string, before: readonly PoolEntry[]): PoolEntry => {
  const [, id, table, taken = '0'] = POOL_ENTRY.exec(text) ?? [];
  if (id === undefined || table === undefined) {
    throw new InvalidArgumentError('It must be ID:TABLE or ID:TABLE:TAKEN, as in leads-1:leads:44900.');
  }
  if (before.some((entry) => entry.id === id)) {
    throw new InvalidArgumentError(`There is a webhook ${id} already.`);
  }
  return { id, table, startCount: Number(taken) };
};
