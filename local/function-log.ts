import { appendFileSync, renameSync, statSync } from 'node:fs';

const MAX_BYTES = 1_000_000;

/** What a function logs, in a file of at most 1 MB and the one before it. A log that cannot be written stops nothing. */
export const createFunctionLog = (file: string): ((text: string) => void) => {
  return (text) => {
    try {
      appendFileSync(file, text, { mode: 0o600 });
      if (statSync(file).size > MAX_BYTES) renameSync(file, `${file}.1`);
    } catch {}
  };
};
