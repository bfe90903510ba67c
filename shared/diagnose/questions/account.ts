import type { Finding } from '../../observe/findings.ts';
import type { Signal } from '../../observe/signals.ts';
import type { Severity } from '../../severity.ts';
import { type Board, evidenceFrom, isOk, isUnknown } from '../board.ts';
import type { Cleared, Found, Judgement, Key, Question } from '../rule.ts';

const KEY_SUBJECT = 'clay-api-key';
const WORKSPACE = 'workspace';

const withFinding = (board: Board, finding: string): readonly Signal[] =>
  board.of('clay-key', 'clay-balance').filter((signal) => signal.finding === finding);

const REFUSALS = [
  {
    finding: 'unauthorized',
    cause: 'api-key.invalid',
    says: 'Clay refuses the API key (401): it is wrong, expired or revoked.',
  },
  {
    finding: 'forbidden',
    cause: 'api-key.forbidden',
    says: 'The API key is valid but may not do this (403).',
  },
  {
    finding: 'rate-limited',
    cause: 'api.rate-limited',
    says: 'Clay answers our API calls with 429: we, or others with this workspace, call too often.',
  },
] as const;

/** First runbook, step 3: "401/403: verify API key in secrets, update if rotated" and "429: check rate limit headers". */
export const keyAccepted: Question = {
  id: 'key-accepted',
  question: 'Does Clay accept our API key?',
  judge: (board): Judgement => {
    const signals = board.of('clay-key', 'clay-balance');
    if (signals.length === 0)
      return { answer: 'not-checked', because: 'no API key is configured', found: [], cleared: [] };
    const found: Found[] = [];
    const cleared: Cleared[] = [];
    for (const { finding, cause, says } of REFUSALS) {
      const refused = withFinding(board, finding);
      const key: Key = { cause, subject: KEY_SUBJECT };
      if (refused.length > 0)
        found.push({
          ...key,
          summary: `${says} ${refused[0]?.evidence.summary ?? ''}`.trim(),
          evidence: evidenceFrom(refused),
        });
      else if (signals.some(isOk)) cleared.push({ ...key, evidence: evidenceFrom(signals.filter(isOk)) });
    }
    const spokesman = found[0]?.evidence[0] ?? signals.find(isOk)?.evidence ?? signals[0]?.evidence;
    return {
      answer: found.length > 0 ? 'no' : signals.some(isOk) ? 'yes' : 'unknown',
      because: spokesman?.summary ?? '',
      found,
      cleared,
    };
  },
};

/** Without a forecast, the lead time is read off the level (clay-facts: warn below 5,000 / 1,000 / 500). */
const LEVEL_SEVERITY: Readonly<Partial<Record<Finding, Severity>>> = {
  low: 'P4',
  'very-low': 'P3',
  critical: 'P2',
};

const LEAD_SEVERITY: Readonly<Partial<Record<Finding, Severity>>> = {
  'out-at-p1': 'P1',
  'out-at-p2': 'P2',
  'out-at-p3': 'P3',
  'out-at-p4': 'P4',
};

const METERS = [
  {
    surface: 'credits',
    forecast: 'credits-run-out',
    unit: 'Data credits',
    exhausted: 'credits.exhausted',
    runningOut: 'credits.running-out',
  },
  {
    surface: 'actions',
    forecast: 'actions-run-out',
    unit: 'Actions',
    exhausted: 'actions.exhausted',
    runningOut: 'actions.running-out',
  },
] as const;

type Meter = (typeof METERS)[number];

/**
 * A balance above zero does not prove that work has resumed [U, clay-facts]: where rows that come back are counted, one
 * must have come back just now.
 */
const proofOfWork = (board: Board): readonly Signal[] | null => {
  const flows = board.of('flow');
  // Rows are counted, and the counts cannot be read: that nothing is seen coming back is no proof that it need not.
  if (board.of('rows-ledger').some(isUnknown)) return null;
  if (flows.length === 0) return [];
  const working = flows.filter((signal) => isOk(signal) && signal.evidence.facts.freshCallback === true);
  return working.length > 0 ? working : null;
};

const judgeExhausted = (board: Board, meter: Meter, reading: Signal): Partial<Judgement> => {
  const key: Key = { cause: meter.exhausted, subject: WORKSPACE };
  if (reading.finding === 'exhausted')
    return {
      found: [
        {
          ...key,
          summary: `${meter.unit} are used up: enrichment stops. ${reading.evidence.summary}`,
          evidence: [reading.evidence],
        },
      ],
    };
  const proof = proofOfWork(board);
  return proof ? { cleared: [{ ...key, evidence: evidenceFrom([reading, ...proof]) }] } : {};
};

/** By the forecast, where there is one; otherwise by the level. */
const judgeRunningOut = (board: Board, meter: Meter, level: Signal | undefined): Partial<Judgement> => {
  const key: Key = { cause: meter.runningOut, subject: WORKSPACE };
  const forecast = board.of(meter.forecast).find((signal) => !isUnknown(signal));
  const spokesman = forecast ?? level;
  if (!spokesman || level?.finding === 'exhausted') return {};
  const evidence = evidenceFrom([...(forecast ? [forecast] : []), ...(level ? [level] : [])]);
  const severity = forecast ? LEAD_SEVERITY[forecast.finding] : LEVEL_SEVERITY[spokesman.finding];
  if (severity)
    return {
      found: [
        {
          ...key,
          severity,
          summary: `${meter.unit} are running out. ${spokesman.evidence.summary}`,
          evidence,
        },
      ],
    };
  return isOk(spokesman) ? { cleared: [{ ...key, evidence }] } : {};
};

const judgeMeter = (board: Board, meter: Meter): { found: readonly Found[]; cleared: readonly Cleared[] } => {
  const reading = board.of(meter.surface)[0];
  const judged = [
    ...(reading ? [judgeExhausted(board, meter, reading)] : []),
    judgeRunningOut(board, meter, reading),
  ];
  return {
    found: judged.flatMap(({ found = [] }) => found),
    cleared: judged.flatMap(({ cleared = [] }) => cleared),
  };
};

/**
 * 402 says that something is used up, not which meter: a funded data-credit reading points at the actions, an unread
 * balance at the credits, the commoner case.
 */
const judgePaymentRequired = (board: Board, known: readonly Found[]): readonly Found[] => {
  const refused = withFinding(board, 'payment-required');
  const named = known.some(({ cause }) => cause === 'credits.exhausted' || cause === 'actions.exhausted');
  if (refused.length === 0 || named) return [];
  const creditsLeft = board.of('credits').some((signal) => signal.finding !== 'exhausted');
  const actionsLeft = board.of('actions').some((signal) => signal.finding !== 'exhausted');
  const cause =
    creditsLeft && board.of('actions').length > 0 && !actionsLeft ? 'actions.exhausted' : 'credits.exhausted';
  return [
    {
      cause,
      subject: WORKSPACE,
      summary:
        `Clay answers "payment required" (402): the workspace's credits are used up. ${refused[0]?.evidence.summary ?? ''}`.trim(),
      evidence: evidenceFrom(refused),
    },
  ];
};

/** Second runbook, step 2: "Do you have credits remaining? (Settings > Plans & Billing)". */
export const creditsLeft: Question = {
  id: 'credits-left',
  question: 'Are data credits and actions left?',
  judge: (board, { answers, at }): Judgement => {
    const meters = METERS.map((meter) => judgeMeter(board, meter));
    const metered = meters.flatMap(({ found }) => found);
    const found: Found[] = [...metered, ...judgePaymentRequired(board, metered)];
    const reported = answers.credits === 'no' && found.length === 0;
    if (reported)
      found.push({
        cause: 'credits.exhausted',
        subject: WORKSPACE,
        summary: 'No credits are left, as seen in Clay under Settings > Plans & Billing.',
        evidence: [
          {
            probe: 'person',
            at,
            summary: 'A person looked: no credits left.',
            finding: 'no',
            kind: 'reported',
            facts: {},
          },
        ],
      });
    const inForce = (key: Key) => found.some((f) => f.cause === key.cause);
    const cleared = meters.flatMap((meter) => meter.cleared).filter((key) => !inForce(key));
    const read = board.of('credits', 'actions');
    const seen = found[0]?.evidence[0]?.summary ?? read[0]?.evidence.summary;
    return {
      answer: found.length > 0 ? 'no' : read.length > 0 || answers.credits === 'yes' ? 'yes' : 'not-checked',
      because: seen ?? (answers.credits === 'yes' ? 'a person looked' : 'the balance was not read'),
      found,
      cleared,
    };
  },
};
