import { chmod, mkdir, readdir, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { ClaywatchError } from '../shared/errors.ts';
import { lockState } from './state-lock.ts';

/** Where the local runtime keeps what outlives it. */
export interface StateDirectory {
  readonly dir: string;
  readonly dynamodb: string;
  /** The file of the queues; SQLite keeps two more beside it. */
  readonly queues: string;
  /** The key that seals rows. */
  readonly rowsKey: string;
  /** The key that signs links in messages. */
  readonly linkKey: string;
  /** The key by which people and programs act on incidents. */
  readonly respondKey: string;
  /** The key that signs sessions of the console. */
  readonly sessionKey: string;
  /** The port at which requests arrived the last time. */
  readonly httpPort: string;
  readonly inbox: string;
  readonly config: string;
  readonly log: string;
  /** Lets another runtime have it. */
  release(): void;
}

const LOCK = 'claywatch.lock';
const HTTP_PORT = 'http-port';
/** What lies there tells of people and incidents, and links there let whoever has them act. */
const OURS_ALONE = 0o700;
const unusable = (dir: string, why: string, cause?: unknown): ClaywatchError =>
  new ClaywatchError(
    'local.state-unusable',
    `The state directory ${dir} ${why}.`,
    'Name another directory with --state DIR; a new or empty one will do.',
    { cause },
  );

const makeOurs = async (dir: string): Promise<void> => {
  const names = await mkdir(dir, { recursive: true, mode: OURS_ALONE })
    .then(() => readdir(dir))
    .catch((error: NodeJS.ErrnoException) => {
      throw unusable(dir, `cannot be used (${error.code ?? 'unknown fault'})`, error);
    });
  // Files are written and, with --fresh, deleted there: never among those of something else.
  if (names.length > 0 && !names.includes(LOCK)) throw unusable(dir, 'holds files of something else');
};

/** Where a runtime with this state directory remembers its port. */
export const httpPortFile = (path: string): string => join(resolve(path), HTTP_PORT);

/**
 * Takes a directory for one runtime, and makes it if need be. `fresh` deletes what earlier runtimes kept there.
 * Throws `local.state-in-use` or `local.state-unusable`.
 */
export const openStateDirectory = async (path: string, fresh: boolean): Promise<StateDirectory> => {
  const dir = resolve(path);
  await makeOurs(dir);
  const release = lockState(join(dir, LOCK), dir);
  const state = {
    dir,
    dynamodb: join(dir, 'dynamodb'),
    queues: join(dir, 'queues.db'),
    rowsKey: join(dir, 'rows.key'),
    linkKey: join(dir, 'link.key'),
    respondKey: join(dir, 'respond.key'),
    sessionKey: join(dir, 'session.key'),
    httpPort: join(dir, HTTP_PORT),
    inbox: join(dir, 'inbox'),
    config: join(dir, 'config.json'),
    log: join(dir, 'watch.log'),
    release,
  };
  try {
    const kept = [
      state.dynamodb,
      ...['', '-wal', '-shm'].map((suffix) => `${state.queues}${suffix}`),
      state.rowsKey,
      state.linkKey,
      state.respondKey,
      state.sessionKey,
      state.httpPort,
      state.inbox,
      state.config,
      state.log,
      `${state.log}.1`,
    ];
    if (fresh) await Promise.all(kept.map((name) => rm(name, { recursive: true, force: true })));
    for (const within of [state.dynamodb, state.inbox]) {
      await mkdir(within, { recursive: true });
      await chmod(within, OURS_ALONE);
    }
    return state;
  } catch (error) {
    release();
    throw unusable(dir, 'cannot be written', error);
  }
};
