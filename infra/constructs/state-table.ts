import { RemovalPolicy } from 'aws-cdk-lib';
import { AttributeType, Billing, ProjectionType, TableEncryptionV2, TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { Construct } from 'constructs';
import { tableDefinition } from '../../shared/aws/dynamodb/table.ts';

const TYPES = { S: AttributeType.STRING } as const;

interface Keyed {
  readonly partitionKey: { readonly name: string; readonly type: keyof typeof TYPES };
  readonly sortKey: { readonly name: string; readonly type: keyof typeof TYPES };
}

const keysOf = ({ partitionKey, sortKey }: Keyed) => ({
  partitionKey: { name: partitionKey.name, type: TYPES[partitionKey.type] },
  sortKey: { name: sortKey.name, type: TYPES[sortKey.type] },
});

/**
 * The one table, in the shape that the stores define. On demand, encrypted, restorable to any second of the last 35
 * days, and kept whatever happens to the stack. Its name is CloudFormation's, so that a failed first deployment does
 * not leave a name behind that blocks the second.
 */
export class StateTable extends Construct {
  readonly table: TableV2;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    this.table = new TableV2(this, 'Table', {
      ...keysOf(tableDefinition),
      globalSecondaryIndexes: tableDefinition.globalSecondaryIndexes.map((index) => ({
        indexName: index.indexName,
        projectionType: ProjectionType[index.projection],
        ...keysOf(index),
      })),
      billing: Billing.onDemand(),
      encryption: TableEncryptionV2.awsManagedKey(),
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      timeToLiveAttribute: tableDefinition.timeToLiveAttribute,
      deletionProtection: true,
      removalPolicy: RemovalPolicy.RETAIN,
    });
  }
}
