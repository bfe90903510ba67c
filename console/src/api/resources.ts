import type { Api } from './client.ts';
import { createPoller, type Poller, type PollerPorts } from './poller.ts';

export interface Resources {
  /** The one poller of a path; those that nobody listens to keep what they last saw. */
  readonly of: <T>(path: string, everyMs: number) => Poller<T>;
  /** After an action: everything that is on the screen is read again. */
  readonly refreshShown: () => Promise<void>;
  readonly visibilityChanged: () => void;
  /** Forgets everything: another person may sign in. */
  readonly clear: () => void;
}

export interface ResourcesPorts extends Omit<PollerPorts<unknown>, 'load' | 'everyMs'> {
  readonly api: Pick<Api, 'load'>;
  readonly onSignedOut: () => void;
}

/** Kept though nobody listens, so that going back shows at once what was there. */
const KEPT = 60;

export const createResources = ({ api, onSignedOut, ...ports }: ResourcesPorts): Resources => {
  const pollers = new Map<string, Poller<unknown>>();

  const forgetSome = (): void => {
    for (const [path, poller] of pollers) {
      if (pollers.size <= KEPT) return;
      if (!poller.listened()) pollers.delete(path);
    }
  };

  return {
    of: <T>(path: string, everyMs: number): Poller<T> => {
      const known = pollers.get(path) as Poller<T> | undefined;
      if (known) {
        known.setEvery(everyMs);
        return known;
      }
      const made = createPoller<T>({
        ...ports,
        everyMs,
        load: async (etag) => {
          const answer = await api.load<T>(path, etag);
          if (answer.kind === 'failed' && answer.problem.kind === 'signed-out') onSignedOut();
          return answer;
        },
      });
      pollers.set(path, made as Poller<unknown>);
      forgetSome();
      return made;
    },
    refreshShown: async () => {
      await Promise.all(
        [...pollers.values()].filter((each) => each.listened()).map((each) => each.refresh()),
      );
    },
    visibilityChanged: () => {
      for (const poller of pollers.values()) poller.visibilityChanged();
    },
    clear: () => pollers.clear(),
  };
};
