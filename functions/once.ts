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
