import type { Config } from './schema.ts';
import type { SecretReference } from './secret-reference.ts';

type Relayed = Pick<Config, 'feeds'>;

/** The feeds whose rows Claywatch takes, in the order of the configuration: those with a secret for senders of rows. */
export const relayedFeeds = ({ feeds }: Relayed): readonly string[] =>
  Object.entries(feeds).flatMap(([name, { relay }]) => (relay.secret === undefined ? [] : [name]));

/** What the names of an installation's row queues begin with; the name of the feed follows. */
export const rowQueuePrefix = (installation: string): string => `${installation}-rows-`;

/** Stands where the name of a feed does, so no feed may be called this. */
export const DEAD_LETTER_FEED = 'dead';

/** The queue where SQS puts what was received again and again. */
export const deadLetterQueueName = (installation: string): string =>
  `${rowQueuePrefix(installation)}${DEAD_LETTER_FEED}`;

/** The secret that a deployment makes when the configuration names no key for rows. */
export const generatedRowsKey = (installation: string): string => `${installation}/rows-key`;

/** Where a deployed function reads the key that seals rows. */
export const deployedRowsKey = ({
  installation,
  relay,
}: Pick<Config, 'installation' | 'relay'>): SecretReference =>
  relay.rowsKey ?? `secretsmanager:${generatedRowsKey(installation)}`;
