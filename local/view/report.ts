import { isoInstant } from '../../shared/clock.ts';
import type { Verdict } from '../../shared/diagnose/verdict.ts';
import type { Incident } from '../../shared/incident/incident.ts';
import type { IncidentChange } from '../../shared/incident/record.ts';
import { isSilent } from '../../shared/observe/findings.ts';
import type { Observation } from '../../shared/observe/observation.ts';
import type { Severity } from '../../shared/severity.ts';
import type { WatchReport } from '../../shared/watch/run.ts';
import { type Colors, printable, timeOfDay } from './text.ts';

const PAD = '          ';

const severityColor = (colors: Colors, severity: Severity): ((text: string) => string) =>
  ({ P1: colors.red, P2: colors.red, P3: colors.yellow, P4: colors.yellow })[severity];

/** `clay.web` is `web`, `webhook:leads/leads-1` is `leads/leads-1`. */
const shortName = (probe: string): string => probe.replace(/^(clay\.|probe:|webhook:)/, '');

const latency = ({ phases, attempts }: Observation): string =>
  phases && attempts === 1 ? ` ${Math.round(phases.totalMs)}` : '';

/** What rests on counts: the line of the rows says it when it is fine. */
const isCounted = ({ probe }: Observation): boolean =>
  /^(rows:|relay[:.]|messages|credits\.|actions\.)/.test(probe);

/**
 * Of those that are fine: a schedule that was kept, meters that are full and counts are not worth a word; and too
 * little to judge by never is.
 */
const isWorthAWord = (seen: Observation): boolean =>
  seen.outcome === 'ok'
    ? !isCounted(seen) && !['schedule', 'credits', 'actions'].includes(seen.surface)
    : !isSilent(seen);

const grouped = (seen: readonly Observation[]): string => {
  const names = Map.groupBy(seen, ({ finding }) => finding);
  return [...names]
    .map(([finding, all]) => `${all.map(({ probe }) => shortName(probe)).join(', ')}: ${finding}`)
    .join('; ');
};

/** What each look found, what is wrong first: `✗ web, api: server-error  ✓ callback:leads 22, crm 24 ms`. */
const marks = (observations: readonly Observation[], colors: Colors): string => {
  const of = (outcome: Observation['outcome']) =>
    observations.filter((seen) => seen.outcome === outcome && isWorthAWord(seen));
  const fine = of('ok').map((seen) => `${shortName(seen.probe)}${latency(seen)}`);
  return [
    of('failing').length > 0 ? colors.red(`✗ ${grouped(of('failing'))}`) : '',
    of('unknown').length > 0 ? colors.yellow(`? ${grouped(of('unknown'))}`) : '',
    fine.length > 0 ? `${colors.green('✓')} ${colors.dim(`${fine.join(', ')} ms`)}` : '',
  ]
    .filter(Boolean)
    .join('  ');
};

const verdictName = ({ severity, cause, subject }: Verdict): string =>
  `${severity} ${cause}${subject === 'clay' ? '' : ` (${subject})`}`;

/** In two or three words, what this run came to. */
export const headline = ({ result, diagnosis, observations }: WatchReport): string => {
  if (result === 'duplicate') return 'already looked at: this slot or a later one was done before';
  if (result === 'busy') return 'not looked: an earlier run has not finished, or was killed; trying again';
  if (!diagnosis || diagnosis.conclusion === 'healthy') return 'healthy';
  // What is left of a cause that has ended is hidden behind it, and nothing else is wrong.
  const named = diagnosis.primary ?? diagnosis.hidden[0];
  const name = named ? verdictName(named) : '';
  if (diagnosis.conclusion === 'cannot-tell') return `cannot tell ${name}`.trimEnd();
  return observations.every((seen) => seen.outcome === 'ok' || isSilent(seen)) ? `${name}, recovering` : name;
};

const COUNT = new Intl.NumberFormat('en-GB', { maximumFractionDigits: 0 });

/** `leads 1,180 in, 1,175 back, 68 % found within the hour`, for every feed whose rows are counted. */
const rowsOf = ({ feeds }: WatchReport): string =>
  feeds
    .map(({ feed, lastHour: { submitted, calledBack, hitRate } }) => {
      const found = hitRate === null ? '' : `, ${Math.round(hitRate * 100)} % found`;
      return `${feed} ${COUNT.format(submitted)} in, ${COUNT.format(calledBack)} back${found}`;
    })
    .join('; ');

/** `4,998,120 credits`; nothing where the balance was not read. */
const creditsOf = ({ observations }: WatchReport): string => {
  const left = observations.find(({ surface }) => surface === 'credits')?.facts.left;
  return typeof left === 'number' ? `${COUNT.format(left)} credits` : '';
};

/** What flows: rows on their way, rows of the last hour, and what is left to pay for more. */
const flow = (report: WatchReport, relay: string): string => {
  const rows = rowsOf(report);
  return rows === ''
    ? relay
    : [relay, [rows, creditsOf(report)].filter(Boolean).join(', ')].filter(Boolean).join('; ');
};

/** One line: when, what it came to, what flows (of the relay as it is given), and how each look went. */
export const runLine = (report: WatchReport, colors: Colors, relay = ''): string => {
  const { diagnosis } = report;
  const words = headline(report).padEnd(9);
  const paint =
    diagnosis?.conclusion === 'healthy'
      ? colors.green
      : diagnosis?.conclusion === 'problem' && diagnosis.primary
        ? severityColor(colors, diagnosis.primary.severity)
        : colors.yellow;
  return [
    colors.dim(timeOfDay(report.slot)),
    colors.bold(paint(words)),
    flow(report, relay),
    marks(report.observations, colors),
  ]
    .filter(Boolean)
    .join('  ')
    .trimEnd();
};

/** Changes when the verdicts do, so that they are explained once. */
export const verdictKey = ({ diagnosis }: WatchReport): string =>
  diagnosis
    ? [
        diagnosis.conclusion,
        ...diagnosis.verdicts.map(verdictName),
        ...diagnosis.hidden.map(verdictName),
      ].join()
    : '';

const SHOWN_EVIDENCE = 3;

const explainVerdict = (verdict: Verdict, colors: Colors): readonly string[] => {
  const { evidence, ruledOut, tentative } = verdict;
  const rest = evidence.slice(SHOWN_EVIDENCE).map(({ probe }) => shortName(probe));
  return [
    `${PAD}${severityColor(colors, verdict.severity)(`→ ${verdictName(verdict)}`)}  ${printable(verdict.summary)}`,
    ...evidence
      .slice(0, SHOWN_EVIDENCE)
      .map(({ probe, summary }) =>
        colors.dim(`${PAD}  seen       ${shortName(probe)}: ${printable(summary)}`),
      ),
    ...(rest.length > 0 ? [colors.dim(`${PAD}             and ${rest.join(', ')}`)] : []),
    ...(ruledOut.length > 0
      ? [colors.dim(`${PAD}  ruled out  ${ruledOut.map(({ cause }) => cause).join(', ')}`)]
      : []),
    ...(tentative ? [colors.dim(`${PAD}  not for long enough yet to tell anybody`)] : []),
  ];
};

/** Why the verdict is what it is. */
export const explain = ({ diagnosis }: WatchReport, colors: Colors): readonly string[] => {
  if (!diagnosis) return [];
  const shown =
    diagnosis.verdicts.length > 0 ? diagnosis.verdicts : diagnosis.primary ? [diagnosis.primary] : [];
  const hidden = diagnosis.hidden.map(verdictName);
  return [
    ...shown.flatMap((verdict) => explainVerdict(verdict, colors)),
    ...(hidden.length > 0 ? [colors.dim(`${PAD}  explains   ${hidden.join(', ')}`)] : []),
  ];
};

const minutesBetween = (from: number, to: number): string => {
  const seconds = Math.round((to - from) / 1_000);
  return seconds < 120 ? `${seconds} s` : `${Math.round(seconds / 60)} min`;
};

const changeText = ({ transition, incident }: IncidentChange): string | undefined => {
  const what = `${incident.severity} ${incident.cause}`;
  switch (transition) {
    case 'triggered':
      return `incident opened: ${what}, respond by ${isoInstant(incident.respondBy)}`;
    case 'reopened':
      return `incident opened again: ${what}, respond by ${isoInstant(incident.respondBy)}`;
    case 'severity-raised':
      return `incident raised to ${what}`;
    case 'severity-lowered':
      return `incident lowered to ${what}`;
    case 'resolved':
      return `incident resolved: ${what}, after ${minutesBetween(incident.openedAt, incident.resolvedAt ?? incident.updatedAt)}`;
    case 'hidden':
      return `incident held back: ${what} is explained by ${incident.hiddenBy?.cause ?? 'another'}`;
    default:
      return undefined;
  }
};

export const changeLine = (change: IncidentChange, colors: Colors): string | undefined => {
  const text = changeText(change);
  if (!text) return undefined;
  const { transition, incident } = change;
  const paint = transition === 'resolved' ? colors.green : severityColor(colors, incident.severity);
  return `${PAD}${colors.bold(paint(`● ${text}`))}  ${colors.dim(incident.id)}`;
};

/** An incident that an earlier start of the runtime left open. */
export const carriedOverLine = (incident: Incident, colors: Colors): string =>
  `${PAD}${severityColor(colors, incident.severity)(`● still open: ${incident.severity} ${incident.cause}`)} since ${isoInstant(incident.openedAt)}  ${colors.dim(incident.id)}`;

/** What could not be told; it is told on a later run. */
export const deliveryLine = ({ deliveries }: WatchReport, colors: Colors): string | undefined =>
  deliveries.failed > 0
    ? `${PAD}${colors.yellow(`${deliveries.failed} messages could not be sent; tried again later`)}`
    : undefined;
