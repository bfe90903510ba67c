import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { type FunctionDescription, functionsOf } from '../functions/manifest.ts';
import { BUDGETS, type Budget, type PackageSize, sizeOf } from '../infra/budgets.ts';
import { bundleFunction, CONFIG_FILE, ENTRY_FILE, ROOT } from '../infra/bundle.ts';
import { parseConfig } from '../shared/config/parse.ts';
import type { Config } from '../shared/config/schema.ts';
import { FULL_CONFIG } from '../test/infra/installation.ts';

/** Something to load. */
export interface Package {
  readonly name: string;
  readonly file: string;
  readonly size?: PackageSize;
  readonly budget?: Budget;
  /** What it is handed over first. */
  readonly event: unknown;
  readonly env: Readonly<Record<string, string>>;
}

const SLOT = '2026-11-21T17:24:00Z';
const ARN = 'arn:aws:sns:eu-central-1:123456789012:acme-alerts';

/** Whatever any function is given; each takes its own. */
const ENVIRONMENT = {
  TABLE_NAME: 'acme-state',
  ROW_QUEUE_PREFIX: 'https://127.0.0.1:9/123456789012/acme-rows-',
  DEAD_LETTER_QUEUE: 'https://127.0.0.1:9/123456789012/acme-rows-dead',
  ROWS_KEY: 'secretsmanager:acme/rows-key',
  FORWARD_FUNCTION: 'acme-forward',
  ALERT_TOPIC_ARN: ARN,
  PAGES_TOPIC_ARN: ARN.replace('alerts', 'pages'),
  AWS_REGION: 'eu-central-1',
  AWS_ACCESS_KEY_ID: 'fake',
  AWS_SECRET_ACCESS_KEY: 'fake',
  AWS_ENDPOINT_URL: 'https://127.0.0.1:9',
};

type SenderSettings = { readonly secret?: unknown; readonly previousSecret?: unknown };

const EMPTY = 'export const handler = async () => ({ statusCode: 204 });';
const WITH_DYNAMODB = `
import { DynamoDBClient, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
const client = new DynamoDBClient({});
export const handler = async ({ id }: { id: string }) => {
  await client.send(new UpdateItemCommand({ TableName: 'table', Key: { pk: { S: id } } }));
  return { statusCode: 204 };
};`;

/**
 * As `NodejsFunction` of aws-cdk-lib 2.276.0 builds where it is told nothing: esbuild with `--bundle --platform=node
 * --target=node24`, so CommonJS, not minified, without a source map; `@aws-sdk/*` left out unless `bundleAwsSDK`.
 */
const byDefaults = (
  directory: string,
  name: string,
  contents: string,
  external: readonly string[],
): Package => {
  const into = join(directory, name.replaceAll(/\W+/g, '-'));
  mkdirSync(into);
  buildSync({
    stdin: { contents, loader: 'ts', resolveDir: ROOT },
    outfile: join(into, 'index.js'),
    bundle: true,
    platform: 'node',
    target: 'node24',
    external: [...external],
    logLevel: 'silent',
  });
  // Lambda has the SDK beside its runtime; here it is that of this repository.
  if (external.length > 0) symlinkSync(join(ROOT, 'node_modules'), join(into, 'node_modules'));
  return { name, file: join(into, 'index.js'), event: { id: 'fake' }, env: ENVIRONMENT };
};

/** An empty handler, and the plain one in the two readings of CDK's defaults. */
export const controlsIn = (directory: string) => ({
  empty: byDefaults(directory, 'empty handler', EMPTY, []),
  plain: [
    byDefaults(directory, 'DynamoDB, SDK of the runtime', WITH_DYNAMODB, ['@aws-sdk/*']),
    byDefaults(directory, 'DynamoDB, SDK bundled', WITH_DYNAMODB, []),
  ],
});

const request = (routeKey: string) => ({
  routeKey,
  headers: {
    'content-type': 'application/json',
    'x-claywatch-secret': 'fake',
    authorization: 'Bearer fake',
  },
  body: '{"row_id":"fake","status":"SUCCESS"}',
  isBase64Encoded: false,
  pathParameters: { feed: 'leads' },
});
const message = {
  Records: [
    {
      messageId: 'message-1',
      receiptHandle: 'handle-1',
      body: JSON.stringify({
        Message: JSON.stringify({
          id: 'inc-20261121-00000000:1:opened',
          incidentId: 'inc-20261121-00000000',
          subject: 'A subject',
          emailText: 'Text.',
          smsText: 'Text.',
          attributes: {},
        }),
      }),
      attributes: { ApproximateReceiveCount: '1' },
      eventSourceARN: 'arn:aws:sqs:eu-central-1:123456789012:acme-notify-ops',
    },
  ],
};

/** The first event that a function of that kind is likely to see. */
const firstEvent = ({ trigger }: FunctionDescription): unknown => {
  if (trigger.kind === 'http') return request(trigger.routes[0]);
  return trigger.kind === 'queues' ? message : { slot: SLOT };
};

/**
 * One feed has senders, with one secret for each endpoint, and none is being rotated: of each secret another request is
 * prepared before the first connection, so that otherwise the endpoints would be compared by their settings.
 */
const withOneSecretEach = (config: Config): Config => {
  const one = ({ previousSecret: _, ...rest }: SenderSettings) => rest;
  const none = ({ secret: _, previousSecret: __, ...rest }: SenderSettings) => rest;
  const feeds = Object.entries(config.feeds).map(([name, feed], index) => {
    const only = index === 0 ? one : none;
    const { callbacks, submissions, relay } = feed;
    return [
      name,
      { ...feed, callbacks: only(callbacks), submissions: only(submissions), relay: only(relay) },
    ] as const;
  });
  return { ...config, feeds: Object.fromEntries(feeds) as Config['feeds'] };
};

/** Every function of the manifest, as it is deployed. */
export const packagesIn = (directory: string): readonly Package[] => {
  const config = withOneSecretEach(parseConfig(FULL_CONFIG, 'the configuration of the bench'));
  return Object.values(functionsOf(config)).map((description) => {
    const into = join(directory, description.name);
    const metafile = bundleFunction(description, config, into);
    return {
      name: description.name,
      file: join(into, ENTRY_FILE),
      size: sizeOf(into, metafile),
      budget: BUDGETS[description.name],
      event: firstEvent(description),
      env: { ...ENVIRONMENT, CLAYWATCH_CONFIG: join(into, CONFIG_FILE) },
    };
  });
};
