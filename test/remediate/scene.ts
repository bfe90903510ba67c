import type { Cause } from '../../shared/cause.ts';
import { parseConfig } from '../../shared/config/parse.ts';
import type { Config, ConfigInput } from '../../shared/config/schema.ts';
import type { Verdict } from '../../shared/diagnose/verdict.ts';
import { decide } from '../../shared/incident/decide.ts';
import type { Incident } from '../../shared/incident/incident.ts';
import { incidentPolicy } from '../../shared/incident/policy.ts';
import type { IncidentStore } from '../../shared/incident/store.ts';
import type { ControlStore } from '../../shared/relay/control.ts';
import type { RemediationAction } from '../../shared/remediate/action.ts';
import { decideRemediation } from '../../shared/remediate/decide.ts';
import { performRemediation } from '../../shared/remediate/perform.ts';
import type { FeedSnapshot } from '../../shared/rows/snapshot.ts';
import { createMemoryControlStore } from '../support/memory-control-store.ts';
import { createMemoryIncidentStore } from '../support/memory-store.ts';

export const NOW = Date.UTC(2026, 10, 18, 9);
export const MINUTE = 60_000;
const TRICKLE = 10;

const webhook = (id: string, table: string) => ({
  id,
  url: `env:URL_${id.toUpperCase().replace('-', '_')}` as const,
  table,
});

export const configOf = (over: ConfigInput = {}): Config =>
  parseConfig(
    {
      feeds: {
        leads: {
          webhooks: [webhook('leads-1', 'one'), webhook('leads-2', 'one'), webhook('leads-3', 'two')],
          tables: { one: {}, two: {} },
          callbacks: { secret: 'env:CALLBACKS' },
          relay: { secret: 'env:RELAY' },
        },
        accounts: { webhooks: [webhook('accounts-1', 'three')], relay: { secret: 'env:RELAY' } },
        direct: { webhooks: [webhook('direct-1', 'four')] },
      },
      ...over,
    },
    'the configuration of the test',
  );

export const verdictOf = (
  cause: Cause,
  subject: string,
  { probe = 'clay.api', finding = 'server-error' }: { probe?: string; finding?: string } = {},
): Verdict => ({
  cause,
  subject,
  severity: 'P1',
  summary: `${cause} holds.`,
  evidence: [{ probe, at: NOW, summary: 'seen', finding, kind: 'measured', facts: {} }],
  ruledOut: [],
  wouldChange: ['something else'],
  tentative: false,
});

/** Incidents and control states as they are kept, and what the watch does with them. */
export interface Scene {
  readonly controls: ControlStore;
  readonly incidents: IncidentStore;
  now: number;
  config: Config;
  snapshot: FeedSnapshot | null;
  /** In force in this run. */
  verdicts: readonly Verdict[];
  /** Opens, or keeps, the incident of a verdict that is in force from now on. */
  found(verdict: Verdict): Promise<void>;
  hidden(verdict: Verdict): Promise<void>;
  /** Not in force any more, and not seen to be over. */
  gone(verdict: Verdict): void;
  resolved(verdict: Verdict): Promise<void>;
  decide(): Promise<readonly RemediationAction[]>;
  run(around?: { controls?: ControlStore; incidents?: IncidentStore }): Promise<readonly RemediationAction[]>;
  incident(verdict: Verdict): Promise<Incident>;
}

export const createScene = async (over: ConfigInput = {}): Promise<Scene> => {
  const controls = createMemoryControlStore();
  const incidents = createMemoryIncidentStore();
  for (const [feed, active] of [
    ['leads', 'leads-1'],
    ['accounts', 'accounts-1'],
  ] as const)
    await controls.save({ ...(await controls.load(feed)), active, version: 1 });

  const apply = async (verdict: Verdict, kind: 'verdict' | 'hidden' | 'cleared'): Promise<void> => {
    const before = await incidents.current(verdict.cause, verdict.subject);
    const fact =
      kind === 'cleared'
        ? ({ kind, evidence: verdict.evidence } as const)
        : ({ kind, verdict, detectedAt: scene.now } as const);
    const after = decide(before, verdict, fact, incidentPolicy(scene.config), scene.now);
    if (after && after !== before) await incidents.write(after, before);
  };
  const without = (verdict: Verdict) =>
    scene.verdicts.filter(({ cause, subject }) => cause !== verdict.cause || subject !== verdict.subject);
  const decideNow = async () =>
    decideRemediation({
      config: scene.config,
      incidents: await incidents.list({ since: 0, limit: 100 }),
      verdicts: scene.verdicts,
      feeds: [
        { control: await controls.load('leads'), waiting: 312, snapshot: scene.snapshot },
        { control: await controls.load('accounts'), waiting: null, snapshot: null },
      ],
      now: scene.now,
    });

  const scene: Scene = {
    controls,
    incidents,
    now: NOW,
    config: configOf(over),
    snapshot: null,
    verdicts: [],
    found: async (verdict) => {
      scene.verdicts = [...without(verdict), verdict];
      await apply(verdict, 'verdict');
    },
    hidden: async (verdict) => {
      scene.verdicts = without(verdict);
      await apply({ ...verdict, hiddenBy: { cause: 'clay.outage', subject: 'clay' } }, 'hidden');
    },
    gone: (verdict) => {
      scene.verdicts = without(verdict);
    },
    resolved: async (verdict) => {
      scene.verdicts = without(verdict);
      await apply(verdict, 'cleared');
    },
    decide: decideNow,
    run: async (around = {}) => {
      const actions = await decideNow();
      const { failures } = await performRemediation(actions, {
        controlStore: around.controls ?? controls,
        incidentStore: around.incidents ?? incidents,
        clock: { now: () => scene.now },
        trickleRows: TRICKLE,
      });
      if (failures.length > 0) throw failures[0];
      return actions;
    },
    incident: async ({ cause, subject }) => {
      const found = await incidents.current(cause, subject);
      if (!found) throw new RangeError(`no incident ${cause} ${subject}`);
      return found;
    },
  };
  return scene;
};
