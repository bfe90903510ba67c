import { dynamoContracts } from './dynamodb.ts';
import { startDynalite } from './local-table.ts';

dynamoContracts('DynamoDB, embedded (dynalite)', startDynalite);
