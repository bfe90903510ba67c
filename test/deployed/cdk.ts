import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { promisify } from 'node:util';

const ROOT = join(import.meta.dirname, '../..');
const CLI = createRequire(import.meta.url).resolve('aws-cdk/bin/cdk');
const WITHIN_MS = 180_000;

const run = promisify(execFile);

/** CDK's own command line, with these variables and none that would lead it to an account. */
export const cdk = async (
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<string> => {
  const own = Object.entries(process.env).filter(([name]) => !/^(?:AWS|CLAY)_|^CDK_/.test(name));
  try {
    const { stdout, stderr } = await run(process.execPath, [CLI, ...args, '--no-notices'], {
      cwd: ROOT,
      env: {
        ...Object.fromEntries(own),
        ...{
          CI: 'true',
          NO_COLOR: '1',
          CDK_DISABLE_CLI_TELEMETRY: 'true',
          AWS_EC2_METADATA_DISABLED: 'true',
        },
        ...env,
      },
      timeout: WITHIN_MS,
      maxBuffer: 64_000_000,
    });
    return `${stdout}${stderr}`;
  } catch (error) {
    const { stdout = '', stderr = '', message } = error as Error & { stdout?: string; stderr?: string };
    throw new Error(
      `cdk ${args[0]} failed: ${message.split('\n')[0]}\n${`${stdout}${stderr}`.slice(-3_000)}`,
    );
  }
};

/** Synthesizes the application for a configuration file. */
export const synthesize = (configFile: string, output: string): Promise<string> =>
  cdk(['synth', '--quiet', '--context', `config=${configFile}`, '--output', output], {});

export const templatesIn = (assembly: string): readonly string[] =>
  readdirSync(assembly)
    .filter((file) => file.endsWith('.template.json'))
    .map((file) => join(assembly, file))
    .sort();

/** The outputs of each stack, merged. */
export const deploy = async (
  assembly: string,
  account: { readonly id: string; readonly region: string },
  env: Readonly<Record<string, string>>,
): Promise<Readonly<Record<string, string>>> => {
  const outputs = join(assembly, 'outputs.json');
  await cdk(['bootstrap', `aws://${account.id}/${account.region}`, '--app', assembly], env);
  await cdk(
    [
      ...['deploy', '--all', '--app', assembly, '--require-approval', 'never'],
      ...['--progress', 'events', '--outputs-file', outputs],
    ],
    env,
  );
  const byStack: Readonly<Record<string, Readonly<Record<string, string>>>> = JSON.parse(
    readFileSync(outputs, 'utf8'),
  );
  return Object.assign({}, ...Object.values(byStack));
};
