import { ClaywatchError } from '../errors.ts';

/** A call that this process may not make, with what has to be granted, as far as the refusal says. */
export class SecretDenied extends ClaywatchError {
  /** As IAM writes it: `secretsmanager:PutSecretValue`. */
  readonly action: string | undefined;
  /** The name of the role that was refused. */
  readonly role: string | undefined;

  constructor(what: string, { action, role }: { action?: string | undefined; role?: string | undefined }) {
    super(
      'secret.forbidden',
      `${what} was denied.`,
      `Grant ${role ?? 'the role of the rotation function'} ${action ?? 'what the step takes'} on this secret.`,
    );
    this.action = action;
    this.role = role;
  }
}
