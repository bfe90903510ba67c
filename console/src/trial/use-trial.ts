import { useEffect, useState } from 'preact/hooks';
import type { TrialResponse } from '../../../local/trial/shape.ts';
import { useConsole } from '../api/context.ts';

export interface Trial {
  /** Null: this is no trial, or nothing is known of it yet. */
  readonly data: TrialResponse | null;
  /** Switches a fault; false when the simulated Clay does not answer. */
  readonly switchFault: (id: string, on: boolean) => Promise<boolean>;
}

const HEADERS = { accept: 'application/json', 'x-claywatch-console': '1' };

/** The trial of the local runtime. It is asked there alone: `GET /trial` is not what anything deployed has. */
export const useTrial = (): Trial => {
  const { api, session } = useConsole();
  const [data, setData] = useState<TrialResponse | null>(null);
  useEffect(() => {
    if (!session.local) return;
    let gone = false;
    const read = async (): Promise<void> => {
      try {
        const response = await fetch(api.address('trial'), { headers: HEADERS, cache: 'no-store' });
        if (response.ok && !gone) setData((await response.json()) as TrialResponse);
      } catch {
        // No trial, or its runtime has ended; the page says so elsewhere.
      }
    };
    void read();
    return () => {
      gone = true;
    };
  }, [api, session.local]);
  const switchFault = async (id: string, on: boolean): Promise<boolean> => {
    const sent = await api.send<TrialResponse>(`trial/faults/${id}`, { on });
    if (sent.kind === 'done') setData(sent.data);
    return sent.kind === 'done';
  };
  return { data, switchFault };
};
