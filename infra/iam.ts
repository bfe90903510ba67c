import { type Conditions, PolicyStatement } from 'aws-cdk-lib/aws-iam';

export const allow = (
  sid: string,
  actions: string[],
  resources: string[],
  conditions?: Conditions,
): PolicyStatement =>
  new PolicyStatement({ sid, actions, resources, ...(conditions === undefined ? {} : { conditions }) });
