import { type Observation, observation } from './observation.ts';

export const ROTATION = 'rotation';

/** The steps of a rotation by Secrets Manager, in its order. */
export type RotationStep = 'createSecret' | 'setSecret' | 'testSecret' | 'finishSecret';

/** How the last rotation of a secret ended. */
export interface Rotation {
  /** The name of the secret. */
  readonly secret: string;
  /** Its ARN, as the resource of what has to be granted; left out: by its name. */
  readonly arn?: string;
  /** The role that was refused, by name or ARN. */
  readonly role?: string;
  /** Epoch ms. */
  readonly at: number;
  readonly result:
    | { readonly kind: 'rotated' }
    | { readonly kind: 'denied'; readonly step: RotationStep; readonly action?: string }
    | { readonly kind: 'failed'; readonly step: RotationStep };
}

/** What each step asks of Secrets Manager, to name what is missing where the refusal does not. */
export const STEP_ACTIONS: Readonly<Record<RotationStep, readonly string[]>> = {
  createSecret: ['secretsmanager:GetSecretValue', 'secretsmanager:PutSecretValue'],
  setSecret: ['secretsmanager:DescribeSecret', 'secretsmanager:GetSecretValue'],
  testSecret: ['secretsmanager:GetSecretValue'],
  finishSecret: ['secretsmanager:DescribeSecret', 'secretsmanager:UpdateSecretVersionStage'],
};

/** An action of IAM; anything else that a refusal holds is not repeated. */
const ACTION = /^[a-z0-9-]{2,40}:[A-Za-z]{3,60}$/;

const resourceOf = ({ arn, secret }: Rotation): string =>
  arn ?? `arn:aws:secretsmanager:<region>:<account>:secret:${secret}-??????`;

/** What came of a rotation, with what an administrator must grant where it was denied; no value of a secret. */
export const observeRotation = (rotation: Rotation, now: number): Observation => {
  const { secret, result, role } = rotation;
  const said = {
    probe: `${ROTATION}:${secret}`,
    surface: 'rotation',
    subject: secret,
    at: Math.min(now, rotation.at),
    durationMs: 0,
  } as const;
  if (result.kind === 'rotated')
    return observation({ ...said, finding: 'rotated', summary: `The secret ${secret} was rotated.` });
  if (result.kind === 'failed')
    return observation({
      ...said,
      finding: 'failed',
      summary: `The rotation of ${secret} failed in its step ${result.step}. The old value is still valid.`,
      facts: { step: result.step },
    });
  const named = result.action !== undefined && ACTION.test(result.action) ? [result.action] : null;
  const grant = (named ?? STEP_ACTIONS[result.step]).join(', ');
  return observation({
    ...said,
    finding: 'denied',
    summary: `${secret}, step ${result.step}: grant ${role ?? 'the rotation role'} ${grant} on ${resourceOf(rotation)}.`,
    facts: {
      step: result.step,
      grant,
      on: resourceOf(rotation),
      ...(role === undefined ? {} : { to: role }),
    },
  });
};
