import { useEffect, useState } from 'preact/hooks';

/** What a custom property of colour comes to here and now: a canvas knows neither `var()` nor `light-dark()`. */
export const resolveColors = <Name extends string>(
  within: HTMLElement,
  names: readonly Name[],
): Readonly<Record<Name, string>> => {
  const probe = document.createElement('span');
  probe.hidden = true;
  within.append(probe);
  const colors = Object.fromEntries(
    names.map((name) => {
      probe.style.color = `var(--${name})`;
      return [name, getComputedStyle(probe).color];
    }),
  ) as Record<Name, string>;
  probe.remove();
  return colors;
};

/** `rgb(1, 2, 3)` with an opacity. */
export const faint = (color: string, opacity: number): string =>
  color.replace(/^rgb\(([^)]+)\)$/, (_, parts: string) => `rgba(${parts}, ${opacity})`);

/** Changes whenever the colours of the page do. */
export const useScheme = (): number => {
  const [scheme, setScheme] = useState(0);
  useEffect(() => {
    const onChange = (): void => setScheme((count) => count + 1);
    const dark = window.matchMedia('(prefers-color-scheme: dark)');
    const switched = new MutationObserver(onChange);
    switched.observe(document.documentElement, { attributeFilter: ['data-theme'] });
    dark.addEventListener('change', onChange);
    return () => {
      dark.removeEventListener('change', onChange);
      switched.disconnect();
    };
  }, []);
  return scheme;
};
