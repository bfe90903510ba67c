import type { Clock } from '../clock.ts';
import { relayedFeeds } from '../config/relayed.ts';
import type { Config } from '../config/schema.ts';
import type { CreditStore } from '../credits/store.ts';
import type { Incident } from '../incident/incident.ts';
import type { IncidentStore } from '../incident/store.ts';
import type { DeliveryProof, ProofLedger } from '../notify/proof.ts';
import type { ControlStore } from '../relay/control.ts';
import { readRelayFacts, type StatusSources } from '../relay/status-read.ts';
import type { ReplayJobStore } from '../replay/job.ts';
import type { RotationStore } from '../rotate/state.ts';
import type { RowsLedger } from '../rows/ledger.ts';
import type { SilenceStore } from '../silence/silence.ts';
import { type UsageReport, usageOf } from '../usage/usage.ts';
import { type AuditPage, auditOf } from './audit.ts';
import { creditSeriesOf } from './credit-series.ts';
import { feedSeriesOf } from './feed-series.ts';
import type { WatchSeen } from './overview.ts';
import type { OverviewResponse } from './overview-shape.ts';
import { type Asked, rangeOf } from './range.ts';
import { relayOf } from './relay.ts';
import type { RelayResponse } from './relay-shape.ts';
import { replaysOf } from './replays.ts';
import type { CreditSeriesResponse, FeedSeriesResponse } from './series-shape.ts';
import type { AuditResponse, PreflightResponse, ReplaysResponse, SilencesResponse } from './setup-shape.ts';
import { silencesOf } from './silences.ts';

/** What reports are read from. Nothing of it holds a row or a secret. */
export interface ReportPorts {
  readonly incidents: Pick<IncidentStore, 'active' | 'list'>;
  readonly controls: Pick<ControlStore, 'load' | 'tally'>;
  readonly queue: StatusSources['queue'];
  readonly pacer: StatusSources['pacer'];
  readonly rows: Pick<RowsLedger, 'snapshot'>;
  readonly credits: Pick<CreditStore, 'load'>;
  readonly watch: { load(): Promise<WatchSeen> };
  readonly silences: Pick<SilenceStore, 'current' | 'list'>;
  readonly replays: Pick<ReplayJobStore, 'list'>;
  readonly rotations: Pick<RotationStore, 'all'>;
  readonly proof: Pick<ProofLedger, 'undelivered' | 'ofIncident'>;
  /** Told of a queue that does not answer; its rows are then unknown. */
  readonly onFault?: (error: unknown) => void;
}

export interface Reports {
  overview(): Promise<OverviewResponse>;
  usage(): Promise<UsageReport>;
  /** Null: there is no such feed. */
  feedSeries(feed: string, asked: Asked): Promise<FeedSeriesResponse | null>;
  creditSeries(asked: Asked): Promise<CreditSeriesResponse>;
  relay(): Promise<RelayResponse>;
  /** `before`: left out for the newest. */
  audit(page: { readonly limit: number; readonly before?: number }): Promise<AuditResponse>;
  /** `all`: also those that are over, of the last 90 days. */
  silences(all: boolean): Promise<SilencesResponse>;
  replays(): Promise<ReplaysResponse>;
  preflight(): Promise<PreflightResponse>;
}

const SECOND = 1_000;
const DAY = 86_400_000;
const SILENCES = 500;
const SILENCES_SINCE = 90 * DAY;
const REPLAYS = 100;
const UNDELIVERED = 50;
/** Incidents whose messages show which ways to people work. */
const PROVING = 3;
const PROVING_SINCE = 90 * DAY;

/** Of the last second of a page, how many more are read at a time, and how often at most. */
const NEXT = 5;
const MOST_NEXT = 40;

interface Listed {
  readonly incidents: readonly Incident[];
  /** All that were opened from then on were read, epoch ms; 0: all that there are. */
  readonly completeFrom: number;
}

const secondOf = (at: number): number => Math.floor(at / SECOND) * SECOND;

/** The newest incidents opened before a time: `limit` of them, and the rest of the second in which the last was opened. */
const listWholeSeconds = async (
  store: Pick<IncidentStore, 'list'>,
  limit: number,
  before: number | undefined,
): Promise<Listed> => {
  const after = before === undefined ? {} : { after: { openedAt: before, id: '' } };
  const incidents = [...(await store.list({ since: 0, limit, ...after }))];
  let isEnd = incidents.length < limit;
  for (let round = 0; !isEnd && round < MOST_NEXT; round += 1) {
    const last = incidents.at(-1);
    if (!last) break;
    const next = await store.list({
      since: 0,
      limit: NEXT,
      after: { openedAt: last.openedAt, id: last.id },
    });
    const ofSecond = next.filter(({ openedAt }) => secondOf(openedAt) === secondOf(last.openedAt));
    incidents.push(...ofSecond);
    if (ofSecond.length < next.length) return { incidents, completeFrom: secondOf(last.openedAt) };
    isEnd = next.length < NEXT;
  }
  return { incidents, completeFrom: isEnd ? 0 : secondOf(incidents.at(-1)?.openedAt ?? 0) };
};

/** Every report, read when it is asked for. Each rejects when a store does not answer. */
export const createReports = (config: Config, ports: ReportPorts, clock: Pick<Clock, 'now'>): Reports => {
  const { incidents, rows, credits, controls, proof } = ports;
  const feeds = Object.keys(config.feeds);
  const relayed = relayedFeeds(config);

  const readSnapshots = async () =>
    (await Promise.all(feeds.map((feed) => rows.snapshot(feed)))).filter((each) => each !== null);

  const readCounts = async () => {
    const [snapshots, state] = await Promise.all([readSnapshots(), credits.load()]);
    return { snapshots, usage: usageOf(config, { snapshots, credits: state }, clock.now()) };
  };

  const readAudit = async (limit: number, before: number | undefined) => {
    const [active, listed, histories, silences, replays, rotations] = await Promise.all([
      incidents.active(),
      listWholeSeconds(incidents, limit, before),
      Promise.all(relayed.map((feed) => controls.load(feed))),
      ports.silences.list({ since: 0, limit: SILENCES }),
      ports.replays.list(REPLAYS),
      ports.rotations.all(),
    ]);
    // One that is open for long was opened before all that were listed.
    const all = new Map([...active, ...listed.incidents].map((incident) => [incident.id, incident]));
    return {
      ...{ incidents: [...all.values()], controls: histories, silences, replays, rotations },
      completeFrom: listed.completeFrom,
      hasOlder: listed.completeFrom > 0,
    };
  };

  const readProofs = async (): Promise<readonly DeliveryProof[]> => {
    // By the day, so that whoever shares answers can.
    const since = Math.floor((clock.now() - PROVING_SINCE) / DAY) * DAY;
    const newest = await incidents.list({ since, limit: PROVING });
    return (await Promise.all(newest.map(({ id }) => proof.ofIncident(id)))).flat();
  };

  return {
    overview: async () => {
      const [{ overviewOf }, counts, active, relay, watch, silences] = await Promise.all([
        // With the runbook, which no other report but one takes: a cold start of those is shorter without.
        import('./overview.ts'),
        readCounts(),
        incidents.active(),
        readRelayFacts(ports, relayed),
        ports.watch.load(),
        ports.silences.current(clock.now()),
      ]);
      return overviewOf(config, { ...counts, incidents: active, relay, watch, silences }, clock.now());
    },
    usage: async () => (await readCounts()).usage,
    feedSeries: async (feed, asked) =>
      Object.hasOwn(config.feeds, feed)
        ? feedSeriesOf(feed, await rows.snapshot(feed), rangeOf(asked, clock.now()), config)
        : null,
    creditSeries: async (asked) => creditSeriesOf(await credits.load(), rangeOf(asked, clock.now())),
    relay: async () => {
      const [facts, active] = await Promise.all([readRelayFacts(ports, relayed), incidents.active()]);
      return relayOf(config, facts, active, clock.now());
    },
    audit: async ({ limit, before }) => {
      const now = clock.now();
      // What a clock that was ahead wrote is of now.
      const page: AuditPage = { limit, before: before ?? Number.MAX_SAFE_INTEGER };
      return auditOf(await readAudit(limit, before), page, now);
    },
    silences: async (all) => {
      const now = clock.now();
      const silences = all
        ? await ports.silences.list({ since: now - SILENCES_SINCE, limit: SILENCES })
        : await ports.silences.current(now);
      return silencesOf(silences, now);
    },
    replays: async () => replaysOf(await ports.replays.list(REPLAYS), clock.now()),
    preflight: async () => {
      const now = clock.now();
      const [{ preflightOf }, { usage }, active, relay, watch, undelivered, proofs] = await Promise.all([
        import('./preflight.ts'),
        readCounts(),
        incidents.active(),
        readRelayFacts(ports, relayed),
        ports.watch.load(),
        proof.undelivered(now, UNDELIVERED),
        readProofs(),
      ]);
      const data = { usage, incidents: active, relay, watch, undelivered, proofs };
      return preflightOf(config, data, clock.now());
    },
  };
};
