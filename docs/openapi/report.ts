import { DAYS, ENTRIES, HOURS } from '../../functions/report/request.ts';
import { ROUTES } from '../../functions/report/routes.ts';
import { overviewResponse } from '../../shared/report/overview-shape.ts';
import { relayResponse } from '../../shared/report/relay-shape.ts';
import { creditSeriesResponse, feedSeriesResponse } from '../../shared/report/series-shape.ts';
import {
  auditResponse,
  preflightResponse,
  replaysResponse,
  silencesResponse,
} from '../../shared/report/setup-shape.ts';
import { usageResponse } from '../../shared/usage/document-shape.ts';
import {
  answer,
  inPath,
  type Json,
  MALFORMED,
  OVERLOADED,
  pathOf,
  refusal,
  TAG,
  UNAUTHORIZED,
  UNCHANGED,
} from './parts.ts';

export const REPORT_RESPONSES = {
  Overview: overviewResponse,
  Usage: usageResponse,
  FeedSeries: feedSeriesResponse,
  CreditSeries: creditSeriesResponse,
  Relay: relayResponse,
  Audit: auditResponse,
  SilenceList: silencesResponse,
  ReplayList: replaysResponse,
  Preflight: preflightResponse,
} as const;

type Report = keyof typeof ROUTES;

const inQuery = (name: string, description: string, schema: Json): Json => ({
  name,
  in: 'query',
  required: false,
  description,
  schema,
});

const SPAN: readonly Json[] = [
  inQuery('hours', 'The last so many hours, in steps of five minutes; default 24.', {
    type: 'integer',
    minimum: 1,
    maximum: HOURS,
  }),
  inQuery('days', 'Instead of hours: the last so many days, in steps of an hour.', {
    type: 'integer',
    minimum: 1,
    maximum: DAYS,
  }),
];
const FEED = inPath('feed', 'The name of a feed of the configuration.');

const REPORTS: Readonly<
  Record<
    Report,
    {
      readonly id: string;
      readonly summary: string;
      readonly shape: keyof typeof REPORT_RESPONSES;
      readonly parameters?: readonly Json[];
    }
  >
> = {
  overview: { id: 'showOverview', summary: 'The whole installation at a glance', shape: 'Overview' },
  usage: {
    id: 'showUsage',
    summary: 'Webhooks and tables toward their limits, rows, hit rates and credits',
    shape: 'Usage',
  },
  feedSeries: {
    id: 'showFeedSeries',
    summary: 'Rows, hit rate and round trip of a feed over time',
    shape: 'FeedSeries',
    parameters: [FEED, ...SPAN],
  },
  creditSeries: {
    id: 'showCreditSeries',
    summary: 'Both credit meters over time',
    shape: 'CreditSeries',
    parameters: SPAN,
  },
  relay: { id: 'showRelay', summary: 'Every feed that takes rows, with its history', shape: 'Relay' },
  audit: {
    id: 'listAudit',
    summary: 'What people did, and what Claywatch did by itself, newest first',
    shape: 'Audit',
    parameters: [
      inQuery('limit', 'About so many: what happened in one second is not torn apart; default 50.', {
        type: 'integer',
        minimum: 1,
        maximum: ENTRIES,
      }),
      inQuery('before', 'Only what came before this time.', { type: 'string', format: 'date-time' }),
    ],
  },
  silences: {
    id: 'listSilences',
    summary: 'Silences in force and to come',
    shape: 'SilenceList',
    parameters: [inQuery('all', 'Also those that are over.', { type: 'boolean' })],
  },
  replays: { id: 'listReplays', summary: 'Replays, newest first', shape: 'ReplayList' },
  preflight: {
    id: 'showPreflight',
    summary: 'Whether everything is there that it takes',
    shape: 'Preflight',
  },
};

/** What the function `report` answers. */
export const reportPaths = (): Json =>
  Object.fromEntries(
    Object.entries(REPORTS).map(([report, { id, summary, shape, parameters = [] }]) => [
      pathOf(ROUTES[report as Report]),
      {
        get: {
          operationId: id,
          summary,
          parameters: [...parameters, TAG],
          responses: {
            200: answer('As it is now.', shape),
            304: UNCHANGED,
            400: MALFORMED,
            401: UNAUTHORIZED,
            404: refusal('There is no such feed.'),
            429: OVERLOADED,
          },
        },
      },
    ]),
  );
