/** Makes a thing at its first use and keeps it; a failure is not kept. */
export const once = <T>(make: () => T | Promise<T>): (() => Promise<T>) => {
  let made: Promise<T> | undefined;
  return () => {
    made ??= Promise.resolve()
      .then(make)
      .catch((error) => {
        made = undefined;
        throw error;
      });
    return made;
  };
};

/**
 * Makes a thing that `once` makes as soon as what is being done has to wait for something, instead of when it is needed.
 * A failure shows when it is.
 */
export const whileWaiting = (make: () => Promise<unknown>): void => {
  setImmediate(() => make().catch(() => undefined));
};
