import { createDynamoProofLedger } from '../shared/aws/dynamodb/notify/proof.ts';
import { createSecretReader } from '../shared/aws/secrets/reader.ts';
import { createSnsPreflight } from '../shared/aws/sns/preflight.ts';
import { systemClock } from '../shared/clock.ts';
import { createNodeClient } from '../shared/http/node-client.ts';
import { createChannels } from '../shared/notify/channels/create-channels.ts';
import { type Examined, examine } from '../shared/notify/doctor.ts';
import { withAlerts } from './alerts.ts';
import type { DoctorFlags } from './commands/doctor.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import { renderDoctor, renderDoctorJson } from './render/doctor.ts';
import { withStore } from './store.ts';
import { styleOf, type Terminal, widthOf } from './terminal.ts';
import { VERSION } from './version.ts';

const codeOf = (checks: readonly Examined[]): ExitCode => {
  const results = new Set(checks.map(({ result }) => result));
  if (results.has('not-ready')) return EXIT.problem;
  return results.has('unknown') ? EXIT['cannot-tell'] : EXIT.healthy;
};

/** A topic that cannot be asked for is unknown; the rest is looked at all the same. */
const orNull = (found: Promise<string | null>): Promise<string | null> => found.catch(() => null);

/** `claywatch doctor`. Throws ClaywatchError for a store that cannot be found. */
export const doctor = (flags: DoctorFlags, terminal: Terminal): Promise<ExitCode> =>
  withStore(flags, terminal, (open) =>
    withAlerts(open, terminal, async (alerts) => {
      const { config, source, table } = open;
      const { env } = terminal;
      const checks = await examine(config, {
        alertTopicArn: await orNull(alerts.topic(flags.topic)),
        pagesTopicArn: await orNull(alerts.pagesTopic(flags.pagesTopic)),
        sns: createSnsPreflight(alerts.sns),
        isLocal: alerts.isLocal,
        channels: createChannels(config, {
          http: createNodeClient({ version: VERSION }),
          secrets: createSecretReader({ env, clock: systemClock }),
          clock: systemClock,
        }),
        proof: createDynamoProofLedger(table),
        now: systemClock.now(),
      });
      terminal.stdout.write(
        flags.json
          ? renderDoctorJson(checks, source)
          : renderDoctor(checks, source, { style: styleOf(terminal), width: widthOf(terminal) }),
      );
      return codeOf(checks);
    }),
  );
