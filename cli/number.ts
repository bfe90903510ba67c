import { InvalidArgumentError } from 'commander';

/** Reads a whole number of an option; throws commander's error for anything else. */
export const wholeNumber =
  (max: number) =>
  (text: string): number => {
    const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
    if (value <= max) return value;
    throw new InvalidArgumentError(`It takes a whole number from 0 to ${max}, written without separators.`);
  };

/** Reads a number of credits, which may be fractional. */
export const credits =
  (max: number) =>
  (text: string): number => {
    const value = /^\d{1,15}(\.\d{1,6})?$/.test(text) ? Number(text) : Number.NaN;
    if (value <= max) return value;
    throw new InvalidArgumentError(
      `It takes a number from 0 to ${max}, written without separators, with a dot before the fraction.`,
    );
  };
