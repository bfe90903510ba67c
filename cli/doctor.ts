import { LOCAL_AWS } from '../local/aws.ts';
import { createDynamoProofLedger } from '../shared/aws/dynamodb/notify/proof.ts';
import { createDynamoRotationStore } from '../shared/aws/dynamodb/rotation-store.ts';
import { createDynamoWatchStore } from '../shared/aws/dynamodb/watch-store.ts';
import { createLambdaClient } from '../shared/aws/lambda/client.ts';
import { createFunctionLookup } from '../shared/aws/lambda/functions.ts';
import { createSecretReader } from '../shared/aws/secrets/reader.ts';
import { createSnsPreflight } from '../shared/aws/sns/preflight.ts';
import { systemClock } from '../shared/clock.ts';
import { ClaywatchError } from '../shared/errors.ts';
import { createNodeClient } from '../shared/http/node-client.ts';
import { createChannels } from '../shared/notify/channels/create-channels.ts';
import { examine } from '../shared/notify/doctor.ts';
import type { Examined } from '../shared/notify/examined.ts';
import { createRotationReader } from '../shared/rotate/report.ts';
import { type Alerts, withAlerts } from './alerts.ts';
import type { DoctorFlags } from './commands/doctor.ts';
import { examineInstallation } from './doctor-installation.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import { renderDoctor, renderDoctorJson } from './render/doctor.ts';
import { type OpenStore, withStore } from './store.ts';
import { styleOf, type Terminal, widthOf } from './terminal.ts';
import { VERSION } from './version.ts';

const codeOf = (checks: readonly Examined[]): ExitCode => {
  const results = new Set(checks.map(({ result }) => result));
  if (results.has('not-ready')) return EXIT.problem;
  return results.has('unknown') ? EXIT['cannot-tell'] : EXIT.healthy;
};

/** A topic that cannot be asked for is unknown; the rest is looked at all the same. */
const orNull = (found: Promise<string | null>): Promise<string | null> => found.catch(() => null);

const endpointOf = ({ endpoint }: DoctorFlags): string | undefined => {
  if (endpoint === undefined || /^https?:$/.test(URL.parse(endpoint)?.protocol ?? '')) return endpoint;
  throw new ClaywatchError(
    'usage.invalid',
    '--endpoint is no http or https URL.',
    'Give the output PublicUrl of the stateless stack.',
  );
};

/** What it takes to look; the one kind of client that only this needs is closed with it. */
const examineAll = async (
  flags: DoctorFlags,
  { config, table, runtime }: OpenStore,
  alerts: Alerts,
  env: Terminal['env'],
) => {
  const region = env.AWS_REGION ?? env.AWS_DEFAULT_REGION;
  const lambda = createLambdaClient({
    ...(runtime ? LOCAL_AWS : region ? { region } : {}),
    // A person waits, and a first call resolves credentials as well.
    ...{ maxAttempts: 2, requestHandler: { connectionTimeout: 2_000, requestTimeout: 5_000 } },
  });
  const http = createNodeClient({ version: VERSION });
  const secrets = createSecretReader({ env, clock: systemClock });
  const now = systemClock.now();
  try {
    const [installation, messages] = await Promise.all([
      examineInstallation(config, {
        watch: createDynamoWatchStore(table),
        functionNamed: runtime ? null : createFunctionLookup(lambda),
        rotations: createRotationReader(createDynamoRotationStore(table), config, systemClock),
        endpoint: endpointOf(flags) ?? config.respond.publicUrl,
        ...{ secrets, http, isLocal: alerts.isLocal, now },
      }),
      examine(config, {
        alertTopicArn: await orNull(alerts.topic(flags.topic)),
        pagesTopicArn: await orNull(alerts.pagesTopic(flags.pagesTopic)),
        sns: createSnsPreflight(alerts.sns),
        isLocal: alerts.isLocal,
        channels: createChannels(config, { http, secrets, clock: systemClock }),
        proof: createDynamoProofLedger(table),
        now,
      }),
    ]);
    return { installation, messages };
  } finally {
    lambda.destroy();
  }
};

/** `claywatch doctor`. Throws ClaywatchError for a store that cannot be found. */
export const doctor = (flags: DoctorFlags, terminal: Terminal): Promise<ExitCode> =>
  withStore(flags, terminal, (open) =>
    withAlerts(open, terminal, async (alerts) => {
      const { source } = open;
      const examined = await examineAll(flags, open, alerts, terminal.env);
      terminal.stdout.write(
        flags.json
          ? renderDoctorJson(examined, source)
          : renderDoctor(examined, source, { style: styleOf(terminal), width: widthOf(terminal) }),
      );
      return codeOf([...examined.installation, ...examined.messages]);
    }),
  );
