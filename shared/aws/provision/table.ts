import {
  CreateTableCommand,
  type CreateTableCommandInput,
  DynamoDBClient,
  type DynamoDBClientConfig,
  ResourceInUseException,
} from '@aws-sdk/client-dynamodb';

/** Creates a DynamoDB table where CloudFormation does not: on an emulator. One that is there already stays as it is. */
export const ensureTable = async (
  config: DynamoDBClientConfig,
  definition: CreateTableCommandInput,
): Promise<void> => {
  const client = new DynamoDBClient(config);
  try {
    await client.send(new CreateTableCommand(definition));
  } catch (error) {
    if (!(error instanceof ResourceInUseException)) throw error;
  } finally {
    client.destroy();
  }
};
