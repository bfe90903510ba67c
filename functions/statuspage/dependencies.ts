import { createDynamoClient } from '../../shared/aws/dynamodb/client.ts';
import { createDynamoStatusPageSource } from '../../shared/aws/dynamodb/statuspage-source.ts';
import { systemClock } from '../../shared/clock.ts';
import { readConfig } from '../configuration.ts';
import type { StatuspageEnvironment } from './environment.ts';
import type { StatuspageDependencies } from './handler.ts';
import { createPages } from './pages.ts';

/** Makes every adapter that `statuspage` needs; reads the configuration and opens no connection. */
export const createDependencies = async (
  environment: StatuspageEnvironment,
  onFault: (error: unknown) => void,
): Promise<StatuspageDependencies> => {
  const config = await readConfig(environment.CLAYWATCH_CONFIG);
  const source = createDynamoStatusPageSource({
    client: createDynamoClient(),
    tableName: environment.TABLE_NAME,
  });
  return {
    published: config.statusPage.published,
    publicUrl: config.respond.publicUrl,
    page: createPages({ source, config, clock: systemClock, onFault }),
    onFault,
  };
};
