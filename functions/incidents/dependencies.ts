import packageJson from '../../package.json' with { type: 'json' };
import { createDynamoClient } from '../../shared/aws/dynamodb/client.ts';
import { createDynamoCreditStore } from '../../shared/aws/dynamodb/credit-store.ts';
import { createDynamoEvidenceStore } from '../../shared/aws/dynamodb/evidence-store.ts';
import { createDynamoIncidentStore } from '../../shared/aws/dynamodb/incident-store.ts';
import { createDynamoProofLedger } from '../../shared/aws/dynamodb/notify/proof.ts';
import { createDynamoRowsLedger } from '../../shared/aws/dynamodb/rows/ledger.ts';
import { createDynamoSecretUseLog } from '../../shared/aws/dynamodb/secret-use-log.ts';
import { createSecretReader } from '../../shared/aws/secrets/reader.ts';
import { systemClock } from '../../shared/clock.ts';
import { createNodeClient } from '../../shared/http/node-client.ts';
import { incidentPolicy } from '../../shared/incident/policy.ts';
import { readConfig } from '../configuration.ts';
import { createAccess } from '../http/access.ts';
import { createUseNotes } from '../http/secret-use.ts';
import type { IncidentsEnvironment } from './environment.ts';
import type { IncidentsDependencies } from './handler.ts';
import { createLinkKeys } from './link-keys.ts';
import { createSignedBySlack } from './signed-by-slack.ts';

/** Makes every adapter that `incidents` needs; reads the configuration and opens no connection. */
export const createDependencies = async (
  environment: IncidentsEnvironment,
  env: Readonly<Record<string, string | undefined>>,
  onFault: (error: unknown) => void,
): Promise<IncidentsDependencies> => {
  const config = await readConfig(environment.CLAYWATCH_CONFIG);
  const clock = systemClock;
  const secrets = createSecretReader({ env, clock });
  const { respond } = config;
  const table = { client: createDynamoClient(), tableName: environment.TABLE_NAME };
  const store = createDynamoIncidentStore(table);
  const stores = {
    incidents: store,
    proof: createDynamoProofLedger(table),
    evidence: createDynamoEvidenceStore(table),
    rows: createDynamoRowsLedger({
      ...table,
      clock,
      retainDays: config.rows.retainDays,
      matureAfterMinutes: config.rows.lost.afterMinutes,
    }),
    credits: createDynamoCreditStore(table),
  };
  const noteUse = createUseNotes({ log: createDynamoSecretUseLog(table), clock, onFault });
  return {
    store,
    policy: incidentPolicy(config),
    clock,
    timeZone: config.incidents.calendar.timeZone,
    proof: stores.proof,
    draftFor: async (incident, audience) => {
      const { draftUpdate } = await import('../../shared/notify/drafts.ts');
      return draftUpdate(incident, audience, config, clock.now()).text;
    },
    postmortem: async (incident, format) => {
      const { postmortemText } = await import('../../shared/respond/postmortem-text.ts');
      return postmortemText(incident, format, stores, { config, now: clock.now() });
    },
    signedBySlack: createSignedBySlack({ channels: config.notify.slack, secrets, clock, onFault, noteUse }),
    http: createNodeClient({ version: packageJson.version }),
    access: createAccess({
      ...{ respond, console: config.console, secrets, clock, onFault },
      noteUse: (role, use) => noteUse(`respond/${role}`, use),
    }),
    keys: createLinkKeys({ reference: respond.linkSecret, secrets, clock }),
    onFault,
  };
};
