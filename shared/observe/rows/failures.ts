import type { RowsWindow } from '../../rows/snapshot.ts';
import type { Observation } from '../observation.ts';
import { bounds, type Share, shareOf } from './confidence.ts';
import { type RowsContext, seenInRows } from './context.ts';
import { judgeRate, type RateQuestion, sum, windowsIn } from './window.ts';
import { number, percent, shareFacts } from './words.ts';

type Limits = RowsContext['rows']['crmFailures'];

const rateOf = (
  { snapshot, now }: RowsContext,
  { above, windowMinutes, minRows }: Limits,
  shareIn: RateQuestion['shareIn'],
) => judgeRate({ windows: snapshot.windows, now, windowMinutes, minRows, above, shareIn });

const spell = ({ part, of }: Share, what: string, minutes: number): string =>
  `${number(part)} of ${number(of)} ${what} of the last ${minutes} min (${percent(shareOf({ part, of }))})`;

const pushed = ({ ok, failed, wrong = 0 }: RowsWindow['crm']): number => ok + failed + wrong;

/** The CRM column, by what callbacks say came of it; null while none ever said. */
export const observeCrm = (context: RowsContext): Observation | null => {
  const limits = context.rows.crmFailures;
  if (!context.snapshot.windows.some(({ crm }) => pushed(crm) > 0)) return null;
  const { standing, share } = rateOf(context, limits, ({ crm }) => ({
    part: crm.failed + (crm.wrong ?? 0),
    of: pushed(crm),
  }));
  const wrong = sum(
    windowsIn(context.snapshot.windows, limits.windowMinutes, context.now),
    ({ crm }) => crm.wrong ?? 0,
  );
  const told = spell(share, 'rows', limits.windowMinutes);
  const said = {
    surface: 'crm-rows',
    probe: 'crm',
    subject: `${context.feed}/crm`,
    facts: {
      ...shareFacts(share, { part: 'failed', of: 'pushed' }),
      ...(wrong > 0 && { wrong }),
      windowMinutes: limits.windowMinutes,
    },
  } as const;
  if (standing === 'above' && wrong * 2 > share.part)
    return seenInRows(context, {
      ...said,
      finding: 'wrong',
      summary: `The CRM gets wrong data: the CRM column failed for ${told}, ${number(wrong)} of them because the data is not what belongs there.`,
    });
  if (standing === 'above')
    return seenInRows(context, {
      ...said,
      finding: 'failing',
      summary: `The CRM column failed for ${told}.`,
    });
  return standing === 'within'
    ? seenInRows(context, { ...said, finding: 'fine', summary: `The CRM column failed for ${told}.` })
    : seenInRows(context, {
        ...said,
        finding: 'too-few',
        summary: `Too few rows to judge the CRM column by: it failed for ${told}.`,
      });
};

/** Nearly nothing gets through. */
const ALL = 0.9;

/** Callbacks that we refused as malformed. */
export const observeRefused = (context: RowsContext): Observation => {
  const limits = context.rows.callbackFailures;
  const { standing, share } = rateOf(context, limits, ({ refused, calledBack }) => ({
    part: refused,
    of: refused + calledBack,
  }));
  const told = spell(share, 'callbacks', limits.windowMinutes);
  const said = {
    surface: 'callback-rows',
    probe: 'callbacks',
    subject: context.feed,
    facts: { ...shareFacts(share, { part: 'refused', of: 'arrived' }), windowMinutes: limits.windowMinutes },
  } as const;
  if (standing === 'above')
    return seenInRows(context, {
      ...said,
      finding: bounds(share).low > ALL ? 'all-refused' : 'failing',
      summary: `${told} could not be read, so their rows are missing here.`,
    });
  return standing === 'within'
    ? seenInRows(context, { ...said, finding: 'fine', summary: `${told} could not be read.` })
    : seenInRows(context, {
        ...said,
        finding: 'too-few',
        summary: `Too few callbacks to judge them by: ${told} could not be read.`,
      });
};

/** A row that lacks what a provider needs is not that provider's failure. */
const MISSING_INPUT = /missing.?input/i;

export const missingInput = ({ failedByStatus }: Pick<RowsWindow, 'failedByStatus'>): number =>
  sum(
    Object.entries(failedByStatus).filter(([status]) => MISSING_INPUT.test(status)),
    ([, rows]) => rows,
  );

/** At most so many providers of a feed are watched, those with the most rows; a name comes from a callback. */
const MAX_PROVIDERS = 20;

/** The providers that rows of the last day name, by how many do; a name becomes part of a subject, so it is plain. */
export const providersOf = ({ windows }: RowsContext['snapshot']): readonly (readonly [string, string])[] => {
  const rows = new Map<string, number>();
  for (const { byProvider } of windows)
    for (const [name, { hit, missed, failed }] of Object.entries(byProvider))
      rows.set(name, (rows.get(name) ?? 0) + hit + missed + failed);
  const bySlug = new Map<string, string>();
  for (const [name] of [...rows].sort(([a, most], [b, more]) => more - most || (a < b ? -1 : 1))) {
    const slug = name.replace(/[^A-Za-z0-9._-]+/g, '-').slice(0, 64);
    if (!bySlug.has(slug) && bySlug.size < MAX_PROVIDERS) bySlug.set(slug, name);
  }
  return [...bySlug];
};

const FAILED = { failing: 'failed', throttled: 'answered 429' } as const;

const observeProvider = (context: RowsContext, slug: string, name: string): Observation => {
  const limits = context.rows.providerFailures;
  const countsIn = ({ byProvider }: RowsWindow) => byProvider[name];
  const asked = (window: RowsWindow): number => {
    const counts = countsIn(window);
    return counts ? counts.hit + counts.missed + counts.failed : 0;
  };
  const limitedIn = (window: RowsWindow): number => {
    const counts = countsIn(window);
    return counts ? Math.min(counts.rateLimited, counts.failed) : 0;
  };
  // How many of the rows with missing input name this provider is not counted: none of them is held against it.
  const failedIn = (window: RowsWindow): number =>
    Math.max(0, (countsIn(window)?.failed ?? 0) - limitedIn(window) - missingInput(window));
  const failing = rateOf(context, limits, (window) => ({ part: failedIn(window), of: asked(window) }));
  const throttled = rateOf(context, limits, (window) => ({ part: limitedIn(window), of: asked(window) }));
  const worse =
    throttled.standing === 'above' &&
    (failing.standing !== 'above' || throttled.share.part > failing.share.part)
      ? ({ finding: 'throttled', ...throttled } as const)
      : ({ finding: 'failing', ...failing } as const);

  const told = spell(worse.share, 'rows', limits.windowMinutes);
  const said = {
    surface: 'provider-rows',
    probe: `provider/${slug}`,
    subject: `${context.feed}/${slug}`,
    facts: {
      ...shareFacts(worse.share, { part: worse.finding, of: 'asked' }),
      windowMinutes: limits.windowMinutes,
    },
  } as const;
  if (worse.standing === 'above')
    return seenInRows(context, {
      ...said,
      finding: worse.finding,
      summary: `${name} ${FAILED[worse.finding]} for ${told}.`,
    });
  return failing.standing === 'within' && throttled.standing === 'within'
    ? seenInRows(context, { ...said, finding: 'fine', summary: `${name} failed for ${told}.` })
    : seenInRows(context, {
        ...said,
        finding: 'too-few',
        summary: `Too few rows to judge ${name} by: it failed for ${told}.`,
      });
};

/** Each provider that rows of the last day name. */
export const observeProviders = (context: RowsContext): readonly Observation[] =>
  providersOf(context.snapshot).map(([slug, name]) => observeProvider(context, slug, name));
