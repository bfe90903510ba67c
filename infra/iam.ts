import { PolicyStatement } from 'aws-cdk-lib/aws-iam';

export const allow = (sid: string, actions: string[], resources: string[]): PolicyStatement =>
  new PolicyStatement({ sid, actions, resources });
