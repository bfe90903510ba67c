import { relative, resolve } from 'node:path';
import { LOCAL_AWS } from '../local/aws.ts';
import { findRuntime, type RunningRuntime } from '../local/runtime-file.ts';
import { createDynamoClient } from '../shared/aws/dynamodb/client.ts';
import { createDynamoCreditStore } from '../shared/aws/dynamodb/credit-store.ts';
import { createDynamoControlStore } from '../shared/aws/dynamodb/relay/control-store.ts';
import { createDynamoRowsLedger } from '../shared/aws/dynamodb/rows/ledger.ts';
import { type StoreInWords, storeFault } from '../shared/aws/dynamodb/store-fault.ts';
import { systemClock } from '../shared/clock.ts';
import { findConfig, loadConfig } from '../shared/config/load.ts';
import { parseConfig } from '../shared/config/parse.ts';
import type { Config } from '../shared/config/schema.ts';
import type { CreditStore } from '../shared/credits/store.ts';
import { ClaywatchError } from '../shared/errors.ts';
import type { ControlStore } from '../shared/relay/control.ts';
import type { RowsLedger } from '../shared/rows/ledger.ts';
import { openRowsAtRest, type RowsAtRest, type Table } from './rows-at-rest.ts';
import type { Terminal } from './terminal.ts';

/** Options of every command that reads what was counted. */
export interface StoreFlags {
  readonly config?: string;
  readonly state?: string;
  readonly table?: string;
}

/** Where the counts come from, and with which configuration; null without one. */
export interface StoreSource {
  readonly store:
    | { readonly kind: 'local'; readonly dir: string }
    | { readonly kind: 'table'; readonly name: string };
  readonly config: string | null;
}

export interface OpenStore {
  readonly config: Config;
  readonly source: StoreSource;
  readonly rows: RowsLedger;
  readonly credits: CreditStore;
  readonly controls: ControlStore;
  /** The queues, and whatever else holds rows; opened at the first use. */
  readonly atRest: RowsAtRest;
  /** For adapters that only few commands need. */
  readonly table: Table;
  /** Null for a deployed installation. */
  readonly runtime: RunningRuntime | null;
}

const DEFAULT_STATE = '.claywatch';
const TABLE_NAME = /^[A-Za-z0-9_.-]{3,255}$/;
const START = 'Start it with `npm start`, or name the table of a deployed installation: --table NAME.';

const tableOf = (flags: StoreFlags, { env }: Terminal): string | undefined => {
  if (flags.table !== undefined && flags.state !== undefined)
    throw new ClaywatchError(
      'usage.invalid',
      '--table and --state name two different stores.',
      'Give one of them: --table for a deployed installation, --state for a local runtime.',
    );
  const named = flags.table ?? (flags.state === undefined ? env.TABLE_NAME || undefined : undefined);
  if (named !== undefined && !TABLE_NAME.test(named))
    throw new ClaywatchError(
      flags.table === undefined ? 'environment.invalid' : 'usage.invalid',
      `${flags.table === undefined ? 'TABLE_NAME' : '--table'} is not the name of a DynamoDB table.`,
      'A name has 3 to 255 letters, digits, dots, hyphens and underscores.',
    );
  return named;
};

const runtimeIn = async (dir: string, shown: string): Promise<RunningRuntime> => {
  const runtime = await findRuntime(dir);
  if (runtime === 'none')
    throw new ClaywatchError(
      'store.not-found',
      `No local runtime is running with the state in ${shown}.`,
      START,
    );
  if (runtime === 'gone')
    throw new ClaywatchError('store.unreachable', `The local runtime of ${shown} has ended.`, START);
  return runtime;
};

interface Place {
  readonly source: StoreSource['store'];
  readonly words: StoreInWords;
  readonly client: Parameters<typeof createDynamoClient>[0];
  readonly tableName: string;
  /** The configuration that belongs to it; absent: that of the working directory. */
  readonly config?: string;
  /** Null for a deployed installation. */
  readonly runtime: RunningRuntime | null;
}

const findPlace = async (flags: StoreFlags, terminal: Terminal): Promise<Place> => {
  const { env, cwd } = terminal;
  const table = tableOf(flags, terminal);
  if (table !== undefined) {
    const region = env.AWS_REGION ?? env.AWS_DEFAULT_REGION;
    return {
      source: { kind: 'table', name: table },
      words: { name: `the table ${table}`, whenGone: 'Try again; look at the network and at AWS.' },
      client: region ? { region } : {},
      tableName: table,
      runtime: null,
    };
  }
  const dir = resolve(cwd, flags.state ?? DEFAULT_STATE);
  const shown = flags.state ?? DEFAULT_STATE;
  const runtime = await runtimeIn(dir, shown);
  return {
    source: { kind: 'local', dir: shown },
    words: { name: `the local runtime of ${shown}`, whenGone: `It may have ended. ${START}` },
    client: { ...LOCAL_AWS, endpoint: runtime.endpoint },
    tableName: runtime.tableName,
    config: runtime.config,
    runtime,
  };
};

const configOf = async (
  flags: StoreFlags,
  place: Pick<Place, 'config'>,
  { cwd }: Terminal,
): Promise<{ readonly config: Config; readonly name: string | null }> => {
  if (flags.config !== undefined) return { config: await loadConfig(flags.config), name: flags.config };
  if (place.config !== undefined)
    return { config: await loadConfig(place.config), name: 'with its configuration' };
  const found = await findConfig(cwd);
  if (found === null) return { config: parseConfig({}, 'no configuration'), name: null };
  return { config: await loadConfig(found), name: relative(cwd, found) };
};

/**
 * The configuration that commands here go by: that of the running local runtime, else that of --config or of the working
 * directory. Throws what `loadConfig` throws.
 */
export const configHere = async (
  flags: StoreFlags,
  terminal: Terminal,
): Promise<{ readonly config: Config; readonly name: string | null }> => {
  const runtime = await findRuntime(resolve(terminal.cwd, flags.state ?? DEFAULT_STATE));
  const isDeployed = tableOf(flags, terminal) !== undefined;
  const running = isDeployed || runtime === 'none' || runtime === 'gone' ? {} : { config: runtime.config };
  return configOf(flags, running, terminal);
};

/**
 * Opens what was counted, lets `use` work with it and closes it. It is the running local runtime of `--state`
 * (`.claywatch`), or the table of `--table` or TABLE_NAME with the AWS credentials of the environment. Throws
 * `store.*` and what `loadConfig` throws.
 */
export const withStore = async <T>(
  flags: StoreFlags,
  terminal: Terminal,
  use: (store: OpenStore) => Promise<T>,
): Promise<T> => {
  const place = await findPlace(flags, terminal);
  const { config, name } = await configOf(flags, place, terminal);
  const client = createDynamoClient(place.client);
  const store = { client, tableName: place.tableName };
  const { runtime } = place;
  const atRest = openRowsAtRest({ config, env: terminal.env, table: store, runtime });
  try {
    return await use({
      config,
      source: { store: place.source, config: name },
      rows: createDynamoRowsLedger({
        ...store,
        clock: systemClock,
        retainDays: config.rows.retainDays,
        matureAfterMinutes: config.rows.lost.afterMinutes,
      }),
      credits: createDynamoCreditStore(store),
      controls: createDynamoControlStore(store),
      atRest,
      table: store,
      runtime,
    });
  } catch (error) {
    throw storeFault(error, place.words);
  } finally {
    await atRest.close();
    client.destroy();
  }
};
