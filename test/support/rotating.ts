import { callback } from '../../functions/callback/handler.ts';
import { createUseNotes } from '../../functions/http/secret-use.ts';
import { createSenders } from '../../functions/http/senders.ts';
import type { Config } from '../../shared/config/schema.ts';
import type { SecretReader } from '../../shared/config/secret-reference.ts';
import { createRotationReader } from '../../shared/rotate/report.ts';
import { createRotation } from '../../shared/rotate/rotate.ts';
import { createUpkeep } from '../../shared/rotate/upkeep.ts';
import { STAGE } from '../../shared/rotate/versions.ts';
import { httpEvent } from '../functions/http-event.ts';
import { createMemoryRotationStore, createMemoryUseLog } from '../rotate/memory-rotation.ts';
import { createMemorySecrets } from '../rotate/memory-secrets.ts';
import { createMemoryRowsLedger } from './memory-rows-ledger.ts';
import type { VirtualClock } from './virtual-clock.ts';

const FIRST = 'first-secret-of-the-columns';
const FEED = 'leads';
const STEPS = ['createSecret', 'setSecret', 'testSecret', 'finishSecret'] as const;
/** As the schedule of the function has it, minutes. */
const UPKEEP_MINUTES = 15;
const MINUTE = 60_000;

/** HTTP API columns that call back every minute, each with the secret in its header. */
export interface Rotating {
  /** What somebody who looks into Secrets Manager finds now. */
  current(): string;
  /** Whether the endpoint takes a callback with this secret. */
  takes(secret: string): Promise<boolean>;
  /** `rotate-secret`, and the four steps that follow from it. */
  rotate(): Promise<void>;
  /** The header of a column is changed to what is current. */
  give(column: string): void;
  /** Columns that were refused; none ever should be. */
  readonly refused: readonly string[];
}

/**
 * The secret of a feed's callbacks in Secrets Manager, rotated by the real function, and columns that are recognised by
 * the real endpoint. What comes back is counted apart from the rows of the world.
 */
export const createRotating = (config: Config, clock: VirtualClock, columns: readonly string[]) => {
  const { secret: reference = 'secretsmanager:none', header = '' } = config.feeds[FEED]?.callbacks ?? {};
  const secrets = createMemorySecrets(reference.replace('secretsmanager:', ''));
  secrets.put(FIRST);
  const states = createMemoryRotationStore();
  const uses = createMemoryUseLog();
  const onFault = (error: unknown) => {
    throw error;
  };
  const reader: SecretReader = {
    read: async () => secrets.textAt(STAGE.current) ?? '',
    readValid: async () =>
      [STAGE.current, STAGE.alsoValid].flatMap((stage) => {
        const [version, value] = [secrets.holder(stage), secrets.textAt(stage)];
        return version === null || value === null ? [] : [{ version, value }];
      }),
  };
  const senders = createSenders({
    feeds: { [FEED]: { header, secret: reference } },
    ...{ secrets: reader, clock, onFault },
  });
  const dependencies = {
    feeds: Object.fromEntries(Object.entries(config.feeds).map(([feed, { callbacks }]) => [feed, callbacks])),
    senders,
    ledger: createMemoryRowsLedger({ clock }),
    noteUse: createUseNotes({ log: uses, clock, onFault }),
    maxBytes: config.rows.maxCallbackBytes,
    ...{ clock, onFault },
  };
  const ports = { config, clock, states, uses, versions: secrets.port, onFault };
  const step = createRotation({
    ...ports,
    check: async () => ({ kind: 'passed' }),
    random: (count) => crypto.getRandomValues(new Uint8Array(count)),
  });
  const upkeep = createUpkeep(ports);

  const headers = new Map(columns.map((column) => [column, FIRST]));
  const refused: string[] = [];
  let rows = 0;
  let rotations = 0;
  const callbackWith = (secret: string, body = '{}') =>
    httpEvent({ path: '/v1/callbacks', feed: FEED, headers: { [header]: secret }, body });
  const post = async (column: string, secret: string): Promise<number> => {
    rows += 1;
    const body = JSON.stringify({ row_id: `row-${rows}`, status: 'hit', column });
    return (await callback(dependencies, callbackWith(secret, body))).statusCode;
  };

  return {
    rotations: createRotationReader(states, config, clock),
    /** What happens in a minute beside the run of the watch. */
    minute: async (slot: number): Promise<void> => {
      for (const [column, secret] of headers) if ((await post(column, secret)) !== 200) refused.push(column);
      if ((slot / MINUTE) % UPKEEP_MINUTES === 0) await upkeep();
    },
    current: () => secrets.textAt(STAGE.current) ?? '',
    // Looked at beside the columns: a callback of ours would be one more sender that has to move.
    takes: async (secret: string) =>
      (await clock.run(senders.admit(callbackWith(secret)))).kind === 'admitted',
    rotate: async () => {
      rotations += 1;
      const token = `token-${String(rotations).padStart(32, '0')}`;
      if (secrets.rotateSecret(token) !== 'begun') throw new Error('a rotation is under way');
      for (const one of STEPS) await step({ secretId: secrets.arn, token, step: one });
    },
    give: (column: string) => {
      headers.set(column, secrets.textAt(STAGE.current) ?? '');
    },
    refused,
  } satisfies Rotating & Record<string, unknown>;
};
