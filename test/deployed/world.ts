import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { paginateDescribeLogGroups, paginateFilterLogEvents } from '@aws-sdk/client-cloudwatch-logs';
import { inject } from 'vitest';
import { TRIAL_RELAY_SECRET } from '../../local/trial-config.ts';
import type { WatchReport } from '../../shared/watch/run.ts';
import { cdk } from './cdk.ts';
import { type Clients, createClients } from './clients.ts';
import type { Deployment } from './deployment.ts';
import { fireSchedule, type Turn } from './schedules.ts';
import './setup.ts';

const ROOT = join(import.meta.dirname, '../..');
const run = promisify(execFile);
const outcome = inject('outcome');

/** Why nothing is deployed here; undefined: it is. */
export const missing = 'missing' in outcome ? outcome.missing : undefined;

/** The title of a suite; says why, where it is skipped. */
export const titled = (title: string): string =>
  missing === undefined ? title : `${title} (skipped: ${missing})`;

export interface AtClay {
  readonly rowId: string;
  readonly webhook: string;
}

/** The deployed installation, from outside. */
export interface World extends Deployment {
  readonly aws: Clients;
  /** With a key that nobody issued. */
  readonly strangers: () => Clients;
  /** The turn of a scheduled function. */
  turn<T>(name: 'watch' | 'forward'): Promise<Turn<T>>;
  /** Runs the watch so many times; answers with the last report. */
  look(times?: number): Promise<WatchReport>;
  switchOn(fault: string): Promise<void>;
  switchOff(fault: string): Promise<void>;
  /** To a path of the HTTP API, with the secret of a sender of rows unless others are given. */
  ask(path: string, init?: RequestInit): Promise<Response>;
  /** Through the relay; answers with the ids that the rows have now. */
  sendRows(rows: readonly object[]): Promise<readonly string[]>;
  /** What Clay has of the rows. */
  atClay(): Promise<readonly AtClay[]>;
  /** `npx claywatch`, as the operator runs it: one JSON document. */
  cli<T>(...args: readonly string[]): Promise<T>;
  /** What functions have logged since the deployment, by function. */
  logs(): Promise<Readonly<Record<string, string>>>;
  /** CDK's command line. */
  cdk(...args: readonly string[]): Promise<string>;
}

const RELAY_HEADERS = { 'content-type': 'application/json', 'x-claywatch-secret': TRIAL_RELAY_SECRET };

const connect = (deployment: Deployment): World => {
  const aws = createClients(deployment);
  const { installation, clayUrl, api, env, configFile, outputs } = deployment;
  let last = 0;
  const turn = <T>(name: 'watch' | 'forward'): Promise<Turn<T>> => {
    // Schedules tell whole seconds, and no slot comes twice.
    last = Math.max(last + 1_000, Math.floor(Date.now() / 1_000) * 1_000);
    return fireSchedule<T>(aws, installation, `${installation}-${name}`, last);
  };
  const fault = async (name: string, method: 'PUT' | 'DELETE'): Promise<void> => {
    const answer = await fetch(`${clayUrl}/_faults/${name}`, { method });
    if (!answer.ok) throw new Error(`the simulated Clay answered ${answer.status}`);
  };
  const ask = (path: string, init: RequestInit = {}) =>
    fetch(`${api}${path}`, { ...init, headers: { ...RELAY_HEADERS, ...init.headers } });
  return {
    ...deployment,
    aws,
    strangers: () => createClients(deployment, 'AKIAIOSFODNN7EXAMPLE'),
    turn,
    look: async (times = 1) => {
      for (let done = 1; done < times; done += 1) await turn('watch');
      return (await turn<WatchReport>('watch')).answer;
    },
    switchOn: (name) => fault(name, 'PUT'),
    switchOff: (name) => fault(name, 'DELETE'),
    ask,
    sendRows: async (rows) => {
      const answer = await ask('/v1/rows/leads', { method: 'POST', body: JSON.stringify(rows) });
      const text = await answer.text();
      if (answer.status !== 202) throw new Error(`the relay answered ${answer.status}: ${text}`);
      return (JSON.parse(text) as { readonly row_ids: readonly string[] }).row_ids;
    },
    atClay: async () =>
      ((await (await fetch(`${clayUrl}/_rows`)).json()) as { readonly rows: readonly AtClay[] }).rows,
    cli: async (...args) => {
      const { stdout } = await run(
        process.execPath,
        ['cli/bin.js', ...args, '--config', configFile, '--json', '--table', outputs.TableName ?? ''],
        { cwd: ROOT, env: { PATH: process.env.PATH, ...env } },
      );
      return JSON.parse(stdout);
    },
    logs: async () => {
      const logs: Record<string, string> = {};
      for await (const { logGroups = [] } of paginateDescribeLogGroups({ client: aws.logs }, {})) {
        for (const { logGroupName = '' } of logGroups) {
          const found: string[] = [];
          for await (const { events = [] } of paginateFilterLogEvents(
            { client: aws.logs },
            { logGroupName },
          )) {
            found.push(...events.map(({ message = '' }) => message));
          }
          logs[logGroupName] = found.join('\n');
        }
      }
      return logs;
    },
    cdk: (...args) => cdk(args, env),
  };
};

let connected: World | undefined;

/** Throws where nothing is deployed: suites that use it are skipped there. */
export const world = (): World => {
  if (!('deployment' in outcome)) throw new Error(outcome.missing);
  connected ??= connect(outcome.deployment);
  return connected;
};
