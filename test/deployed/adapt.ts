import { readFileSync, writeFileSync } from 'node:fs';

/*
 * Where the emulator differs from AWS in a way that would stop the deployment, the templates are made to mean the same
 * there. Each difference is one entry here, so that it can be dropped with the version that mends it.
 */

type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

interface Resource {
  readonly Type: string;
  readonly Properties?: { readonly [key: string]: Json };
  readonly DependsOn?: string | readonly string[];
}

interface Template {
  readonly Resources: Readonly<Record<string, Resource>>;
}

/** The same with every object replaced, the innermost first. */
const mapObjects = (value: Json, change: (object: { readonly [key: string]: Json }) => Json): Json => {
  if (Array.isArray(value)) return value.map((element) => mapObjects(element, change));
  if (typeof value !== 'object' || value === null) return value;
  return change(
    Object.fromEntries(Object.entries(value).map(([key, member]) => [key, mapObjects(member, change)])),
  );
};

/** What CloudFormation knows and the emulator does not; nothing else of a template refers to them. */
const UNKNOWN: readonly { readonly what: string; readonly is: (resource: Resource) => boolean }[] = [
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

/** `Ref` of a secret is its ARN, and in the emulator its name; `Id` is the ARN in both. */
const nameSecretsByArn = (template: Template): Template => {
  const isSecret = (id: Json | undefined) =>
    typeof id === 'string' && template.Resources[id]?.Type === 'AWS::SecretsManager::Secret';
  return mapObjects(template as unknown as Json, (object) =>
    isSecret(object.Ref) ? { 'Fn::GetAtt': [object.Ref ?? '', 'Id'] } : object,
  ) as unknown as Template;
};

const BATCHED = /^sqs:(?:SendMessage|DeleteMessage|ChangeMessageVisibility)$/;

/** A batch of messages takes the right to a single one; in the emulator it takes a right of its own, which AWS has not. */
const allowBatches = (template: Template): Template =>
  mapObjects(template as unknown as Json, (object) => {
    if (object.Effect !== 'Allow' || object.Action === undefined) return object;
    const actions = [object.Action].flat() as readonly string[];
    return {
      ...object,
      Action: actions.flatMap((action) => (BATCHED.test(action) ? [action, `${action}Batch`] : [action])),
    };
  }) as unknown as Template;

const withoutUnknown = (template: Template) => {
  const gone = new Map(
    Object.entries(template.Resources).flatMap(([id, resource]) => {
      const unknown = UNKNOWN.find(({ is }) => is(resource));
      return unknown ? [[id, unknown.what] as const] : [];
    }),
  );
  const left = Object.entries(template.Resources)
    .filter(([id]) => !gone.has(id))
    .map(([id, { DependsOn = [], ...resource }]) => [
      id,
      { ...resource, DependsOn: [DependsOn].flat().filter((other) => !gone.has(other)) },
    ]);
  return { adapted: { ...template, Resources: Object.fromEntries(left) }, leftOut: [...gone.values()] };
};

/** Makes of a template's file what the emulator understands; answers with what had to be left out for it. */
export const adaptToEmulator = (file: string): readonly string[] => {
  const template: Template = JSON.parse(readFileSync(file, 'utf8'));
  const { adapted, leftOut } = withoutUnknown(allowBatches(nameSecretsByArn(template)));
  writeFileSync(file, JSON.stringify(adapted));
  return leftOut;
};
