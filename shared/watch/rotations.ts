import type { Clock } from '../clock.ts';
import type { Probe } from '../observe/probe.ts';
import { observeChange, observeRotation, ROTATION, type Rotation } from '../observe/rotation.ts';

/** Whoever rotates secrets keeps how the last attempt of each ended. */
export interface RotationReader {
  latest(): Promise<readonly Rotation[]>;
}

export const isRotation = (probe: string): boolean => probe === ROTATION || probe.startsWith(`${ROTATION}:`);

/** How the rotations of secrets ended; none where nothing rotates them. */
export const createRotationProbes = (
  reader: RotationReader | undefined,
  clock: Pick<Clock, 'now'>,
): readonly Probe[] =>
  reader
    ? [
        {
          id: ROTATION,
          surface: 'rotation',
          subject: 'secrets',
          everyMinutes: 1,
          title: 'Rotation of secrets',
          run: async () =>
            (await reader.latest()).flatMap((one) => [
              observeRotation(one, clock.now()),
              ...[observeChange(one, clock.now())].filter((seen) => seen !== null),
            ]),
        },
      ]
    : [];
