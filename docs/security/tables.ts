import { App, CfnResource, Stack } from 'aws-cdk-lib';
import type { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { type FunctionDescription, functionsOf, type Route } from '../../functions/manifest.ts';
import { perSecondOf } from '../../infra/constructs/http-endpoint.ts';
import { rightsOf } from '../../infra/constructs/rights.ts';
import { State } from '../../infra/constructs/state.ts';
import { parseConfig } from '../../shared/config/parse.ts';
import { parseSecretReference } from '../../shared/config/secret-reference.ts';
import { secretReferencesIn } from '../../shared/config/secret-references.ts';
import { kindOfKey, type Overlap, type SecretKind } from '../../shared/rotate/kinds.ts';
import { SECURED } from './example.ts';

/** One thing that a function may do. */
export interface Right {
  readonly function: string;
  /** `dynamodb:GetItem`. */
  readonly action: string;
  /** `table rows#*`, `queue acme-rows-leads`, `secret acme/relay`. */
  readonly resource: string;
}

const config = parseConfig(SECURED, 'docs');
const descriptions: readonly FunctionDescription[] = Object.values(functionsOf(config));

const NAMES = ['queueName', 'topicName', 'name'] as const;
const KINDS: Readonly<Record<string, string>> = {
  'AWS::SQS::Queue': 'queue',
  'AWS::SNS::Topic': 'topic',
  'AWS::SecretsManager::Secret': 'secret',
  'AWS::DynamoDB::GlobalTable': 'table',
};

const nameOf = (resource: CfnResource): string => {
  const given = resource as unknown as Readonly<Record<string, unknown>>;
  const name = NAMES.map((key) => given[key]).find((one) => typeof one === 'string');
  return `${KINDS[resource.cfnResourceType] ?? resource.cfnResourceType}${name === undefined ? '' : ` ${name}`}`;
};

/** The resources of a stack by what a policy calls them. */
const namesIn = (stack: Stack): ReadonlyMap<string, string> =>
  new Map(
    stack.node
      .findAll()
      .filter((construct) => CfnResource.isCfnResource(construct))
      .map((resource) => [String(stack.resolve(resource.logicalId)), nameOf(resource)]),
  );

const writtenOut = (resource: unknown, names: ReadonlyMap<string, string>): string => {
  if (typeof resource === 'string') return resource;
  const {
    Ref: ref,
    'Fn::GetAtt': got,
    'Fn::Join': joined,
  } = resource as {
    readonly Ref?: string;
    readonly 'Fn::GetAtt'?: readonly string[];
    readonly 'Fn::Join'?: readonly [string, readonly unknown[]];
  };
  if (joined) return joined[1].map((part) => writtenOut(part, names)).join('');
  const id = ref ?? got?.[0] ?? '';
  return names.get(id) ?? id;
};

/** The partition keys that a statement is limited to. */
const keysIn = (statement: PolicyStatement): readonly string[] => {
  const { 'ForAllValues:StringLike': limits = {} } = statement.conditions as {
    'ForAllValues:StringLike'?: { 'dynamodb:LeadingKeys'?: readonly string[] };
  };
  return limits['dynamodb:LeadingKeys'] ?? [];
};

const rightsIn = (
  name: string,
  statement: PolicyStatement,
  stack: Stack,
  names: ReadonlyMap<string, string>,
): readonly Right[] => {
  const keys = keysIn(statement);
  const limit = keys.length === 0 ? '' : ` ${keys.join(' ')}`;
  return statement.resources.flatMap((resource) => {
    const shown = writtenOut(stack.resolve(resource), names).replace(/^arn:.*:function:/, 'function ');
    return statement.actions.map((action) => ({
      function: name,
      action,
      resource: `${shown.startsWith('table/') ? shown.replace('/', ' ') : shown}${limit}`,
    }));
  });
};

/** What every function may do beside writing its log, by the very code that deploys it. */
export const rights = (): readonly Right[] => {
  const stack = new Stack(new App({ analyticsReporting: false }), 'docs');
  const state = new State(stack, 'State', { config, tableKey: 'aws-managed', removal: 'retain' });
  const forwardArn = `arn:aws:lambda:::function:${config.installation}-forward`;
  const replayArn = `arn:aws:lambda:::function:${config.installation}-replay`;
  const names = namesIn(stack);
  return descriptions.flatMap(({ name, grants }) =>
    rightsOf(stack, grants, config, { ...state, forwardArn, replayArn }).flatMap((statement) =>
      rightsIn(name, statement, stack, names),
    ),
  );
};

const code = (text: string): string => `\`${text}\``;
const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
const unique = (texts: readonly string[]): readonly string[] => [...new Set(texts)];

const LOOKS = 'the respond secret or the read-only secret, in a header; or a session of the console';
const ACTS = "the respond secret, in a header; or a responder's session of the console, from its own page";
const ANYBODY = 'nothing: anybody may';

/** By what whoever asks proves who they are; by a route's beginning, the first that fits. */
const PROOFS: readonly (readonly [beginning: string, proof: string])[] = [
  ['POST /v1/callbacks/{feed}', "the secret of the feed's callbacks, in a header"],
  ['POST /v1/submissions/{feed}', "the secret of the feed's submissions, in a header"],
  ['POST /v1/rows/{feed}', "the secret of the feed's relay, in a header"],
  ['GET /v1/status', "any feed's relay secret, or the status secret, in a header"],
  ['GET /i/{token}', 'a link that Claywatch signed, to view or to acknowledge'],
  ['POST /i/{token}', 'a link that Claywatch signed, to acknowledge'],
  ['POST /v1/slack/interactions', "Slack's signature, at most five minutes old"],
  ['GET /console/session', 'a session of the console'],
  ['POST /console/session/end', 'nothing: it takes away the cookie of whoever asks'],
  ['POST /console/session', 'the respond secret or the read-only secret, in the body; so many tries'],
  ['GET /console/oidc/return', 'a code of the identity provider, for a sign-in begun in this browser'],
  ['GET /console', `${ANYBODY}; it is the page without anything to show`],
  ['GET /status', ANYBODY],
  ['GET /v1/', LOOKS],
  ['POST /v1/', ACTS],
  ['GET /', `${ANYBODY}; it leads to the console`],
];

const proofOf = (route: Route): string => {
  const proof = PROOFS.find(([beginning]) => route.startsWith(beginning))?.[1];
  if (proof === undefined) throw new Error(`docs/security/tables.ts does not say who may ask ${route}`);
  return proof;
};

export const routesTable = (): string =>
  table(
    ['Route', 'Function', 'Who may ask proves it by', 'Requests a second'],
    descriptions.flatMap(({ name, trigger }) =>
      trigger.kind === 'http'
        ? trigger.routes.map((route) => [code(route), name, proofOf(route), String(perSecondOf(route))])
        : [],
    ),
  );

const startedBy = ({ trigger }: FunctionDescription): string => {
  switch (trigger.kind) {
    case 'http':
      return 'API Gateway, this endpoint';
    case 'schedule':
      return 'EventBridge Scheduler, this schedule of this account';
    case 'queues':
      return 'Lambda, with messages of the queues of channels';
    case 'rotation':
      return 'Secrets Manager and EventBridge Scheduler of this account';
    case 'call':
      return 'functions of this installation that may';
  }
};

const isSecret = ({ resource }: Right) => resource.startsWith('secret ');

/** `dynamodb:GetItem, Query` */
const actionsOf = (all: readonly Right[]): string =>
  [...Map.groupBy(unique(all.map(({ action }) => action)), (action) => action.split(':')[0] ?? '')]
    .map(([service, actions]) =>
      code(
        `${service}: ${actions
          .map((action) => action.split(':')[1])
          .sort()
          .join(', ')}`,
      ),
    )
    .join('; ');

export const functionsTable = (all: readonly Right[]): string =>
  table(
    ['Function', 'Is started by', 'May do', 'On'],
    descriptions.flatMap((description) => {
      const own = all.filter((right) => right.function === description.name && !isSecret(right));
      const byResource = Map.groupBy(own, ({ resource }) => resource);
      const grouped = Map.groupBy([...byResource], ([, of]) => actionsOf(of));
      return [...grouped].map(([actions, resources], index) => [
        index === 0 ? description.name : '',
        index === 0 ? startedBy(description) : '',
        actions,
        resources.map(([resource]) => code(resource)).join(', '),
      ]);
    }),
  );

const MADE: Readonly<Record<SecretKind['made'], string>> = {
  supplied: 'its vendor',
  generated: 'Claywatch',
  kept: 'a person',
  never: 'once, for good',
};
const BOTH_VALID: Readonly<Record<Overlap, string>> = {
  none: 'no',
  traffic: 'until every sender was seen with the new one',
  time: 'as long as what was made with it lasts',
  next: 'until the next rotation',
};

export const secretsTable = (all: readonly Right[]): string =>
  table(
    ['Secret', 'Read by', 'Made by', 'Old one valid during a rotation'],
    secretReferencesIn(config).map(({ key, reference }) => {
      const resource = `secret ${parseSecretReference(reference).name}`;
      const readers = all.filter(
        (right) => right.resource === resource && right.action === 'secretsmanager:GetSecretValue',
      );
      const { made, overlap } = kindOfKey(key);
      return [
        code(key.replace(/^feeds\.leads/, 'feeds.<feed>').replaceAll(/\[\d+\]/g, '[]')),
        unique(readers.map((right) => right.function)).join(', '),
        MADE[made],
        BOTH_VALID[overlap],
      ];
    }),
  );

export const resourcesTable = (all: readonly Right[]): string =>
  table(
    ['Resource', 'Function', 'May'],
    [
      ...Map.groupBy(
        all.filter((right) => !isSecret(right)),
        ({ resource }) => resource.split(' ').slice(0, 2).join(' '),
      ),
    ]
      .toSorted(([one], [other]) => (one < other ? -1 : 1))
      .filter(([resource]) => !resource.startsWith('table'))
      .flatMap(([resource, of]) =>
        [...Map.groupBy(of, (right) => right.function)].map(([name, its], index) => [
          index === 0 ? code(resource) : '',
          name,
          actionsOf(its),
        ]),
      ),
  );
