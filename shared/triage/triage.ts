import type { Clock } from '../clock.ts';
import type { Config } from '../config/schema.ts';
import type { SecretReader } from '../config/secret-reference.ts';
import { diagnose } from '../diagnose/diagnose.ts';
import type { ManualAnswers } from '../diagnose/rule.ts';
import type { Diagnosis } from '../diagnose/verdict.ts';
import type { HttpClient } from '../http/port.ts';
import { type Observation, observation } from '../observe/observation.ts';
import { observe } from '../observe/observe.ts';
import type { Probe } from '../observe/probe.ts';
import { createProbes } from '../observe/probes/index.ts';
import { webhookUrlProbe } from '../observe/probes/webhook-url.ts';
import { signalsFromObservations } from '../observe/signals.ts';
import { createSecretMask } from './mask.ts';
import type { WebhookCheck } from './webhook-check.ts';
import { examineWebhooks, type UntestedWebhook, withWebhookCheck } from './webhooks.ts';

export type { ManualAnswers };

export interface TriageDependencies {
  readonly http: HttpClient;
  readonly clock: Clock;
  readonly secrets: SecretReader;
  /** Hears which checks there are before they run, and of each as it ends. */
  readonly onStart?: (probes: readonly Probe[]) => void;
  readonly onObservation?: (seen: Observation, probe: Probe) => void;
}

export interface TriageOptions {
  /** Look again at what failed, after `observe.confirmAfterMs`. */
  readonly confirm: boolean;
  readonly webhookCheck: WebhookCheck;
  readonly answers?: ManualAnswers;
}

export interface TriageReport {
  /** Epoch ms. */
  readonly startedAt: number;
  /** From the start of the checks to the diagnosis, ms. */
  readonly wallMs: number;
  /** The check that took longest; null when there was none. */
  readonly slowest: { readonly probe: string; readonly durationMs: number } | null;
  readonly confirm: boolean;
  readonly webhookCheck: WebhookCheck;
  readonly observations: readonly Observation[];
  readonly untested: readonly UntestedWebhook[];
  readonly answers: ManualAnswers;
  readonly diagnosis: Diagnosis;
}

/** Over what the slowest check may take, ms: it decides when to stop, not the run. */
const SLACK_MS = 1_000;

/** Longer than any check can take: two looks in a row (the status page has two forms), and their confirmations. */
const deadlineMs = (config: Config, confirm: boolean): number => {
  const { observe: policy, connectivity } = config;
  const endpoints = [
    config.integration,
    ...Object.values(config.probes),
    ...Object.values(config.feeds).map(({ callback }) => callback),
  ];
  const timeouts = endpoints.map((endpoint) => endpoint?.timeoutMs ?? 0);
  const longest = Math.max(policy.timeoutMs, connectivity.timeoutMs, ...timeouts);
  const again =
    Math.max(0, ...policy.confirmAfterMs) + policy.confirmAfterMs.length * 2 * policy.confirmTimeoutMs;
  return 2 * longest + (confirm ? again : 0) + SLACK_MS;
};

/** The form of the URLs; that its secret cannot be read means that it was not seen. */
const observeUrls = (untested: readonly UntestedWebhook[], at: number): Observation[] =>
  untested.flatMap(({ subject, url, summary, durationMs }) =>
    url === 'ok'
      ? []
      : [
          observation({
            probe: webhookUrlProbe(subject),
            surface: 'webhook-url',
            subject,
            finding: url === 'malformed' ? 'malformed' : 'not-run',
            at,
            durationMs,
            attempts: 0,
            summary,
          }),
        ],
  );

const slowestOf = (observations: readonly Observation[]): TriageReport['slowest'] =>
  observations.reduce<TriageReport['slowest']>(
    (slowest, { probe, durationMs }) =>
      slowest === null || durationMs > slowest.durationMs ? { probe, durationMs } : slowest,
    null,
  );

const conclude = (
  observations: readonly Observation[],
  config: Config,
  now: number,
  answers: ManualAnswers,
): Diagnosis =>
  diagnose(signalsFromObservations(observations), { severities: config.severities, now, answers });

/**
 * The runbook's quick triage, all of its checks at once:
 *
 * 1. decide how webhooks are looked at (by default without sending a row);
 * 2. look at everything in parallel, once, or again where that is asked for;
 * 3. diagnose what was seen, with what a person answered.
 *
 * Nothing in the report contains a secret that was read, even if an endpoint sent it back.
 */
export const runTriage = async (
  config: Config,
  deps: TriageDependencies,
  options: TriageOptions,
): Promise<TriageReport> => {
  const { clock } = deps;
  const { confirm, webhookCheck, answers = {} } = options;
  const startedAt = clock.now();
  const { secrets, hide } = createSecretMask(deps.secrets);
  const checked = withWebhookCheck(config, webhookCheck);

  const probes = createProbes(checked, { http: deps.http, clock, secrets, confirm });
  deps.onStart?.(probes);
  const { onObservation } = deps;
  const [looked, examined] = await Promise.all([
    observe(probes, {
      clock,
      deadlineMs: deadlineMs(config, confirm),
      ...(onObservation ? { onObservation } : {}),
    }),
    examineWebhooks(checked, secrets, clock),
  ]);
  const now = clock.now();
  // Where a webhook is posted to, the answer says the rest.
  const untested = webhookCheck === 'none' ? examined : examined.filter(({ url }) => url === 'malformed');
  const observations = [...looked, ...observeUrls(untested, startedAt)];
  const diagnosis = conclude(observations, config, now, answers);
  return hide<TriageReport>({
    startedAt,
    wallMs: Math.max(0, now - startedAt),
    slowest: slowestOf(observations),
    confirm,
    webhookCheck,
    observations,
    untested,
    answers,
    diagnosis,
  });
};

/** The same observations, diagnosed with what a person saw in Clay. */
export const refineTriage = (
  report: TriageReport,
  config: Config,
  answers: ManualAnswers,
  now: number,
): TriageReport => ({
  ...report,
  answers,
  diagnosis: conclude(report.observations, config, now, answers),
});
