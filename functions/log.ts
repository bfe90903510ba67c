import { Logger } from '@aws-lambda-powertools/logger';

/** The structured log of one function: one JSON document a line. */
export const createLogger = (functionName: string): Logger =>
  new Logger({ serviceName: 'claywatch', persistentKeys: { function: functionName } });
