import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';

const NAME = 'runtime.json';

const schema = z.object({
  version: z.literal(1),
  pid: z.number().int().positive(),
  /** Of the embedded DynamoDB; it is reachable from this machine only. */
  endpoint: z.string().regex(/^http:\/\/127\.0\.0\.1:\d{1,5}$/),
  tableName: z.string().min(1),
  /** The configuration that it runs with. */
  config: z.string().min(1),
  /** Of the embedded SNS and SQS, and the topics of incidents and of pages. */
  alerts: z
    .object({
      endpoint: z.string().regex(/^http:\/\/127\.0\.0\.1:\d{1,5}$/),
      topicArn: z.string().min(1),
      pagesTopicArn: z.string().min(1).optional(),
    })
    .optional()
    .catch(undefined),
  /** Of the embedded SQS, and the URLs of its row queues without the name of the feed. */
  sqs: z
    .object({
      endpoint: z.string().regex(/^http:\/\/127\.0\.0\.1:\d{1,5}$/),
      queuePrefix: z.string().regex(/^http:\/\/\S+$/),
    })
    .optional()
    .catch(undefined),
  /** The file with the key that seals rows; it is readable for this person only. */
  rowsKeyFile: z.string().min(1).optional().catch(undefined),
});

/** How to reach the store of a local runtime that is running. */
export type RunningRuntime = Omit<z.output<typeof schema>, 'version'>;

/** Lets other programs of this person find the runtime. Gives back how to take that away again. */
export const writeRuntimeFile = async (
  dir: string,
  runtime: RunningRuntime,
): Promise<() => Promise<void>> => {
  const path = join(dir, NAME);
  const unfinished = `${path}.new`;
  await writeFile(unfinished, `${JSON.stringify({ version: 1, ...runtime }, null, 2)}\n`, { mode: 0o600 });
  await rename(unfinished, path);
  return () => rm(path, { force: true });
};

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Somebody else's process is a process.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
};

/** The runtime that uses a state directory. `gone`: one did, and ended without tidying up. */
export const findRuntime = async (dir: string): Promise<RunningRuntime | 'none' | 'gone'> => {
  const text = await readFile(join(dir, NAME), 'utf8').catch(() => null);
  if (text === null) return 'none';
  try {
    const { version: _, ...runtime } = schema.parse(JSON.parse(text));
    return isAlive(runtime.pid) ? runtime : 'gone';
  } catch {
    return 'gone';
  }
};
