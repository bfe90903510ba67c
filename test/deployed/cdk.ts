import { execFile } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { promisify } from 'node:util';

const ROOT = join(import.meta.dirname, '../..');
const CLI = createRequire(import.meta.url).resolve('aws-cdk/bin/cdk');
const WITHIN_MS = 180_000;

const run = promisify(execFile);

interface Resource {
  readonly Type: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
  readonly DependsOn?: string | readonly string[];
}

export interface Template {
  readonly Resources: Readonly<Record<string, Resource>>;
}

/** What CloudFormation knows and the emulator does not; nothing else of a template refers to them. */
const UNKNOWN_TO_EMULATOR: readonly {
  readonly what: string;
  readonly is: (resource: Resource) => boolean;
}[] = [
  ...[
    'AWS::SecretsManager::RotationSchedule',
    'AWS::SecretsManager::ResourcePolicy',
    'AWS::Budgets::Budget',
  ].map((type) => ({ what: type, is: ({ Type }: Resource) => Type === type })),
  {
    what: 'AWS::CloudWatch::Alarm of several metrics',
    is: ({ Type, Properties }) => Type === 'AWS::CloudWatch::Alarm' && Properties?.Metrics !== undefined,
  },
];

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

export const readTemplate = (file: string): Template => JSON.parse(readFileSync(file, 'utf8'));

/**
 * `Ref` of a secret is its ARN, and in the emulator its name. `Id` is the ARN in both: without this, no role there could
 * read a secret.
 */
const withSecretArns = (template: Template): Template => {
  const secrets = new Set(
    Object.entries(template.Resources).flatMap(([id, { Type }]) =>
      Type === 'AWS::SecretsManager::Secret' ? [id] : [],
    ),
  );
  const text = JSON.stringify(template).replaceAll(/\{"Ref":"(\w+)"\}/g, (reference, id: string) =>
    secrets.has(id) ? `{"Fn::GetAtt":["${id}","Id"]}` : reference,
  );
  return JSON.parse(text);
};

/** Makes of the templates what the emulator understands; answers with what had to be taken out for it. */
export const adaptToEmulator = (assembly: string): readonly string[] =>
  templatesIn(assembly).flatMap((file) => {
    const template = withSecretArns(readTemplate(file));
    const gone = new Map(
      Object.entries(template.Resources).flatMap(([id, resource]) => {
        const unknown = UNKNOWN_TO_EMULATOR.find(({ is }) => is(resource));
        return unknown ? [[id, unknown.what] as const] : [];
      }),
    );
    const left = Object.entries(template.Resources)
      .filter(([id]) => !gone.has(id))
      .map(([id, { DependsOn = [], ...resource }]) => [
        id,
        { ...resource, DependsOn: [DependsOn].flat().filter((other) => !gone.has(other)) },
      ]);
    writeFileSync(file, JSON.stringify({ ...template, Resources: Object.fromEntries(left) }));
    return [...gone.values()];
  });

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
