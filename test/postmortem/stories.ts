import { type Config, type ConfigInput, configSchema } from '../../shared/config/schema.ts';
import type { Incident } from '../../shared/incident/incident.ts';
import type { DeliveryProof } from '../../shared/notify/proof.ts';
import type { EvidenceSnapshot } from '../../shared/postmortem/postmortem.ts';
import type { FeedSnapshot, RowsWindow } from '../../shared/rows/snapshot.ts';

export const configOf = (over: ConfigInput = {}): Config =>
  configSchema.parse({
    feeds: { leads: { webhooks: [{ id: 'leads-1', url: 'env:LEADS_1', table: 'Leads' }] } },
    ...over,
  });

export const proofOf = ({ id }: Incident, over: Partial<DeliveryProof>): DeliveryProof => ({
  notificationId: `${id}:1:triggered`,
  incidentId: id,
  transition: 'triggered',
  channel: 'sns',
  status: 'delivered',
  owedAt: 0,
  triedAt: over.deliveredAt ?? null,
  attempts: 1,
  deliveredAt: null,
  receipt: 'receipt',
  lastError: null,
  fellBackTo: null,
  ...over,
});

type Counts = EvidenceSnapshot['feeds'][number];

export const evidenceOf = (
  { id }: Incident,
  at: number,
  counts: Omit<Counts, 'feed' | 'onHold'>,
  balance: number | null = null,
): EvidenceSnapshot => ({
  incidentId: id,
  at,
  occasion: 'opened',
  probes: [],
  feeds: [{ feed: 'leads', onHold: null, ...counts }],
  credits: { balance, actions: null },
  ownErrors: [],
  health: null,
});

interface WindowNumbers {
  readonly credits?: number;
  readonly creditsOnMisses?: number;
  readonly actions?: number;
  readonly hit?: number;
  readonly missed?: number;
  readonly skipped?: number;
  readonly failed?: number;
}

export const windowOf = (start: number, numbers: WindowNumbers): RowsWindow => {
  const { credits = 0, creditsOnMisses = 0, actions = 0 } = numbers;
  const { hit = 0, missed = 0, skipped = 0, failed = 0 } = numbers;
  const calledBack = hit + missed + skipped + failed;
  return {
    ...{ start, submitted: calledBack, calledBack, refused: 0, results: { hit, missed, skipped, failed } },
    ...{ failedByStatus: {}, byProvider: {}, byColumn: {}, crm: { ok: 0, failed: 0 }, roundTrips: [] },
    ...{ credits, actions, creditsOnMisses },
  };
};

export const feedOf = (
  feed: string,
  over: {
    readonly asOf: number;
    readonly windows?: readonly RowsWindow[];
    readonly oldestAt?: number | null;
    readonly waiting?: number;
  },
): FeedSnapshot => ({
  feed,
  asOf: over.asOf,
  webhooks: [],
  totals: {
    ...{ submitted: 0, calledBack: 0, unannounced: 0, credits: 0, actions: 0 },
    results: { hit: 0, missed: 0, skipped: 0, failed: 0 },
  },
  windows: over.windows ?? [],
  hours: [],
  outstanding: { ages: [], total: over.waiting ?? 0, oldestAt: over.oldestAt ?? null },
  cohort: { submitted: 0, cameBack: 0, from: 0, matureBefore: 0 },
  lastSubmissionAt: null,
  lastCallbackAt: null,
  repeats: [],
});
