import { channelDeadLetterQueueName, channelIds, channelQueueName } from '../shared/config/alerting.ts';
import type { Config } from '../shared/config/schema.ts';
import { callbackEnvironment } from './callback/environment.ts';
import { consoleEnvironment } from './console/environment.ts';
import { ROUTES as CONSOLE } from './console/routes.ts';
import type { EnvironmentSchema } from './environment.ts';
import { forwardEnvironment } from './forward/environment.ts';
import { incidentsEnvironment } from './incidents/environment.ts';
import { ROUTES } from './incidents/routes.ts';
import { notifyEnvironment } from './notify/environment.ts';
import { operateEnvironment } from './operate/environment.ts';
import { ROUTES as OPERATE } from './operate/routes.ts';
import { relayEnvironment } from './relay/environment.ts';
import { replayEnvironment } from './replay/environment.ts';
import { reportEnvironment } from './report/environment.ts';
import { ROUTES as REPORT } from './report/routes.ts';
import { respondEnvironment } from './respond/environment.ts';
import { rotateEnvironment } from './rotate/environment.ts';
import { statuspageEnvironment } from './statuspage/environment.ts';
import { ROUTES as STATUSPAGE } from './statuspage/routes.ts';
import { submissionsEnvironment } from './submissions/environment.ts';
import { watchEnvironment } from './watch/environment.ts';

/** Invoked by EventBridge Scheduler (deployed) or by the local schedule, with `{ "slot": "<scheduled time>" }`. */
export interface ScheduleTrigger {
  readonly kind: 'schedule';
  readonly everyMinutes: number;
}

/** As API Gateway writes routes: `GET /v1/status`; in the path, `{feed}` is any one segment. */
export type Route = `${'GET' | 'POST'} /${string}`;

/** Invoked by API Gateway (deployed) or by the local gateway, with an event in payload format 2.0. */
export interface HttpTrigger {
  readonly kind: 'http';
  readonly routes: readonly [Route, ...Route[]];
}

/** Invoked with up to ten messages of one queue, and answers which of them are to come again. */
export interface QueuesTrigger {
  readonly kind: 'queues';
  /** By name. Each has its own dead-letter queue. */
  readonly queues: readonly { readonly name: string; readonly deadLetters: string }[];
  /** Messages come again after so many seconds, unless the function says when. At least six times its timeout. */
  readonly visibilitySeconds: number;
  /** Who receives a message so often dies of it each time; the function itself settles what cannot be delivered. */
  readonly maxReceives: number;
}

/**
 * Invoked by Secrets Manager, a step of a rotation at a time; and at a steady rate, with a slot, to end what rotations
 * have begun.
 */
export interface RotationTrigger {
  readonly kind: 'rotation';
  readonly everyMinutes: number;
}

/** Invoked by another function that does not wait for it, with an event of that function's making. */
export interface CallTrigger {
  readonly kind: 'call';
}

/**
 * What a function may do, and nothing else.
 *
 * In the table: `table` reads and writes every item, `rows` counts in the rows ledger, `relay-state` keeps all that
 * forwarding keeps (the ledger among it), `idempotency` remembers requests and entities, `read-status` reads what the
 * status is made of, which is no row and no copy of one; `incidents` reads incidents and what is kept of them, and
 * writes incidents; `deliveries` reads incidents, and keeps proof and what channels remember; `note-secret-use` writes
 * down which version of a secret is in use, `rotations` keeps how rotations went, and reads those notes.
 * Secrets: `secrets` reads those that looking takes, `callback-secrets`, `submission-secrets` and `relay-secrets` those
 * that prove who sends to the one endpoint or the other, `status-secrets` those of whoever may read the status,
 * `webhook-secrets` the URLs and tokens of the webhooks that rows go to, `rows-key` the key that seals rows,
 * `respond-secrets` those that prove who looks and acts, `slack-secrets` those by which Slack signs, `link-secret` the key
 * that signs links in messages,
 * `channel-secrets` those by which chat channels are reached; `rotate-secrets` writes new versions of all of them but
 * the key that seals rows, and moves their labels.
 * Queues: `take-rows` puts rows in, `send-rows` takes them out, gives them back and sets them aside, `count-queues`
 * reads how many wait; `hand-over` takes messages for chat channels out and puts them off. `alerts` publishes to the
 * topics of incidents and of pages, `wake-forward` starts the forwarder, `wake-replay` what carries out replays.
 * The console: `session-secret` reads the key that signs sessions, `session-client` the secret by which the identity
 * provider knows us, `sign-ins` counts failed sign-ins; `read-report` reads what pages show, `operate` keeps what people
 * change beside incidents, `replay` what a replay keeps. The status page: `read-public` reads incidents, silences, and
 * when the watch looked.
 */
export type Grant =
  | 'table'
  | 'read-status'
  | 'rows'
  | 'relay-state'
  | 'idempotency'
  | 'alerts'
  | 'secrets'
  | 'callback-secrets'
  | 'submission-secrets'
  | 'relay-secrets'
  | 'status-secrets'
  | 'webhook-secrets'
  | 'rows-key'
  | 'take-rows'
  | 'send-rows'
  | 'count-queues'
  | 'wake-forward'
  | 'incidents'
  | 'deliveries'
  | 'respond-secrets'
  | 'slack-secrets'
  | 'link-secret'
  | 'channel-secrets'
  | 'hand-over'
  | 'note-secret-use'
  | 'rotations'
  | 'rotate-secrets'
  | 'read-public'
  | 'read-report'
  | 'operate'
  | 'replay'
  | 'wake-replay'
  | 'session-secret'
  | 'session-client'
  | 'sign-ins';

export interface FunctionDescription {
  readonly name: string;
  /** The module whose export `handler` is the function; relative to the root of the repository. */
  readonly entry: string;
  readonly description: string;
  readonly memoryMb: number;
  readonly timeoutSeconds: number;
  readonly trigger: ScheduleTrigger | HttpTrigger | QueuesTrigger | RotationTrigger | CallTrigger;
  /** Exactly the variables that the function is given; their values come from whoever runs it. */
  readonly environment: EnvironmentSchema;
  readonly grants: readonly Grant[];
}

/** Four deliveries one after the other, each with its patience. */
const NOTIFY_SECONDS = 60;

const { list, ...others } = ROUTES;
const { page: consolePage, ...consoleOthers } = CONSOLE;
const { overview, ...reports } = REPORT;
const { hold, ...operations } = OPERATE;
const { page: statusPage, ...statusOthers } = STATUSPAGE;

/**
 * The one description of what runs and when. CDK deploys it and the local runtime runs it, so that the two cannot
 * drift.
 */
export const functionsOf = (config: Config) =>
  ({
    watch: {
      name: 'watch',
      entry: 'functions/watch/handler.ts',
      description: 'Looks at Clay, names what broke, keeps the incident and tells people.',
      // Less memory is less CPU, and TLS handshakes then look like a slow Clay.
      memoryMb: 512,
      // Ends before the next run begins; looking takes at most 22 s of it.
      timeoutSeconds: 50,
      trigger: { kind: 'schedule', everyMinutes: config.schedule.everyMinutes },
      environment: watchEnvironment,
      grants: ['table', 'alerts', 'secrets', 'link-secret', 'count-queues'],
    },
    callback: {
      name: 'callback',
      entry: 'functions/callback/handler.ts',
      description: "Counts the rows that come back from Clay's HTTP API column.",
      // Half a CPU: a cold start is mostly loading, and the row waits for it.
      memoryMb: 1_024,
      // The column waits at most 100 s; a store that needs this long is down, and 429 says so.
      timeoutSeconds: 10,
      trigger: { kind: 'http', routes: ['POST /v1/callbacks/{feed}'] },
      environment: callbackEnvironment,
      grants: ['rows', 'callback-secrets', 'note-secret-use'],
    },
    submissions: {
      name: 'submissions',
      entry: 'functions/submissions/handler.ts',
      description: 'Counts the rows that senders posted to Clay themselves.',
      memoryMb: 512,
      timeoutSeconds: 10,
      trigger: { kind: 'http', routes: ['POST /v1/submissions/{feed}'] },
      environment: submissionsEnvironment,
      grants: ['rows', 'submission-secrets', 'note-secret-use'],
    },
    relay: {
      name: 'relay',
      entry: 'functions/relay/handler.ts',
      description: 'Takes rows from senders and answers once they are durable.',
      memoryMb: 1_024,
      timeoutSeconds: 15,
      trigger: { kind: 'http', routes: ['POST /v1/rows/{feed}'] },
      environment: relayEnvironment,
      grants: ['idempotency', 'relay-secrets', 'rows-key', 'take-rows', 'wake-forward', 'note-secret-use'],
    },
    forward: {
      name: 'forward',
      entry: 'functions/forward/handler.ts',
      description: 'Sends rows to Clay as fast as Clay allows.',
      memoryMb: 512,
      // Works for little more than a minute, so that the next one has begun before this one ends.
      timeoutSeconds: 120,
      trigger: { kind: 'schedule', everyMinutes: 1 },
      environment: forwardEnvironment,
      grants: ['relay-state', 'webhook-secrets', 'rows-key', 'send-rows', 'note-secret-use'],
    },
    respond: {
      name: 'respond',
      entry: 'functions/respond/handler.ts',
      description: 'Tells applications how it goes.',
      memoryMb: 512,
      timeoutSeconds: 10,
      trigger: { kind: 'http', routes: ['GET /v1/status'] },
      environment: respondEnvironment,
      grants: ['read-status', 'relay-secrets', 'status-secrets', 'count-queues', 'note-secret-use'],
    },
    incidents: {
      name: 'incidents',
      entry: 'functions/incidents/handler.ts',
      description: 'Shows incidents to people and programs, and lets them act.',
      // Slack waits three seconds, a cold start included, which is mostly loading.
      memoryMb: 1_024,
      // What takes longer is a store that is down.
      timeoutSeconds: 10,
      trigger: { kind: 'http', routes: [list, ...Object.values(others)] },
      environment: incidentsEnvironment,
      grants: [
        'incidents',
        'respond-secrets',
        'slack-secrets',
        'session-secret',
        'link-secret',
        'note-secret-use',
      ],
    },
    report: {
      name: 'report',
      entry: 'functions/report/handler.ts',
      description: 'Shows people and programs how it goes, over time.',
      memoryMb: 1_024,
      timeoutSeconds: 20,
      trigger: { kind: 'http', routes: [overview, ...Object.values(reports)] },
      environment: reportEnvironment,
      grants: ['read-report', 'respond-secrets', 'session-secret', 'count-queues', 'note-secret-use'],
    },
    operate: {
      name: 'operate',
      entry: 'functions/operate/handler.ts',
      description: 'Lets people hold, resume, replay, silence and drill.',
      memoryMb: 1_024,
      timeoutSeconds: 25,
      trigger: { kind: 'http', routes: [hold, ...Object.values(operations)] },
      environment: operateEnvironment,
      grants: [
        'operate',
        'respond-secrets',
        'session-secret',
        'rows-key',
        'count-queues',
        'wake-replay',
        'note-secret-use',
      ],
    },
    replay: {
      name: 'replay',
      entry: 'functions/replay/handler.ts',
      description: 'Carries out a replay, a part at a time.',
      memoryMb: 512,
      // As long as Lambda lets it; what is left then the next one does.
      timeoutSeconds: 900,
      trigger: { kind: 'call' },
      environment: replayEnvironment,
      grants: ['replay', 'rows-key', 'take-rows', 'count-queues', 'wake-replay'],
    },
    statuspage: {
      name: 'statuspage',
      entry: 'functions/statuspage/handler.ts',
      description: 'Tells the users of the pipeline how it goes.',
      memoryMb: 512,
      timeoutSeconds: 10,
      trigger: { kind: 'http', routes: [statusPage, ...Object.values(statusOthers)] },
      environment: statuspageEnvironment,
      grants: ['read-public'],
    },
    console: {
      name: 'console',
      entry: 'functions/console/handler.ts',
      description: 'Serves the console, and signs people in to it.',
      memoryMb: 512,
      timeoutSeconds: 15,
      trigger: { kind: 'http', routes: [consolePage, ...Object.values(consoleOthers)] },
      environment: consoleEnvironment,
      grants: ['respond-secrets', 'session-secret', 'session-client', 'sign-ins', 'note-secret-use'],
    },
    notify: {
      name: 'notify',
      entry: 'functions/notify/handler.ts',
      description: 'Hands messages to Slack, PagerDuty, webhooks and status pages, and proves it.',
      memoryMb: 512,
      timeoutSeconds: NOTIFY_SECONDS,
      trigger: {
        kind: 'queues',
        queues: channelIds(config).map((channel) => ({
          name: channelQueueName(config.installation, channel),
          deadLetters: channelDeadLetterQueueName(config.installation, channel),
        })),
        visibilitySeconds: 6 * NOTIFY_SECONDS,
        maxReceives: 1_000,
      },
      environment: notifyEnvironment,
      grants: ['deliveries', 'channel-secrets', 'hand-over'],
    },
    rotate: {
      name: 'rotate',
      entry: 'functions/rotate/handler.ts',
      description: 'Rotates secrets, and ends what rotations have begun.',
      memoryMb: 512,
      // A look at a webhook with its two confirmations takes 13 s; Secrets Manager waits for a step as long as it takes.
      timeoutSeconds: 60,
      trigger: { kind: 'rotation', everyMinutes: 15 },
      environment: rotateEnvironment,
      grants: ['rotations', 'rotate-secrets'],
    },
  }) as const satisfies Readonly<Record<string, FunctionDescription>>;
