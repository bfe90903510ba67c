import { type Answer, htmlAnswer, jsonAnswer } from '../core/answer.ts';
import type { ClayOptions } from '../core/options.ts';
import type { Route } from '../core/surface.ts';
import * as refusal from '../faults/refusals.ts';
import type { FaultView } from '../faults/switchboard.ts';

const PAGE_URL = 'https://status.clay.com';
/** A page in order was last touched a few minutes ago. */
const FRESH_MINUTES = 4;
const MAX_PER_PAGE = 100;

const iso = (epochMs: number) => new Date(epochMs).toISOString();

type Level = 'minor' | 'major' | 'maintenance';

const DECLARED = [
  { fault: 'status-major', level: 'major', name: 'Webhook intake is failing', green: false },
  { fault: 'status-green-but-incident', level: 'major', name: 'Enrichments are failing', green: true },
  { fault: 'status-minor', level: 'minor', name: 'Delays in AI columns', green: false },
  { fault: 'status-maintenance', level: 'maintenance', name: 'Scheduled maintenance', green: false },
] as const satisfies readonly { level: Level; [key: string]: unknown }[];

const DESCRIPTIONS = {
  none: 'All Systems Operational',
  minor: 'Minor service outage',
  major: 'Major service outage',
  maintenance: 'Scheduled maintenance in progress',
} as const;

/** What Clay declares of itself: Rootly's JSON, and Atlassian Statuspage's where the page is hosted there. */
export const createStatusPage = (options: ClayOptions, faults: FaultView, now: () => number) => {
  const declared = () =>
    DECLARED.flatMap((entry) => {
      const since = faults.since(entry.fault);
      return since === undefined ? [] : [{ ...entry, since }];
    });

  const incidents = () =>
    declared().map(({ fault, level, name, since }) => ({
      id: `incident-${fault}`,
      name,
      status: level === 'maintenance' ? 'in_progress' : 'investigating',
      impact: level === 'maintenance' ? 'none' : level,
      started_at: iso(since),
      created_at: iso(since),
      updated_at: iso(since),
      resolved_at: null,
      url: `${PAGE_URL}/incidents/${fault}`,
      incident_updates: [
        { body: 'We are looking into this.', status: 'investigating', created_at: iso(since) },
      ],
    }));

  const status = () => {
    const indicator = declared().find((entry) => !entry.green)?.level ?? 'none';
    return { indicator, description: DESCRIPTIONS[indicator] };
  };

  const page = () => {
    const ageMinutes = faults.get('status-stale')?.ageMinutes ?? FRESH_MINUTES;
    const updatedAt = iso(now() - ageMinutes * 60_000);
    return { id: 'clay', name: 'Clay', url: PAGE_URL, time_zone: 'Etc/UTC', updated_at: updatedAt };
  };

  const incidentList = (query: URLSearchParams) => {
    const all = incidents();
    const wholeNumber = (name: string, fallback: number) => {
      const value = Number(query.get(name) ?? fallback);
      return Number.isInteger(value) && value > 0 ? value : fallback;
    };
    const perPage = Math.min(MAX_PER_PAGE, wholeNumber('per_page', 25));
    const number = wholeNumber('page', 1);
    const shown = all.slice((number - 1) * perPage, number * perPage);
    if (options.incidentsShape === 'array' && !faults.get('status-envelope')) return shown;
    const totalPages = Math.max(1, Math.ceil(all.length / perPage));
    return {
      page: page(),
      incidents: shown,
      pagination: {
        page: number,
        per_page: perPage,
        total_count: all.length,
        total_pages: totalPages,
        next_page: number < totalPages ? number + 1 : null,
        prev_page: number > 1 ? number - 1 : null,
      },
    };
  };

  const summary = () => ({
    page: page(),
    components: [
      { id: 'tables', name: 'Tables', status: 'operational' },
      { id: 'webhooks', name: 'Webhooks', status: 'operational' },
    ],
    incidents: incidents().filter((incident) => incident.impact !== 'none'),
    scheduled_maintenances: incidents().filter((incident) => incident.impact === 'none'),
    status: status(),
  });

  return ({ path, query }: Route): Answer => {
    const vendor = faults.get('status-vendor-changed')?.vendor ?? options.statusVendor;
    const rootly = vendor !== 'statuspage';
    const statuspage = vendor !== 'rootly';
    if (path === '/')
      return htmlAnswer(200, `<!doctype html><title>Clay Status</title>${status().description}`);
    if (rootly && path === '/api/v1/status.json') {
      return jsonAnswer(200, { page: page(), status: status(), incidents: incidents() });
    }
    if (rootly && path === '/api/v1/incidents.json') return jsonAnswer(200, incidentList(query));
    if (statuspage && path === '/api/v2/summary.json') return jsonAnswer(200, summary());
    if (statuspage && path === '/api/v2/status.json')
      return jsonAnswer(200, { page: page(), status: status() });
    return refusal.notFound();
  };
};
