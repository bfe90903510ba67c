import { createLogger } from '../../functions/log.ts';
import { createLineLogger } from '../../functions/log-lines.ts';

/** The log of a function, and the lines that it wrote. */
export const capturedLog = (name: string, logLevel: 'INFO' | 'DEBUG' = 'INFO') => {
  const lines: string[] = [];
  const logger = createLineLogger({
    fields: { function: name },
    env: { POWERTOOLS_LOG_LEVEL: logLevel },
    write: (line) => lines.push(line),
  });
  return { log: createLogger(name, logger), lines };
};
