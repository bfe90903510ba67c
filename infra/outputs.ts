import { CfnOutput, type Stack } from 'aws-cdk-lib';

export interface Output {
  readonly value: string;
  readonly description: string;
}

/** By name. */
export type Outputs = Readonly<Record<string, Output>>;

/**
 * Lets a stack put these out under their names: `TableName`, `CallbackUrl` and so on, as the guides call them. Once for
 * each installation, since a stack has each name once; for a second one give a prefix.
 */
export const addOutputs = (stack: Stack, outputs: Outputs, prefix = ''): void => {
  for (const [name, output] of Object.entries(outputs)) {
    new CfnOutput(stack, `${prefix}${name}`, output);
  }
};
