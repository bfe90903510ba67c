import { Construct } from 'constructs';
import type { Claywatch } from '../claywatch.ts';
export class Dashboards extends Construct {
  constructor(scope: Construct, id: string, _: Claywatch) {
    super(scope, id);
  }
}
