import { Logger } from '@aws-lambda-powertools/logger';
import { createLogger } from '../../functions/log.ts';

/** The log of a function, and the lines that it wrote. */
export const capturedLog = (name: string, logLevel: 'INFO' | 'DEBUG' = 'INFO') => {
  const lines: string[] = [];
  const logger = new Logger({ serviceName: 'claywatch', logLevel, persistentKeys: { function: name } });
  const keep = (line: string) => lines.push(line);
  Object.assign(logger, { console: { info: keep, error: keep, warn: keep, debug: keep, log: keep } });
  return { log: createLogger(name, logger), lines };
};
