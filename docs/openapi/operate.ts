import { BODIES, MAX_BODY_BYTES, type Operation } from '../../functions/operate/request.ts';
import { ROUTES } from '../../functions/operate/routes.ts';
import {
  drillEndResponse,
  drillResponse,
  failoverResponse,
  holdResponse,
  replayPlanResponse,
  replayResponse,
  resumeResponse,
  silenceEndResponse,
  silenceResponse,
} from '../../shared/operate/operate-shape.ts';
import {
  ACTOR,
  answer,
  FORBIDDEN,
  inPath,
  type Json,
  json,
  KEY,
  MALFORMED,
  OVERLOADED,
  pathOf,
  refusal,
  UNAUTHORIZED,
} from './parts.ts';

export const OPERATE_RESPONSES = {
  FeedHeld: holdResponse,
  FeedResumed: resumeResponse,
  FailedOver: failoverResponse,
  ReplayPlanned: replayPlanResponse,
  ReplayBegun: replayResponse,
  Silenced: silenceResponse,
  SilenceEnded: silenceEndResponse,
  DrillBegun: drillResponse,
  DrillEnded: drillEndResponse,
} as const;

const bodyName = (operation: Operation): string =>
  `${operation.charAt(0).toUpperCase()}${operation.slice(1)}Body`;

export const OPERATE_REQUESTS = Object.fromEntries(
  Object.entries(BODIES).map(([operation, schema]) => [bodyName(operation as Operation), schema]),
) as Readonly<Record<string, (typeof BODIES)[Operation]>>;

const FEED = inPath('feed', 'The name of a feed of the configuration that takes rows.');

const OPERATIONS: Readonly<
  Record<
    Operation,
    {
      readonly id: string;
      readonly summary: string;
      readonly shape: keyof typeof OPERATE_RESPONSES;
      readonly path?: Json;
    }
  >
> = {
  hold: {
    id: 'holdFeed',
    summary: 'Hold a feed: its rows are taken, and wait',
    shape: 'FeedHeld',
    path: FEED,
  },
  resume: { id: 'resumeFeed', summary: 'Let the rows of a feed go on', shape: 'FeedResumed', path: FEED },
  failover: {
    id: 'failOver',
    summary: 'Send the rows of a feed to another webhook of its pool',
    shape: 'FailedOver',
    path: FEED,
  },
  replayPlan: {
    id: 'planReplay',
    summary: 'What sending rows again would take; changes nothing, and needs looking only',
    shape: 'ReplayPlanned',
    path: FEED,
  },
  replay: {
    id: 'beginReplay',
    summary: 'Send rows to Clay again, as planned; it goes on after the answer',
    shape: 'ReplayBegun',
    path: FEED,
  },
  replayResume: {
    id: 'resumeReplay',
    summary: 'Go on with a replay that was stopped',
    shape: 'ReplayBegun',
    path: inPath('id', 'The id of the replay, e.g. rpl-20261103-0a1b2c3d.'),
  },
  silence: { id: 'addSilence', summary: 'Hold messages back for a while', shape: 'Silenced' },
  silenceEnd: {
    id: 'endSilence',
    summary: 'End a silence, or call it off',
    shape: 'SilenceEnded',
    path: inPath('id', 'The id of the silence, e.g. sil-0a1b2c3d.'),
  },
  drill: {
    id: 'startDrill',
    summary: 'Practise: people are really told, Clay and rows are not touched',
    shape: 'DrillBegun',
  },
  drillEnd: { id: 'endDrill', summary: 'End the drill that runs', shape: 'DrillEnded' },
};

/** What the function `operate` does. */
export const operatePaths = (): Json =>
  Object.fromEntries(
    Object.entries(OPERATIONS).map(([name, { id, summary, shape, path }]) => {
      const operation = name as Operation;
      return [
        pathOf(ROUTES[operation]),
        {
          post: {
            operationId: id,
            summary,
            parameters: [...(path ? [path] : []), ACTOR, KEY],
            requestBody: {
              required: BODIES[operation].safeParse({}).success === false,
              description: `At most ${MAX_BODY_BYTES} bytes.`,
              content: json(bodyName(operation)),
            },
            responses: {
              200: answer('Done, so already, or what would be done.', shape),
              400: MALFORMED,
              401: UNAUTHORIZED,
              403: FORBIDDEN,
              404: refusal('There is no such feed, webhook, replay, silence or drill.'),
              409: refusal(
                'It would break a limit, lose rows, or cannot be done as things stand, or the Idempotency-Key was used before; the code and the detail say which.',
              ),
              413: refusal('The body is too large.'),
              415: refusal('The body has a Content-Encoding.'),
              429: OVERLOADED,
            },
          },
        },
      ];
    }),
  );
