import { isoInstant } from '../clock.ts';
import { type Observation, observation } from './observation.ts';

export const ROTATION = 'rotation';
/** Ends the name of the probe that looks at a change rather than at an attempt. */
export const CHANGE = ':change';

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
    /** `why` is safe to show. */
    | { readonly kind: 'failed'; readonly step: RotationStep; readonly why?: string }
    /** Long after it, some still send the old secret and others the new one. */
    | { readonly kind: 'unfinished'; readonly waiting: readonly string[] }
    /** Nobody took the new secret, so the old one is current again. */
    | { readonly kind: 'rolled-back'; readonly waiting: readonly string[] };
  /** A new value that became current. Left out: none did since it was first looked at. */
  readonly change?: {
    /** Epoch ms. */
    readonly at: number;
    /** It is not over: the old one is valid too, or nothing has used the new one yet. */
    readonly isOpen: boolean;
    /** The keys of the configuration that name it. */
    readonly keys: readonly string[];
    /** Who has not been seen with the new one. */
    readonly waiting: readonly string[];
    /** When it ends at the latest, where somebody has to do something until then; epoch ms. */
    readonly until?: number;
  };
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

const LISTED = 10;
const listed = (names: readonly string[]): string =>
  names.length > LISTED
    ? `${names.slice(0, LISTED).join(', ')} and ${names.length - LISTED} more`
    : names.join(', ');

const said = ({ secret, at }: Pick<Rotation, 'secret' | 'at'>, now: number) =>
  ({
    probe: `${ROTATION}:${secret}`,
    surface: 'rotation',
    subject: secret,
    at: Math.min(now, at),
    durationMs: 0,
  }) as const;

/** What came of a rotation, with what an administrator must grant where it was denied; no value of a secret. */
export const observeRotation = (rotation: Rotation, now: number): Observation => {
  const { secret, result, role } = rotation;
  const about = said(rotation, now);
  switch (result.kind) {
    case 'rotated':
      return observation({ ...about, finding: 'rotated', summary: `The secret ${secret} was rotated.` });
    case 'failed':
      return observation({
        ...about,
        finding: 'failed',
        summary: `The rotation of ${secret} failed in its step ${result.step}${
          result.why === undefined ? '' : ` (${result.why.replace(/\.$/, '')})`
        }. The old value is still valid.`,
        facts: { step: result.step },
      });
    case 'unfinished':
      return observation({
        ...about,
        finding: 'unfinished',
        summary: `${secret} was rotated, and some still send the old secret: ${listed(result.waiting)}. Both are valid until they do not.`,
        facts: { waiting: listed(result.waiting) },
      });
    case 'rolled-back':
      return observation({
        ...about,
        finding: 'rolled-back',
        summary: `Nobody took the new secret of ${secret}, so the old one is current again, and the new one is not valid. Still on the old one: ${listed(result.waiting)}.`,
        facts: { waiting: listed(result.waiting) },
      });
    case 'denied': {
      const named = result.action !== undefined && ACTION.test(result.action) ? [result.action] : null;
      const grant = (named ?? STEP_ACTIONS[result.step]).join(', ');
      return observation({
        ...about,
        finding: 'denied',
        summary: `${secret}, step ${result.step}: grant ${role ?? 'the rotation role'} ${grant} on ${resourceOf(rotation)}.`,
        facts: {
          step: result.step,
          grant,
          on: resourceOf(rotation),
          ...(role === undefined ? {} : { to: role }),
        },
      });
    }
  }
};

/** A new secret that is in force: open until all have taken it; null: there never was one. */
export const observeChange = (rotation: Rotation, now: number): Observation | null => {
  const { secret, change } = rotation;
  if (!change) return null;
  const { keys, waiting, until, isOpen } = change;
  const about = { ...said({ secret, at: change.at }, now), probe: `${ROTATION}:${secret}${CHANGE}` };
  if (!isOpen)
    return observation({
      ...about,
      finding: 'rotated',
      summary: `The new secret of ${secret} is in use, and the old one is not needed any more.`,
    });
  const still = waiting.length === 0 ? '' : ` Still on the old one: ${listed(waiting)}.`;
  const end =
    until === undefined
      ? ''
      : ` The old one is valid beside it until ${isoInstant(until)} at the latest, if all have changed by then.`;
  return observation({
    ...about,
    finding: 'changing',
    summary: `${secret} has a new value since ${isoInstant(change.at)} (${listed(keys)}).${still}${end}`,
    facts: {
      keys: listed(keys),
      ...(waiting.length === 0 ? {} : { waiting: listed(waiting) }),
      ...(until === undefined ? {} : { until: isoInstant(until) }),
    },
  });
};
