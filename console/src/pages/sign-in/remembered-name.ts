const NAME_KEY = 'claywatch.name';

/** As it was given the last time in this browser; empty when it never was. */
export const rememberedName = (): string => {
  try {
    return localStorage.getItem(NAME_KEY) ?? '';
  } catch {
    return '';
  }
};

export const rememberName = (name: string): void => {
  try {
    localStorage.setItem(NAME_KEY, name);
  } catch {
    // Asked for again next time.
  }
};
