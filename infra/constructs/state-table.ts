import { RemovalPolicy } from 'aws-cdk-lib';
import {
  AttributeType,
  Billing,
  type CfnGlobalTable,
  ProjectionType,
  TableEncryptionV2,
  TableV2,
} from 'aws-cdk-lib/aws-dynamodb';
import { type IKey, Key } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import { tableDefinition } from '../../shared/aws/dynamodb/table.ts';

/**
 * What the table is encrypted with. `aws-owned`: a key of DynamoDB's, free and out of sight. `aws-managed`: the account's
 * own `aws/dynamodb`, free to keep; its uses are in CloudTrail. `customer-managed`: a key that is made here, rotated
 * yearly, 1 USD a month. Or a key that exists.
 */
export type TableKey = 'aws-owned' | 'aws-managed' | 'customer-managed' | IKey;

export interface StateTableProps {
  readonly key: TableKey;
  /** Whether it can be deleted neither by hand nor with its stack. */
  readonly protect: boolean;
}

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
 * days, and kept whatever happens to the stack unless told otherwise. Its name is CloudFormation's, so that a failed
 * first deployment does not leave a name behind that blocks the second.
 */
export class StateTable extends Construct {
  readonly table: TableV2;
  readonly key: IKey | undefined;

  constructor(scope: Construct, id: string, { key, protect }: StateTableProps) {
    super(scope, id);
    this.key = this.keyOf(key);
    this.table = new TableV2(this, 'Table', {
      ...keysOf(tableDefinition),
      globalSecondaryIndexes: tableDefinition.globalSecondaryIndexes.map((index) => ({
        indexName: index.indexName,
        projectionType: ProjectionType[index.projection],
        ...keysOf(index),
      })),
      billing: Billing.onDemand(),
      encryption:
        key === 'aws-owned' ? TableEncryptionV2.dynamoOwnedKey() : TableEncryptionV2.awsManagedKey(),
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      timeToLiveAttribute: tableDefinition.timeToLiveAttribute,
      deletionProtection: protect,
      removalPolicy: protect ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    });
    // CDK names a customer's key only in a stack that names its region, which an app for any account does not.
    if (this.key) {
      const table = this.table.node.defaultChild as CfnGlobalTable;
      table.addPropertyOverride('Replicas.0.SSESpecification.KMSMasterKeyId', this.key.keyArn);
    }
  }

  private keyOf(key: TableKey): IKey | undefined {
    if (key === 'aws-owned' || key === 'aws-managed') return undefined;
    if (key !== 'customer-managed') return key;
    return new Key(this, 'Key', {
      description:
        'Encrypts the table of Claywatch. Without it nothing there can be read again: never delete it.',
      enableKeyRotation: true,
      removalPolicy: RemovalPolicy.RETAIN,
    });
  }
}
