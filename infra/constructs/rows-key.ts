import { RemovalPolicy } from 'aws-cdk-lib';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { acknowledge } from '../acknowledge.ts';

/** Letters and digits: some 380 bits, more than the key that is made from them has. */
const LENGTH = 64;

/** The key that seals rows wherever they rest. AWS makes it up, so that no person and no template ever has it. */
export class RowsKey extends Construct {
  readonly arn: string;

  constructor(scope: Construct, id: string, name: string) {
    super(scope, id);
    const secret = new Secret(this, 'Secret', {
      secretName: name,
      description:
        'Seals the rows that Claywatch keeps. Without it they cannot be read again: never delete it.',
      generateSecretString: { passwordLength: LENGTH, excludePunctuation: true },
      // Except when it was never made whole, so that a second deployment finds its name free.
      removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    });
    acknowledge(
      secret,
      'AwsSolutions-SMG4',
      'Rows that rest are sealed with it, for months: a new key must be put before the old one, which a rotation would throw away, and rows with it.',
    );
    this.arn = secret.secretArn;
  }
}
