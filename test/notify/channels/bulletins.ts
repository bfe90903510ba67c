import type { Bulletin } from '../../../shared/notify/channels/port.ts';

export const THREE_AM = Date.parse('2026-11-03T03:00:00Z');
const MINUTE = 60_000;

/** A message as the renderer makes it; `over` changes any part of it. The id follows from version and transition. */
export const bulletinOf = (version: number, over: Partial<Bulletin> = {}): Bulletin => {
  const incidentId = over.incidentId ?? 'inc-20261103-0a1b2c3d';
  const transition = over.transition ?? 'triggered';
  const at = THREE_AM + version * MINUTE;
  return {
    id: `${incidentId}:${version}:${transition}`,
    installation: 'claywatch',
    incidentId,
    cause: 'webhook.limit-reached',
    subject: 'leads/leads-1',
    feed: 'leads',
    transition,
    urgency: 'page',
    status: 'triggered',
    severity: 'P1',
    peakSeverity: 'P1',
    title: 'A webhook takes no more rows',
    summary: 'POST answered 403: record limit reached.',
    impact: 'New leads are held and not enriched.',
    publicImpact: 'Enrichment of new leads is delayed.',
    affected: ['Sales development', 'Lead routing'],
    done: [],
    steps: [{ do: 'Create a new webhook on the same table', where: 'Clay: Table > + Add > Webhooks' }],
    acknowledgedBy: null,
    assignee: null,
    update: null,
    alsoAbout: [],
    at,
    detectedAt: THREE_AM,
    openedAt: THREE_AM + 8_000,
    resolvedAt: null,
    respondBy: THREE_AM + 15 * MINUTE,
    nextUpdateAt: THREE_AM + 30 * MINUTE,
    url: 'https://claywatch.example.com/i/inc-20261103-0a1b2c3d',
    ...over,
  };
};

const ALEX = { acknowledgedBy: 'alex', urgency: 'notice' } as const;

export const acknowledged = (version: number, over: Partial<Bulletin> = {}): Bulletin =>
  bulletinOf(version, { transition: 'acknowledged', status: 'acknowledged', ...ALEX, ...over });

export const resolved = (version: number, over: Partial<Bulletin> = {}): Bulletin =>
  bulletinOf(version, {
    transition: 'resolved',
    status: 'resolved',
    resolvedAt: THREE_AM + version * MINUTE,
    ...ALEX,
    ...over,
  });

export const reopened = (version: number, over: Partial<Bulletin> = {}): Bulletin =>
  bulletinOf(version, { transition: 'reopened', ...over });

/** What a person wrote for the public, which is the word that lets it out. */
export const publicUpdate = (version: number, text: string, over: Partial<Bulletin> = {}): Bulletin =>
  acknowledged(version, {
    transition: 'updated',
    update: { text, by: 'alex', audience: 'public' },
    ...over,
  });
