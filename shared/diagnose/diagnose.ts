import { CAUSES, type Cause } from '../cause.ts';
import type { Surface } from '../observe/findings.ts';
import type { Signal } from '../observe/signals.ts';
import { QUESTIONS } from '../runbook/questions.ts';
import { compareSeverity, type Severity } from '../severity.ts';
import { boardOf } from './board.ts';
import { explainedBy, isOfThatTime, lingers } from './hiding.ts';
import {
  type Cleared,
  type Found,
  type Judgement,
  type Key,
  type ManualAnswers,
  type Question,
  sameKey,
} from './rule.ts';
import { DECISION_TREE } from './tree.ts';
import type { Conclusion, Diagnosis, ManualQuestion, PathTaken, RuledOut, Verdict } from './verdict.ts';
import { WOULD_CHANGE } from './would-change.ts';

export interface DiagnoseOptions {
  /** Overrides of default severities, by cause. */
  readonly severities?: Readonly<Partial<Record<Cause, Severity>>>;
  /** The present, epoch ms: when the person's answers were given. */
  readonly now?: number;
  /** What a person saw in Clay. */
  readonly answers?: ManualAnswers;
  /**
   * Incidents open now: an upstream one that has not been cleared still hides its effects, so that the surfaces of
   * an ending outage, which recover one by one, do not open incidents of their own.
   */
  readonly open?: readonly Key[];
  /** Causes that ended a short while ago, and how long ago, ms: they still explain what is counted over a stretch of time. */
  readonly lately?: readonly (Key & { readonly agoMs: number })[];
  /** The feed that each probe of a CRM or provider belongs to; null when it may be any. */
  readonly feedOfProbe?: Readonly<Record<string, string | null>>;
}

interface Asked {
  readonly question: Question;
  readonly judgement: Judgement;
}

const ownSeverity = ({ severity, cause }: Found): Severity => severity ?? CAUSES[cause];

/** A second look at the same key adds its evidence; it is still one verdict, as urgent as the more urgent of them. */
const merge = (found: readonly Found[]): readonly Found[] => {
  const merged: Found[] = [];
  for (const next of found) {
    const index = merged.findIndex((known) => sameKey(known, next));
    const known = merged[index];
    if (!known) {
      merged.push(next);
      continue;
    }
    const worse = compareSeverity(ownSeverity(next), ownSeverity(known)) < 0 ? next : known;
    merged[index] = { ...worse, evidence: [...known.evidence, ...next.evidence] };
  }
  return merged;
};

/** Where in the tree a cause was found; -1: nowhere. */
const askedAt = (asked: readonly Asked[], found: Found): number =>
  asked.findIndex(({ judgement }) => judgement.found.some((other) => sameKey(other, found)));

/** Every question up to the one that named it, as it was answered; that one was answered "no" because of it. */
const pathTo = (asked: readonly Asked[], found: Found): readonly PathTaken[] => {
  const at = askedAt(asked, found);
  return asked.slice(0, at + 1).map(({ question: { id }, judgement }, index): PathTaken => {
    if (index === at) return { id, answer: 'no', because: found.summary, cause: found.cause };
    const { answer, because } = judgement;
    const [named] = answer === 'no' ? judgement.found : judgement.cleared;
    return {
      id,
      answer,
      because,
      cause: answer === 'yes' || answer === 'no' ? (named?.cause ?? null) : null,
    };
  });
};

/** Causes that stand before this one in the tree and were seen not to hold, one line each. */
const ruledOutBefore = (asked: readonly Asked[], found: Found): readonly RuledOut[] => {
  const at = askedAt(asked, found);
  const seen = new Map<Cause, RuledOut>();
  for (const { judgement } of asked.slice(0, at + 1))
    for (const { cause, evidence } of judgement.cleared)
      if (cause !== found.cause && !seen.has(cause))
        seen.set(cause, { cause, why: evidence[0]?.summary ?? judgement.because });
  return [...seen.values()];
};

const severityOf = (found: Found, options: DiagnoseOptions): Severity =>
  options.severities?.[found.cause] ?? ownSeverity(found);

/** Everything that speaks for it is tentative, and it is not a P1, for which nobody waits. */
const isTentative = (found: Found, signals: readonly Signal[], options: DiagnoseOptions): boolean => {
  if (found.cause !== 'monitoring.gap' && severityOf(found, options) === 'P1') return false;
  const behind = signals.filter(({ evidence }) => found.evidence.includes(evidence));
  return behind.length > 0 && behind.every(({ tentative }) => tentative);
};

const toVerdict = (
  found: Found,
  asked: readonly Asked[],
  options: DiagnoseOptions,
  tentative: boolean,
  hiddenBy: Key | undefined,
): Verdict => ({
  cause: found.cause,
  subject: found.subject,
  severity: severityOf(found, options),
  summary: found.summary,
  evidence: found.evidence,
  ruledOut: ruledOutBefore(asked, found),
  path: pathTo(asked, found),
  wouldChange: WOULD_CHANGE[found.cause] ?? [],
  tentative,
  ...(hiddenBy === undefined ? {} : { hiddenBy }),
});

/** That Claywatch itself works says nothing about Clay. */
const OURS: ReadonlySet<Surface> = new Set<Surface>([
  'schedule',
  'rows-ledger',
  'credit-history',
  'messages',
]);

/** A gap says that something is not seen; when it is all there is to say, the answer is "cannot tell". */
const conclude = (primary: Verdict | null, effects: number, signals: readonly Signal[]): Conclusion => {
  if (primary) return primary.cause === 'monitoring.gap' ? 'cannot-tell' : 'problem';
  if (effects > 0) return 'problem';
  return signals.some(({ outcome, surface }) => outcome === 'ok' && !OURS.has(surface))
    ? 'healthy'
    : 'cannot-tell';
};

/** The questions to put to a person: none when what was measured already names who must act. */
const questionsFor = (
  primary: Verdict | null,
  answers: ManualAnswers,
  balanceRead: boolean,
): readonly ManualQuestion[] => {
  const explained =
    primary !== null && (primary.cause.startsWith('clay.') || primary.cause.endsWith('.exhausted'));
  if (explained) return [];
  const ids: readonly ManualQuestion['id'][] = balanceRead
    ? ['red-cells', 'auto-run', 'connections']
    : ['red-cells', 'auto-run', 'credits', 'connections'];
  return ids.filter((id) => answers[id] === undefined).map((id) => QUESTIONS[id]);
};

/**
 * Signals in, verdicts out; pure and total. Gaps rank behind measured causes of the same severity, because the tree
 * asks for them last. Order of the signals does not matter.
 */
export const diagnose = (signals: readonly Signal[], options: DiagnoseOptions = {}): Diagnosis => {
  const board = boardOf(
    signals.toSorted((a, b) => compareText(a.probe, b.probe) || compareText(a.outcome, b.outcome)),
  );
  const answers = options.answers ?? {};
  const asked = DECISION_TREE.map((question) => ({
    question,
    judgement: question.judge(board, { answers, at: options.now ?? 0 }),
  }));

  const found = merge(asked.flatMap(({ judgement }) => judgement.found));
  const cleared: readonly Cleared[] = asked
    .flatMap(({ judgement }) => judgement.cleared)
    .filter((key) => !found.some((other) => sameKey(other, key)));

  const { open = [], lately = [], feedOfProbe = {} } = options;
  const isCleared = (key: Key) => cleared.some((other) => sameKey(other, key));
  const stillOpen = open.filter((key) => !isCleared(key));
  const ended = [...open.filter(isCleared).map((key) => ({ ...key, agoMs: 0 })), ...lately];
  const tentative = new Set(found.filter((one) => isTentative(one, signals, options)));
  const inForce: readonly Key[] = [...found.filter((one) => !tentative.has(one)), ...stillOpen];
  const feedOf = (subject: string) =>
    Object.hasOwn(feedOfProbe, subject) ? feedOfProbe[subject] : undefined;
  const lasts = (one: Found, agoMs: number) =>
    agoMs < lingers(one) || isOfThatTime(one, (options.now ?? 0) - agoMs);
  const explained = (one: Found) =>
    explainedBy(one, [...inForce, ...ended.filter(({ agoMs }) => lasts(one, agoMs))], feedOf);
  const all = found.map((one) => toVerdict(one, asked, options, tentative.has(one), explained(one)));

  const verdicts = all.filter(({ hiddenBy }) => hiddenBy === undefined).sort(byUrgency);
  const hidden = all.filter(({ hiddenBy }) => hiddenBy !== undefined);
  const primary = verdicts[0] ?? null;
  return {
    conclusion: conclude(primary, hidden.length, signals),
    primary,
    verdicts,
    hidden,
    cleared: cleared.map(({ cause, subject, evidence }) => ({ cause, subject, evidence })),
    path: asked.map(({ question, judgement }) => ({
      id: question.id,
      question: question.question,
      answer: judgement.answer,
      because: judgement.because,
    })),
    questions: questionsFor(primary, answers, board.of('credits').length > 0),
  };
};

/** Stable sort: of two with the same severity the one nearer the source, as the tree asks, stays first. */
const byUrgency = (a: Verdict, b: Verdict): number => {
  const gap = (verdict: Verdict) =>
    verdict.cause === 'monitoring.gap' && verdict.subject !== 'own-network' ? 1 : 0;
  return gap(a) - gap(b) || compareSeverity(a.severity, b.severity);
};

const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
