import { DatabaseSync } from 'node:sqlite';
import { ClaywatchError } from '../shared/errors.ts';

const BUSY = 5;

/**
 * Takes the state directory for this process and returns how to give it back. The lock is the operating system's on a
 * file, so a killed process leaves nothing to clean up. Throws `local.state-in-use`.
 */
export const lockState = (file: string, dir: string): (() => void) => {
  const lock = new DatabaseSync(file, { timeout: 0 });
  try {
    lock.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE');
  } catch (error) {
    lock.close();
    if ((error as { errcode?: number }).errcode !== BUSY) throw error;
    throw new ClaywatchError(
      'local.state-in-use',
      `Another local runtime is using the state in ${dir}.`,
      'Stop the other one first, or give this one a directory of its own: --state DIR.',
      { cause: error },
    );
  }
  return () => lock.close();
};
