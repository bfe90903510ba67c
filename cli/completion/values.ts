import { CAUSE_IDS } from '../../shared/cause.ts';
import type { Config } from '../../shared/config/schema.ts';
import { configHere, type StoreFlags, withStore } from '../store.ts';
import type { Terminal } from '../terminal.ts';
import type { Candidate } from './candidates.ts';
import type { ValueKind } from './tree.ts';

/** Nobody waits longer for a key that was pressed, unless they say so: a table may be far away. */
const PATIENCE_MS = 1_500;

const patienceOf = ({ env }: Terminal): number => {
  const asked = Number(env.CLAYWATCH_COMPLETION_MS);
  return Number.isFinite(asked) && asked > 0 ? asked : PATIENCE_MS;
};
const MOST = 50;
const RECENT_MS = 30 * 86_400_000;

const plain = (values: readonly string[]): readonly Candidate[] =>
  values.map((value) => ({ value, about: '' }));

const webhooks = ({ feeds }: Config): readonly (readonly [feed: string, id: string])[] =>
  Object.entries(feeds).flatMap(([feed, each]) => each.webhooks.map(({ id }) => [feed, id] as const));

const FROM_CONFIG: Partial<Record<ValueKind, (config: Config) => readonly Candidate[]>> = {
  feed: ({ feeds }) =>
    Object.entries(feeds).map(([value, { description }]) => ({ value, about: description ?? '' })),
  webhook: (config) => plain(webhooks(config).map((both) => both.join('/'))),
  'webhook-id': (config) => webhooks(config).map(([feed, value]) => ({ value, about: `of ${feed}` })),
  channel: ({ notify }) =>
    (['slack', 'pagerduty', 'webhooks', 'statusPages'] as const).flatMap((kind) =>
      notify[kind].map(({ id }) => ({ value: id, about: kind })),
    ),
};

const secrets = async (flags: StoreFlags, terminal: Terminal): Promise<readonly Candidate[]> => {
  const [{ config }, { rotatableSecrets }] = await Promise.all([
    configHere(flags, terminal),
    import('../../shared/rotate/kinds.ts'),
  ]);
  return plain(rotatableSecrets(config));
};

const incidents = (flags: StoreFlags, terminal: Terminal): Promise<readonly Candidate[]> =>
  withStore(flags, terminal, async ({ table }) => {
    const { createDynamoIncidentStore } = await import('../../shared/aws/dynamodb/incident-store.ts');
    const found = await createDynamoIncidentStore(table).list({ since: Date.now() - RECENT_MS, limit: MOST });
    return found.map(({ id, severity, status, cause, subject }) => ({
      value: id,
      about: `${severity} ${status} ${cause} ${subject}`,
    }));
  });

const silences = (flags: StoreFlags, terminal: Terminal): Promise<readonly Candidate[]> =>
  withStore(flags, terminal, async ({ table }) => {
    const { createDynamoSilenceStore } = await import('../../shared/aws/dynamodb/silence-store.ts');
    const found = await createDynamoSilenceStore(table).current(Date.now());
    return found.map(({ id, kind, reason }) => ({ value: id, about: `${kind}: ${reason}` }));
  });

const replays = (flags: StoreFlags, terminal: Terminal): Promise<readonly Candidate[]> =>
  withStore(flags, terminal, async ({ table }) => {
    const { createDynamoReplayJobs } = await import('../../shared/aws/dynamodb/relay/replay-jobs.ts');
    const found = await createDynamoReplayJobs(table).list(MOST);
    return found.map(({ id, feed, source, status }) => ({
      value: id,
      about: `${status}: ${source} of ${feed}`,
    }));
  });

const read = async (
  kind: ValueKind,
  flags: StoreFlags,
  terminal: Terminal,
): Promise<readonly Candidate[]> => {
  const fromConfig = FROM_CONFIG[kind];
  if (fromConfig) return fromConfig((await configHere(flags, terminal)).config);
  switch (kind) {
    case 'cause':
      return plain(CAUSE_IDS);
    case 'secret':
      return secrets(flags, terminal);
    case 'incident':
      return incidents(flags, terminal);
    case 'silence':
      return silences(flags, terminal);
    case 'replay':
      return replays(flags, terminal);
    default:
      return [];
  }
};

/** Flags that say where the store is, among what was typed so far. */
export const storeFlagsIn = (words: readonly string[]): StoreFlags => {
  const value = (...names: readonly string[]): string | undefined => {
    const at = words.findLastIndex((word) => names.includes(word));
    const inline = words.findLast((word) => names.some((name) => word.startsWith(`${name}=`)));
    return inline?.slice(inline.indexOf('=') + 1) ?? (at === -1 ? undefined : words[at + 1]);
  };
  const config = value('-c', '--config');
  const state = value('--state');
  const table = value('--table');
  return { ...(config && { config }), ...(state && { state }), ...(table && { table }) };
};

/** What can be said of a kind of value; nothing when it cannot be said at once. Never rejects. */
export const valuesOfKind = async (
  kind: ValueKind,
  flags: StoreFlags,
  terminal: Terminal,
): Promise<readonly Candidate[]> => {
  const given = new Promise<readonly Candidate[]>((resolve) => {
    setTimeout(() => resolve([]), patienceOf(terminal)).unref();
  });
  return Promise.race([read(kind, flags, terminal).catch(() => []), given]);
};
