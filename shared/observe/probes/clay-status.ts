import { type Answer, isChallenge, isHtml } from '../../clay/answer.ts';
import { type Declared, type StatusPage, weigh } from '../../clay/status-page/declared.ts';
import { ROOTLY_PATH, readRootly } from '../../clay/status-page/rootly.ts';
import { readStatuspage, STATUSPAGE_PATH } from '../../clay/status-page/statuspage.ts';
import { hostOf, under } from '../../clay/url.ts';
import type { Config } from '../../config/schema.ts';
import { defineProbe, type ProbeContext } from './context.ts';
import type { Look } from './look.ts';
import { answered, answerFacts, transportLook } from './words.ts';

interface Format {
  readonly path: string;
  readonly read: (body: string) => StatusPage | null;
}

const ROOTLY: Format = { path: ROOTLY_PATH, read: readRootly };
const STATUSPAGE: Format = { path: STATUSPAGE_PATH, read: readStatuspage };
const FORMATS = { auto: [ROOTLY, STATUSPAGE], rootly: [ROOTLY], statuspage: [STATUSPAGE] } as const;

/** The second format gets what the first left of the time, but at least this, ms. */
const LEAST_TIMEOUT_MS = 500;
const MINUTE = 60_000;

type StatusLook = Look<'clay-status'> & {
  /** The page may be found in another format: nothing here, or not this shape. */
  readonly elsewhere?: boolean;
};

/** A redirect names another host when the page has moved; to its own host it is only "not here". */
const movesAway = (answer: Answer, from: string): boolean => {
  const to = URL.parse(answer.headers.location ?? '', from);
  return to !== null && to.host !== new URL(from).host;
};

const readAnswer = (answer: Answer, { path, read }: Format, url: string): StatusPage | StatusLook => {
  const said = `${answered(hostOf(url), answer)} to GET ${path}`;
  const seen = { phases: answer.phases };
  const { status } = answer;
  if (isChallenge(answer) || status === 403 || status === 429) {
    return {
      ...seen,
      finding: 'blocked',
      summary: `${said}: the page does not let us read it, so it tells nothing.`,
    };
  }
  if (status >= 500) return { ...seen, finding: 'unreachable', summary: `${said}: a server error.` };
  if (status === 401) {
    return {
      ...seen,
      finding: 'inactive',
      summary: `${said}: the page is switched off for the public.`,
      elsewhere: true,
    };
  }
  if (status >= 300 && status < 400 && movesAway(answer, url)) {
    return { ...seen, finding: 'moved', summary: `${said}: the page has moved to another host.` };
  }
  if ((status >= 300 && status < 400) || status === 404 || status === 410) {
    return {
      ...seen,
      finding: 'moved',
      summary: `${said}: there is no status page in a known format here.`,
      elsewhere: true,
    };
  }
  const page = status === 200 && !answer.truncated ? read(answer.body) : null;
  if (page) return page;
  const what = answer.truncated
    ? 'more than is read of an answer'
    : isHtml(answer)
      ? 'a web page'
      : 'something that is not a status in a known form';
  return {
    ...seen,
    finding: 'unreadable',
    summary: `${said} with ${what}: it tells nothing.`,
    elsewhere: true,
  };
};

const describe = (page: StatusPage, declared: Declared): StatusLook => {
  const { finding, incidents, staleIncidents } = declared;
  const [first] = incidents;
  const facts = {
    format: page.format,
    indicator: page.indicator,
    openIncidents: page.incidents.length,
    ...(first ? { worstImpact: first.impact, incident: first.name } : {}),
    ...(staleIncidents > 0 ? { staleIncidents } : {}),
  };
  const summary = {
    operational: "Clay's status page says that all is well.",
    maintenance: "Clay's status page announces maintenance.",
    stale: `Clay's status page ${staleIncidents > 0 ? `has ${staleIncidents} open incident(s) that nobody has updated for long` : 'has not been updated for long'}, so it tells nothing.`,
    'minor-incident': `Clay's status page declares a minor incident${first ? `: "${first.name}"` : ''}.`,
    'major-incident': `Clay's status page declares a major incident${first ? `: "${first.name}"` : ''}.`,
  }[finding];
  return { finding, summary, facts };
};

/** Of two formats that both told nothing, the one that says more about why: "not here" says the least. */
const moreTelling = (first: StatusLook, second: StatusLook): StatusLook =>
  second.finding === 'moved' && second.elsewhere ? first : second;

/** What Clay declares of itself. A page that cannot be read is unknown: never down, never fine. */
export const clayStatusProbe = ({ clay }: Config, context: ProbeContext) => {
  const { statusPageUrl, statusPageFormat, statusPageStaleAfterMinutes } = clay;
  if (statusPageFormat === 'off') return null;
  const formats: readonly Format[] = FORMATS[statusPageFormat];

  const lookAt = async (format: Format, timeoutMs: number, signal?: AbortSignal): Promise<StatusLook> => {
    const url = under(statusPageUrl, format.path);
    const { maxBodyBytes } = context.policy;
    const outcome = await context.http(
      { method: 'GET', url, headers: { accept: 'application/json' }, timeoutMs, maxBodyBytes },
      signal,
    );
    if (outcome.kind === 'failure') {
      return { ...transportLook(outcome, hostOf(statusPageUrl)), finding: 'unreachable' };
    }
    const now = context.clock.now();
    const facts = answerFacts(outcome, now);
    const read = readAnswer(outcome, format, url);
    if ('finding' in read) return { ...read, facts };
    const look = describe(read, weigh(read, now, statusPageStaleAfterMinutes * MINUTE));
    return { ...look, phases: outcome.phases, facts: { ...facts, ...look.facts } };
  };

  return defineProbe<'clay-status', StatusLook>(
    {
      id: 'clay.status',
      surface: 'clay-status',
      subject: 'clay',
      everyMinutes: 1,
      title: 'Clay status page',
      look: async (timeoutMs, signal) => {
        let left = timeoutMs;
        let found: StatusLook | null = null;
        for (const format of formats) {
          const look = await lookAt(format, Math.max(LEAST_TIMEOUT_MS, left), signal);
          found = found ? moreTelling(found, look) : look;
          if (!look.elsewhere) return look;
          left -= look.phases?.totalMs ?? 0;
        }
        return (
          found ?? { finding: 'not-run', summary: 'Not asked: no format of the status page is configured.' }
        );
      },
    },
    context,
  );
};
