import { useEffect, useState } from 'preact/hooks';
import { useConsole } from './context.ts';
import type { Problem } from './problem.ts';

export interface Planned<T> {
  /** What would be done; null until it is known, and when it would be refused. */
  readonly plan: T | null;
  /** Why it would be refused, or could not be asked. */
  readonly problem: Problem | null;
}

/** Asks what `body` would do, by its dry run; again whenever it changes. Null: nothing is asked. */
export const usePlan = <T>(path: string | null, body: Readonly<Record<string, unknown>>): Planned<T> => {
  const { api } = useConsole();
  const [planned, setPlanned] = useState<Planned<T>>({ plan: null, problem: null });
  const asked = JSON.stringify(body);
  useEffect(() => {
    if (path === null) return;
    let overtaken = false;
    const ask = async (): Promise<void> => {
      const sent = await api.send<T>(path, { ...JSON.parse(asked), dry_run: true });
      if (overtaken) return;
      setPlanned(
        sent.kind === 'done' ? { plan: sent.data, problem: null } : { plan: null, problem: sent.problem },
      );
    };
    setPlanned({ plan: null, problem: null });
    void ask();
    return () => {
      overtaken = true;
    };
  }, [api, path, asked]);
  return planned;
};
