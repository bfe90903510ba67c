import { createHash } from 'node:crypto';
import { createSecretsClient } from '../../shared/aws/secrets/client.ts';
import { createSecretReader } from '../../shared/aws/secrets/reader.ts';
import { systemClock } from '../../shared/clock.ts';
import type { SecretReference } from '../../shared/config/secret-reference.ts';
import { createMeasure, type Measure } from '../../shared/metrics/measure.ts';
import { coalesceSends } from '../../shared/relay/intake/coalesce.ts';
import { feedIntake } from '../../shared/relay/intake/feed-intake.ts';
import { createPlaces } from '../../shared/rows/row-id.ts';
import { entityHash } from '../http/entity-hash.ts';
import { createUseNotes } from '../http/secret-use.ts';
import { createSenders } from '../http/senders.ts';
import { ofEachFeed, readSettings } from '../http/settings.ts';
import { later } from '../later.ts';
import { once } from '../once.ts';
import type { RelayEnvironment } from './environment.ts';
import type { RelayDependencies } from './handler.ts';

const HOUR_MS = 3_600_000;

/**
 * Makes every adapter that `relay` needs; reads the configuration and opens no connection. Before a row is taken its
 * sender's secret is read; what rows are put into is loaded while that is on its way.
 */
export const createDependencies = async (
  environment: RelayEnvironment,
  env: Readonly<Record<string, string | undefined>>,
  onFault: (error: unknown) => void,
): Promise<RelayDependencies & { readonly measure: Measure }> => {
  const settings = await readSettings(environment.CLAYWATCH_CONFIG);
  const { installation, relay } = settings;
  const clock = systemClock;
  const secrets = createSecretReader({ env, clock, secretsManager: createSecretsClient });
  // Loaded when a row has come: a request that is refused does without.
  const waker = once(async () => {
    const [{ createLambdaClient }, { createLambdaWaker }] = await Promise.all([
      import('../../shared/aws/lambda/client.ts'),
      import('../../shared/aws/lambda/waker.ts'),
    ]);
    const client = createLambdaClient();
    return createLambdaWaker({
      ...{ client, clock, onFault },
      functionName: environment.FORWARD_FUNCTION,
      everyMs: relay.wakeEverySeconds * 1_000,
    });
  });
  const store = later(async () => {
    const { createStore } = await import('./store.ts');
    return createStore({
      tableName: environment.TABLE_NAME,
      queueUrlPrefix: environment.ROW_QUEUE_PREFIX,
      rowsKey: environment.ROWS_KEY as SecretReference,
      keepMs: relay.idempotencyHours * HOUR_MS,
      ...{ secrets, clock },
    });
  });
  const noteUse = createUseNotes({
    log: store.methods('uses', 'note'),
    ...{ clock, onFault },
  });
  return {
    measure: createMeasure(settings, clock),
    feeds: ofEachFeed(settings, (feed, name) => feedIntake(feed, relay, entityHash(installation, name))),
    senders: createSenders({
      ...{ feeds: ofEachFeed(settings, (feed) => feed.relay), secrets, clock, onFault },
      noteUse: (feed, use) => noteUse(`relay/${feed}`, use),
    }),
    maxBytes: relay.maxRequestBytes,
    queue: coalesceSends(store.methods('queue', 'send')),
    idempotency: store.methods('idempotency', 'begin', 'done'),
    seen: store.methods('seen', 'lastTaken', 'taken'),
    waker: { wake: async (feed) => (await waker()).wake(feed) },
    takePlaces: createPlaces({ clock }),
    digest: (text) => createHash('sha256').update(text).digest('base64url'),
    clock,
    onFault,
  };
};
