import { createDynamoClient } from '../../shared/aws/dynamodb/client.ts';
import { createDynamoSecretUseLog } from '../../shared/aws/dynamodb/secret-use-log.ts';
import { createDynamoSignInAttempts } from '../../shared/aws/dynamodb/sign-in-attempts.ts';
import { createSecretReader } from '../../shared/aws/secrets/reader.ts';
import { systemClock } from '../../shared/clock.ts';
import { createSignInLimit } from '../../shared/session/limit.ts';
import { readConfig } from '../configuration.ts';
import { createAccess, createSecretCheck } from '../http/access.ts';
import { createUseNotes } from '../http/secret-use.ts';
import { createSessions } from '../http/session.ts';
import { once } from '../once.ts';
import type { ConsoleEnvironment } from './environment.ts';
import { createFiles } from './files.ts';
import type { ConsoleDependencies } from './handler.ts';
import { ROUTES } from './routes.ts';

/** Makes every adapter that `console` needs; reads the configuration and opens no connection. */
export const createDependencies = async (
  environment: ConsoleEnvironment,
  env: Readonly<Record<string, string | undefined>>,
  { onFault, onSignIn }: Pick<ConsoleDependencies, 'onFault' | 'onSignIn'>,
): Promise<ConsoleDependencies> => {
  const config = await readConfig(environment.CLAYWATCH_CONFIG);
  const clock = systemClock;
  const secrets = createSecretReader({ env, clock });
  const table = { client: createDynamoClient(), tableName: environment.TABLE_NAME };
  const note = createUseNotes({ log: createDynamoSecretUseLog(table), clock, onFault });
  const options = {
    ...{ respond: config.respond, console: config.console, secrets, clock, onFault },
    noteUse: (role: string, use: Parameters<typeof note>[1]) => note(`console/${role}`, use),
  };
  const { oidc, enabled, sessionHours, others } = config.console;
  const { publicUrl } = config.respond;
  const [, back = ''] = ROUTES.oidcReturn.split(' ');
  return {
    enabled,
    sessionHours,
    others,
    files: createFiles(environment.CONSOLE_FILES),
    access: createAccess(options),
    secretCheck: createSecretCheck(options),
    sessions: createSessions(options),
    limit: createSignInLimit({ attempts: createDynamoSignInAttempts(table), clock }),
    hasProvider: oidc !== undefined,
    provider:
      oidc &&
      once(async () => {
        const { createProvider } = await import('./provider.ts');
        return createProvider({ oidc, redirectUri: `${publicUrl}${back}`, secrets, clock });
      }),
    clock,
    onSignIn,
    onFault,
  };
};
