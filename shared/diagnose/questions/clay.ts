import type { Signal } from '../../observe/signals.ts';
import {
  answered,
  type Board,
  evidenceFrom,
  isDown,
  isFailing,
  isOk,
  isTroubled,
  isUnknown,
} from '../board.ts';
import type { Judgement, Key, Question } from '../rule.ts';

const OWN_NETWORK: Key = { cause: 'monitoring.gap', subject: 'own-network' };
const OUTAGE: Key = { cause: 'clay.outage', subject: 'clay' };
const DEGRADED: Key = { cause: 'clay.degraded', subject: 'clay' };

/** What we measure of Clay itself, over the network. */
const measuredOf = (board: Board): readonly Signal[] =>
  board.of('clay-web', 'clay-app', 'clay-api', 'clay-key', 'clay-balance');

const first = (signals: readonly Signal[]): string => signals[0]?.evidence.summary ?? 'not checked';

/** So that a fault of our own network is never blamed on Clay (first runbook, "can't reach status page"). */
export const ownNetwork: Question = {
  id: 'own-network',
  question: 'Does our own network reach the internet?',
  judge: (board): Judgement => {
    const connectivity = board.of('connectivity');
    const proof = connectivity.find(isOk) ?? measuredOf(board).find(answered);
    if (proof)
      return {
        answer: 'yes',
        because: proof.evidence.summary,
        found: [],
        cleared: [{ ...OWN_NETWORK, evidence: [proof.evidence] }],
      };
    const silent = measuredOf(board).filter(isFailing);
    const offline = connectivity.filter(isFailing);
    if (offline.length === 0 && silent.length === 0)
      return { answer: 'not-checked', because: 'nothing was asked of the network', found: [], cleared: [] };
    return {
      answer: offline.length > 0 ? 'no' : 'unknown',
      because: first(connectivity),
      found: [
        {
          ...OWN_NETWORK,
          summary:
            offline.length > 0
              ? 'Claywatch itself has no network: it reaches neither Clay nor any independent host, so it cannot tell how Clay is.'
              : 'Clay does not answer, and whether our own network works could not be checked, so it cannot be told who is at fault.',
          evidence: evidenceFrom([...connectivity, ...silent]),
        },
      ],
      cleared: [],
    };
  },
};

/** First runbook, step 2: "If Clay API returns errors …"; design: API host and web both down, our network good. */
export const clayAnswers: Question = {
  id: 'clay-answers',
  question: 'Does Clay answer at all (API host or web app)?',
  judge: (board): Judgement => {
    const hosts = board.of('clay-web', 'clay-app', 'clay-api');
    if (hosts.length === 0) return { answer: 'not-checked', because: 'not watched', found: [], cleared: [] };
    const down = (surface: 'clay-web' | 'clay-app' | 'clay-api') => board.of(surface).some(isDown);
    const keyWorks = board.of('clay-key').some(isOk);
    // The web site is hosted apart from the product: with the dashboard and the API gone, nothing can be used.
    if ((down('clay-web') || down('clay-app')) && down('clay-api') && !keyWorks)
      return {
        answer: 'no',
        because: first(board.of('clay-api').filter(isDown)),
        found: [
          {
            ...OUTAGE,
            summary:
              'Clay is down: neither its API host nor its web app answers, while our own network works.',
            evidence: evidenceFrom([
              ...measuredOf(board).filter(isDown),
              ...board.of('connectivity').filter(isOk),
              ...board.of('clay-status'),
            ]),
          },
        ],
        cleared: [],
      };
    const troubled = hosts.filter(isFailing);
    const seen = hosts.filter(isOk);
    return {
      answer: seen.length > 0 || troubled.length > 0 ? 'yes' : 'unknown',
      because: first(seen.length > 0 ? seen : hosts),
      found: [],
      cleared: troubled.length === 0 && seen.length > 0 ? [{ ...OUTAGE, evidence: evidenceFrom(seen) }] : [],
    };
  },
};

/** What people click in, and not what rows go through. */
const isOnlyDashboard = (surfaces: readonly Signal['surface'][]): boolean =>
  surfaces.every((surface) => surface === 'clay-web' || surface === 'clay-app');

const degradedSummary = (measured: readonly Signal[], declared: readonly Signal[]): string => {
  const what = measured[0]?.evidence.summary;
  if (what === undefined) return `Clay declares trouble that we do not measure ourselves: ${first(declared)}`;
  const rest = measured.length > 1 ? ` (and ${measured.length - 1} more)` : '';
  if (isOnlyDashboard(measured.map(({ surface }) => surface)))
    return `The Clay dashboard does not open: ${what}${rest}; its API answers, so rows still flow${declared.length > 0 ? '. Its status page declares trouble too' : ''}`;
  return `Part of Clay is failing or slow: ${what}${rest}${declared.length > 0 ? '; its status page says so too' : ''}`;
};

/** Partial trouble is the normal case at Clay, total outage the rare one [L, clay-facts]. */
export const clayWorks: Question = {
  id: 'clay-works',
  question: 'Does every part of Clay work, and does its status page agree?',
  judge: (board): Judgement => {
    const measured = [...measuredOf(board), ...board.of('webhook').filter((s) => s.finding === 'slow')];
    const troubled = measured.filter(isTroubled);
    const declared = board.of('clay-status').filter(isFailing);
    if (troubled.length + declared.length > 0)
      return {
        answer: 'no',
        because: first([...troubled, ...declared]),
        found: [
          {
            ...DEGRADED,
            summary: degradedSummary(troubled, declared),
            evidence: evidenceFrom([...troubled, ...declared]),
          },
        ],
        cleared: [],
      };
    const seen = measured.filter(isOk);
    const blind = [...measured, ...board.of('clay-status')].some(isUnknown);
    return {
      answer: seen.length === 0 ? 'not-checked' : blind ? 'unknown' : 'yes',
      because: blind ? first([...measured, ...board.of('clay-status')].filter(isUnknown)) : first(seen),
      found: [],
      cleared:
        seen.length > 0
          ? [{ ...DEGRADED, evidence: evidenceFrom([...seen, ...board.of('clay-status').filter(isOk)]) }]
          : [],
    };
  },
};
