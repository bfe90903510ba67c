import { RemovalPolicy } from 'aws-cdk-lib';
import { CfnSecret, Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { acknowledge } from '../acknowledge.ts';

/**
 * The secrets that the configuration names. Those below `<installation>/` are created, without a value: a person puts
 * it in afterwards, so that it passes neither a template nor a repository. Any other is somebody else's, and exists.
 */
export class Secrets extends Construct {
  /** ARNs that a policy may name, by name; a secret that exists is known up to the six characters AWS appends. */
  readonly readableArns: ReadonlyMap<string, string>;

  constructor(scope: Construct, id: string, installation: string, names: readonly string[]) {
    super(scope, id);
    this.readableArns = new Map(
      names.map((name) => [
        name,
        name.startsWith(`${installation}/`)
          ? this.create(name)
          : `${Secret.fromSecretNameV2(this, name, name).secretArn}-??????`,
      ]),
    );
  }

  private create(name: string): string {
    const secret = new CfnSecret(this, name.replaceAll('/', '.'), {
      name,
      description:
        'Read by Claywatch. Created empty: put the value in with `aws secretsmanager put-secret-value`.',
    });
    secret.applyRemovalPolicy(RemovalPolicy.RETAIN);
    acknowledge(
      secret,
      'AwsSolutions-SMG4',
      "The value is Clay's or a customer system's: only a person can issue a new one there. Claywatch sees it within a minute.",
    );
    return secret.ref;
  }
}
