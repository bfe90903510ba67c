import type { AddressInfo } from 'node:net';
import dynalite from 'dynalite';
import { programsOnly } from './programs-only.ts';

export interface LocalDynamoDb {
  readonly endpoint: string;
  /** Finishes the writes under way and closes the store. */
  stop(): Promise<void>;
}

/**
 * DynamoDB on this machine: dynalite, kept in `path` (LevelDB; a killed process loses no write that was answered), and
 * reachable by programs of this machine only: by itself it lets every web page in. No transactions, streams or expiry.
 */
export const startDynamoDb = async (path: string): Promise<LocalDynamoDb> => {
  const server = programsOnly(dynalite({ path, createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 }));
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    endpoint: `http://127.0.0.1:${port}`,
    stop: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error ? reject(error) : resolve()));
        server.closeAllConnections();
      }),
  };
};
