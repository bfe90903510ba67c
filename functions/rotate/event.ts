import * as z from 'zod/mini';

/**
 * What Secrets Manager sends for each step; `RotationToken`, which it adds for functions of other accounts, is not
 * needed.
 */
const step = z.object({
  SecretId: z.string().check(z.minLength(1), z.maxLength(2_048)),
  ClientRequestToken: z
    .string()
    .check(z.minLength(32, 'the id of a version'), z.maxLength(64, 'the id of a version')),
  Step: z.enum(['createSecret', 'setSecret', 'testSecret', 'finishSecret']),
});

/** What the schedule sends. */
const upkeep = z.object({ slot: z.string().check(z.minLength(1)) });

export const rotateEvent = z.pipe(
  z.union([step, upkeep], 'a step of Secrets Manager, or a slot of the schedule'),
  z.transform((event) =>
    'slot' in event
      ? ({ kind: 'upkeep' } as const)
      : ({
          kind: 'step',
          secretId: event.SecretId,
          token: event.ClientRequestToken,
          step: event.Step,
        } as const),
  ),
);

export type RotateEvent = z.output<typeof rotateEvent>;
