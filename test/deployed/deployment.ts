import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PutSecretValueCommand, paginateListSecrets } from '@aws-sdk/client-secrets-manager';
import { freePort, startClayProcess } from '../../local/clay-process.ts';
import { trialCallback } from '../../local/trial-config.ts';
import { adaptToEmulator } from './adapt.ts';
import { deploy, synthesize, templatesIn } from './cdk.ts';
import { type Clients, createClients } from './clients.ts';
import { ACCOUNT, emulatorLacks, REGION, startEmulator } from './emulator.ts';
import { INSTALLATION, installationConfig, installationSecrets, POOL } from './installation.ts';
import { pythonTools } from './python.ts';
import { takeOverSchedules } from './schedules.ts';

/** Where everything is, for whoever drives it from outside. */
export interface Deployment {
  readonly endpoint: string;
  readonly certificate: string;
  readonly region: string;
  readonly env: Readonly<Record<string, string>>;
  readonly installation: string;
  /** The address of the HTTP API, without a path. */
  readonly api: string;
  readonly clayUrl: string;
  readonly outputs: Readonly<Record<string, string>>;
  /** The synthesized templates. */
  readonly assembly: string;
  /** The configuration that was deployed. */
  readonly configFile: string;
  /** Made empty by the templates, and filled afterwards. */
  readonly filledSecrets: readonly string[];
  /** Types of resources that were not deployed. */
  readonly leftOut: readonly string[];
}

export type Outcome = { readonly deployment: Deployment } | { readonly missing: string };

export interface Running {
  readonly outcome: Outcome;
  stop(): Promise<void>;
}

/** `https://<id>.execute-api…` needs a name server of the emulator's; this form of the same address does not. */
const apiAddress = (endpoint: string, output: string): string =>
  `${endpoint}/_aws/execute-api/${new URL(output).hostname.split('.')[0]}/$default`;

/** Puts a value into every secret that the templates made empty, as the operator does; answers with their names. */
const fillSecrets = async (
  { secrets }: Clients,
  values: Readonly<Record<string, string>>,
): Promise<readonly string[]> => {
  const filled: string[] = [];
  for await (const { SecretList = [] } of paginateListSecrets({ client: secrets }, {})) {
    for (const { Name: SecretId = '' } of SecretList) {
      const SecretString = values[SecretId];
      if (SecretString === undefined) continue;
      await secrets.send(new PutSecretValueCommand({ SecretId, SecretString }));
      filled.push(SecretId);
    }
  }
  return filled.sort();
};

/** Everything that a deployed installation takes, from nothing: an account, the stacks in it, and a Clay. */
export const startDeployment = async (say: (line: string) => void): Promise<Running> => {
  const tools = await pythonTools();
  const missing = 'missing' in tools ? tools.missing : emulatorLacks();
  if (missing !== undefined || 'missing' in tools) {
    return { outcome: { missing: missing ?? '' }, stop: async () => undefined };
  }
  const began = Date.now();
  const lap = (what: string) => say(`${((Date.now() - began) / 1_000).toFixed(1).padStart(6)} s  ${what}`);
  const directory = mkdtempSync(join(tmpdir(), 'claywatch-deployed-'));
  const stops: (() => Promise<void>)[] = [
    async () => {
      if (!process.env.CLAYWATCH_KEEP) rmSync(directory, { recursive: true, force: true, maxRetries: 3 });
      else say(`kept: ${directory}`);
    },
  ];
  const stop = async () => {
    for (const end of stops.splice(0).reverse()) await end();
  };
  try {
    const clayPort = await freePort();
    const clayUrl = `http://127.0.0.1:${clayPort}`;
    const configFile = join(directory, 'claywatch.config.json');
    const assembly = join(directory, 'cdk.out');
    writeFileSync(configFile, JSON.stringify(installationConfig(clayUrl), null, 2));
    const emulator = await startEmulator(tools.python, directory);
    stops.push(emulator.stop);
    lap('the emulator runs');
    await synthesize(configFile, assembly);
    const leftOut = templatesIn(assembly).flatMap(adaptToEmulator);
    lap('synthesized');
    const cdkHome = join(directory, 'cdk');
    mkdirSync(cdkHome);
    const env = { ...emulator.env, CDK_HOME: cdkHome };
    const outputs = await deploy(assembly, { id: ACCOUNT, region: REGION }, env);
    lap('deployed');
    const clients = createClients(emulator);
    await takeOverSchedules(clients, INSTALLATION);
    const filledSecrets = await fillSecrets(clients, installationSecrets(clayUrl));
    lap('secrets are filled');
    const api = apiAddress(emulator.endpoint, outputs.StatusUrl ?? '');
    // Its HTTP API columns trust the emulator's certificate, as Clay's do ours.
    process.env.NODE_EXTRA_CA_CERTS = emulator.certificate;
    const clay = await startClayProcess(clayPort, {
      callback: { url: `${api}/v1/callbacks/leads`, secret: trialCallback(0).secret },
      webhooks: POOL,
      rowsPerMinute: 0,
      credits: 1_000_000,
    });
    stops.push(clay.stop);
    lap('Clay is simulated');
    const { endpoint, certificate } = emulator;
    return {
      outcome: {
        deployment: {
          endpoint,
          certificate,
          region: REGION,
          env,
          installation: INSTALLATION,
          api,
          clayUrl,
          outputs,
          assembly,
          configFile,
          filledSecrets,
          leftOut,
        },
      },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
};
