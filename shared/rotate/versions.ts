import { ALSO_VALID } from '../config/secret-reference.ts';

/** The staging labels of Secrets Manager that matter here; each is on one version at a time. */
export const STAGE = {
  current: 'AWSCURRENT',
  pending: 'AWSPENDING',
  /** What an operator puts on a value that only a vendor can make; Claywatch takes it from there. */
  supplied: 'CLAYWATCH_SUPPLIED',
  /** The version before, while it is still accepted. */
  alsoValid: ALSO_VALID,
} as const;

export type Stage = (typeof STAGE)[keyof typeof STAGE];

export interface Described {
  readonly arn: string;
  readonly name: string;
  /** Labels by version; a version without any is as good as gone. */
  readonly stages: Readonly<Record<string, readonly string[]>>;
  /** The ARN of the function that rotates it; left out: none does. */
  readonly rotatedBy?: string;
}

export interface ReadVersion {
  readonly version: string;
  readonly text: string;
}

/**
 * The versions of secrets, as Secrets Manager keeps them: each is written once, labels move atomically. `id` is a name or
 * an ARN. Faults reject: `secret.forbidden` as a `SecretDenied`.
 */
export interface SecretVersions {
  describe(id: string): Promise<Described>;
  /** Null: there is none, or it has no value yet, as that of a rotation that has just begun. */
  read(
    id: string,
    which: { readonly version: string } | { readonly stage: Stage },
  ): Promise<ReadVersion | null>;
  /** Writes a version and makes it pending. exists: it was written before, with another value. */
  putPending(id: string, version: string, text: string): Promise<'put' | 'exists'>;
  /**
   * Puts a label on a version, or takes it off. elsewhere: it is not on `from` any more, so nothing was done. Moving
   * AWSCURRENT puts AWSPREVIOUS on the version that had it.
   */
  move(
    id: string,
    stage: Stage,
    change: { readonly to?: string; readonly from?: string },
  ): Promise<'moved' | 'elsewhere'>;
}

/** How Secrets Manager is asked to rotate a secret. */
export interface RotationStarter {
  /**
   * Returns once it is begun; the steps follow by themselves. again: one was under way, and is taken up again. Faults
   * reject: `secret.forbidden` as a `SecretDenied`.
   */
  start(id: string): Promise<'begun' | 'again'>;
}

/** The version that carries a label; null: none does. */
export const holderOf = ({ stages }: Pick<Described, 'stages'>, stage: Stage): string | null =>
  Object.entries(stages).find(([, labels]) => labels.includes(stage))?.[0] ?? null;
