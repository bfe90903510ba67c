import type { Config } from '../config/schema.ts';
import { burnAlert } from '../credits/burn-alert.ts';
import { meterRunOut, type RunOut } from '../credits/run-out.ts';
import { spendOf } from '../credits/spend.ts';
import { type CreditState, lastSample, type MeterHistory } from '../credits/state.ts';
import type { BalanceSample } from '../credits/store.ts';
import type { FeedSnapshot } from '../rows/snapshot.ts';
import type { Finding, FindingOf } from './findings.ts';
import { type Observation, observation } from './observation.ts';
import { duration, number } from './rows/words.ts';

const HOUR = 3_600_000;
const WORKSPACE = 'workspace';
/** To be less urgent than was held, the lead time must be longer than the threshold by so much: a forecast wobbles. */
const EASED = 1.25;

export const CREDIT_PROBES = {
  history: 'credits.history',
  age: 'credits.balance-age',
  burn: 'credits.burn',
  credits: 'credits.run-out',
  actions: 'actions.run-out',
} as const;

/** What this run read of the balance, as a sample; null when it read none. */
export const sampleOf = (observations: readonly Observation[]): BalanceSample | null => {
  const left = (probe: string): number | null => {
    const fact = observations.find((seen) => seen.probe === probe)?.facts.left;
    return typeof fact === 'number' ? fact : null;
  };
  const credits = left('clay.credits');
  const at = observations.find(({ probe }) => probe === 'clay.credits')?.at;
  return credits === null || at === undefined
    ? null
    : { at, credits, actions: left('clay.actions'), source: 'api' };
};

/** A pushed balance gets old when whoever pushes it stops; one that a person typed in is not expected to be new. */
const observeAge = ({ last }: CreditState, { staleAfterMinutes }: Config['burn'], now: number) => {
  if (last?.source !== 'pushed') return [];
  const stale = now - last.at > staleAfterMinutes * 60_000;
  return [
    observation({
      probe: CREDIT_PROBES.age,
      surface: 'balance-age',
      subject: WORKSPACE,
      finding: stale ? 'stale' : 'fresh',
      at: now,
      durationMs: 0,
      summary: `The balance was last pushed ${duration(now - last.at)} ago${stale ? ': what is left is not known' : ''}.`,
      facts: { ageMinutes: Math.round((now - last.at) / 60_000), staleAfterMinutes },
    }),
  ];
};

/** Where they were spent: the feed and the provider with most, as far as callbacks say. */
const mostOf = (spent: Readonly<Record<string, number>>): string | undefined =>
  Object.entries(spent).sort(([, a], [, b]) => b - a)[0]?.[0];

/** How fast data credits burn, against the limit and against what is usual. */
export const observeBurn = (
  state: CreditState,
  snapshots: readonly FeedSnapshot[],
  config: Config['burn'],
  now: number,
): Observation => {
  const alert = burnAlert(state, snapshots, config, now);
  const said = {
    probe: CREDIT_PROBES.burn,
    surface: 'burn',
    subject: WORKSPACE,
    at: now,
    durationMs: 0,
  } as const;
  const isEmpty = (lastSample(state.credits)?.left ?? 1) <= 0;
  if (alert.kind === 'unknown' || (alert.kind === 'usual' && isEmpty))
    return observation({
      ...said,
      finding: 'too-few',
      summary: isEmpty
        ? 'No data credits are left to burn, so how fast they would does not show.'
        : 'Too little is known of the balance to say how fast credits burn.',
      facts: { why: alert.kind === 'unknown' ? alert.why : 'exhausted' },
    });
  const { burnt, perHour, threshold, times, source, windowMinutes } = alert;
  const usual = times === null ? '' : `, ${number(times, 1)} times what is usual at this hour`;
  const { byFeed, byProvider } = spendOf(snapshots, now - windowMinutes * 60_000, now);
  const feed = mostOf(byFeed);
  const provider = mostOf(byProvider);
  const where = [feed && `feed ${feed}`, provider && `provider ${provider}`].filter(Boolean).join(', ');
  return observation({
    ...said,
    finding: alert.kind === 'spike' ? 'spike' : 'calm',
    summary: `${number(burnt)} data credits burnt in ${windowMinutes} min, ${number(perHour)} an hour${usual}; ${number(threshold)} an hour count as a spike${alert.kind === 'spike' && where !== '' ? `. Callbacks name ${where} most` : ''}.`,
    facts: {
      burnt: Math.round(burnt),
      perHour: Math.round(perHour),
      threshold: Math.round(threshold),
      windowMinutes,
      source,
      ...(times === null ? {} : { timesUsual: Math.round(times * 10) / 10 }),
    },
  });
};

const LEADS = ['P1', 'P2', 'P3', 'P4'] as const;
type RunOutFinding = FindingOf<'credits-run-out'>;
const FINDING_OF = {
  P1: 'out-at-p1',
  P2: 'out-at-p2',
  P3: 'out-at-p3',
  P4: 'out-at-p4',
} as const satisfies Record<(typeof LEADS)[number], RunOutFinding>;

/** The most urgent level whose lead time is not longer than what is left; what was held is left only with a margin. */
const leadFinding = (leadHours: number, held: Finding | undefined, lead: Config['burn']['runOutLead']) => {
  const heldAt = LEADS.findIndex((level) => FINDING_OF[level] === held);
  const level = LEADS.find((one, index) => {
    const limit = lead[`${one}Hours`];
    return leadHours < (heldAt >= 0 && index >= heldAt ? limit * EASED : limit);
  });
  return level === undefined ? 'lasts' : FINDING_OF[level];
};

const lastsPastRefill = ({ nextRefill, at }: Extract<RunOut, { kind: 'forecast' }>): boolean =>
  at.p50 === null || (nextRefill !== null && at.p50 >= nextRefill.at);

/** When a meter runs out, by lead time; null where there is no such meter. */
export const observeRunOut = (
  name: 'credits' | 'actions',
  meter: MeterHistory | null,
  config: Config['burn'],
  now: number,
  held?: Finding,
): Observation | null => {
  if (!meter) return null;
  const forecast = meterRunOut(meter, now, {
    nextRefill: config.nextRefill,
    staleAfterMinutes: config.staleAfterMinutes,
  });
  const said = {
    probe: CREDIT_PROBES[name],
    surface: `${name}-run-out`,
    subject: WORKSPACE,
    at: now,
    durationMs: 0,
  } as const;
  const unit = name === 'credits' ? 'data credits' : 'actions';
  if (forecast.kind === 'unknown')
    return observation({
      ...said,
      finding: 'no-forecast',
      summary: `Too little is known to say when the ${unit} run out.`,
      facts: { why: forecast.why },
    });
  // Nothing to forecast: the meter itself says that it is empty.
  if (forecast.kind === 'exhausted')
    return observation({
      ...said,
      finding: 'no-forecast',
      summary: `No ${unit} are left.`,
      facts: { why: 'exhausted' },
    });
  const { at, nextRefill, left } = forecast;
  const leadHours = at.p50 === null ? Number.POSITIVE_INFINITY : (at.p50 - now) / HOUR;
  const finding = lastsPastRefill(forecast) ? 'lasts' : leadFinding(leadHours, held, config.runOutLead);
  const when = (time: number | null) => (time === null ? 'later than 90 d' : `in ${duration(time - now)}`);
  const refill = nextRefill
    ? `; refilled in ${duration(nextRefill.at - now)}`
    : '; when they are refilled is not known';
  return observation({
    ...said,
    finding,
    summary: `${number(left)} ${unit} are left; used up ${when(at.p50)} as likely as not, in one case of ten ${when(at.p10)}${refill}.`,
    facts: {
      left,
      ...(at.p50 === null ? {} : { p50Hours: Math.round(leadHours * 10) / 10 }),
      ...(at.p90 === null ? {} : { p90Hours: Math.round(((at.p90 - now) / HOUR) * 10) / 10 }),
      ...(nextRefill ? { refillInHours: Math.round((nextRefill.at - now) / HOUR) } : {}),
    },
  });
};

/** What the balance history says, beside when it runs out. */
export const observeCredits = (
  state: CreditState,
  snapshots: readonly FeedSnapshot[],
  config: Config['burn'],
  now: number,
): readonly Observation[] => [
  observation({
    probe: CREDIT_PROBES.history,
    surface: 'credit-history',
    subject: WORKSPACE,
    finding: 'readable',
    at: now,
    durationMs: 0,
    summary:
      state.last === null
        ? 'No balance is known yet.'
        : `The balance was last read ${duration(now - state.last.at)} ago.`,
  }),
  ...observeAge(state, config, now),
  observeBurn(state, snapshots, config, now),
];
