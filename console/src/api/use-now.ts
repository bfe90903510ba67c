import { useEffect, useState } from 'preact/hooks';
import { useConsole } from './context.ts';

type Tick = () => void;

const ticking = new Set<Tick>();
let timer: number | null = null;

const tick = (): void => {
  for (const each of [...ticking]) each();
};

/** One timer for all that shows time, and none while the page is hidden. */
const settle = (): void => {
  const wanted = ticking.size > 0 && !document.hidden;
  if (wanted && timer === null) timer = window.setInterval(tick, 1_000);
  else if (!wanted && timer !== null) {
    window.clearInterval(timer);
    timer = null;
  }
};

document.addEventListener('visibilitychange', () => {
  settle();
  if (!document.hidden) tick();
});

/** The server's time, epoch ms; drawn anew every `stepMs` (whole seconds). */
export const useNow = (stepMs = 1_000): number => {
  const { now } = useConsole();
  const [, redraw] = useState(0);
  useEffect(() => {
    const onTick = (): void => redraw(Math.floor(now() / stepMs));
    ticking.add(onTick);
    settle();
    return () => {
      ticking.delete(onTick);
      settle();
    };
  }, [now, stepMs]);
  return now();
};
