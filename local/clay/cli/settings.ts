import { InvalidArgumentError } from 'commander';

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
