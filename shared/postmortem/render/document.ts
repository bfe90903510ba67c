import { isOpen, type TimelineEntry } from '../../incident/incident.ts';
import { closedByHand, isAgainst, isMeasure } from '../../notify/about.ts';
import type { DeliveryProof } from '../../notify/proof.ts';
import { supportLines } from '../../notify/support-request.ts';
import { oneLine } from '../../notify/text.ts';
import { bothTimes, duration, utcTime } from '../../notify/time.ts';
import { actorWords } from '../../notify/who.ts';
import { runbookFor } from '../../runbook/index.ts';
import { isFoundByClaywatch } from '../lessons.ts';
import type { Measured, Postmortem } from '../postmortem.ts';

/** Plain text on one line, redacted and bounded; whoever renders it escapes it for its own format. */
export type Plain = string;

export type Block =
  | { readonly kind: 'table'; readonly head: readonly Plain[]; readonly rows: readonly (readonly Plain[])[] }
  | { readonly kind: 'list'; readonly items: readonly Plain[] }
  | { readonly kind: 'text'; readonly text: Plain };

export interface Section {
  readonly title: Plain;
  readonly blocks: readonly Block[];
}

export interface Document {
  readonly title: Plain;
  readonly intro: Plain;
  readonly sections: readonly Section[];
}

export interface RenderOptions {
  /** Times are said in UTC, and the most important ones in this zone too. */
  readonly timeZone: string;
  /** Hosts that stay addresses; none when left out. */
  readonly knownHosts?: ReadonlySet<string>;
}

const WORDS = 600;
const SENTENCE = 300;
const NOT_KNOWN = 'not known';

const number = (value: number | null): string => (value === null ? NOT_KNOWN : String(value));

interface Telling extends RenderOptions {
  readonly postmortem: Postmortem;
  readonly show: (text: string, max?: number) => Plain;
}

const lengthOf = ({ durationMs, incident }: Postmortem): string => {
  if (durationMs === null) return 'It is not over yet';
  const hours = Math.round(durationMs / 36_000) / 100;
  const reopened = incident.reopenings > 0 ? `, opened again ${incident.reopenings} times` : '';
  return `${duration(durationMs)} (${hours} hours)${reopened}`;
};

const detection = ({ postmortem: { incident, times }, show }: Telling): string => {
  const seen = incident.evidence.filter(isAgainst).at(-1);
  const how = isFoundByClaywatch(incident) ? 'Claywatch' : 'A person';
  const what = seen ? `: ${show(seen.summary)}` : '';
  return `${how}, ${duration(times.detect.tookMs ?? 0)} after it began${what}`;
};

const RESOLVES: ReadonlySet<TimelineEntry['kind']> = new Set(['mitigated', 'resolved']);

const resolution = ({ postmortem: { incident }, show }: Telling): string => {
  const steps = incident.timeline
    .filter((entry) => RESOLVES.has(entry.kind) || isMeasure(entry))
    .map(({ text }) => show(text));
  if (steps.length === 0) return isOpen(incident) ? 'It is not over yet' : 'Seen working again';
  const end = isOpen(incident) ? ['It is not over yet'] : [];
  return [...steps, ...end].join('; ');
};

/** As said of what went into rows that missed; money where prices are configured. */
const creditsLost = ({ credits }: Postmortem): string => {
  const { wasted, actionsWasted, money, currency } = credits;
  if (wasted === null && actionsWasted === null) return NOT_KNOWN;
  const cost = money === null ? '' : `, ${money.toFixed(2)} ${currency}`;
  return `${number(wasted)} credits, ${number(actionsWasted)} actions${cost}`;
};

/** Null as soon as one of them is. */
const total = (values: readonly (number | null)[]): number | null =>
  values.reduce<number | null>((sum, value) => (sum === null || value === null ? null : sum + value), 0);

const sums = ({ rows: feeds }: Postmortem): string =>
  feeds.length === 0
    ? ''
    : ` Rows held: ${number(total(feeds.map(({ held }) => held)))}; rows lost: ${number(total(feeds.map(({ lost }) => lost)))}.`;

/** The table of the second runbook. */
const summary = (telling: Telling): Section => {
  const { postmortem, show, timeZone } = telling;
  const { incident, severity } = postmortem;
  const entry = runbookFor(incident);
  const lowered = incident.severity === severity ? '' : `, ${incident.severity} at the end`;
  return {
    title: 'Summary',
    blocks: [
      {
        kind: 'table',
        head: ['Item', 'Details'],
        rows: [
          ['Incident Date', bothTimes(incident.detectedAt, timeZone)],
          ['Duration', lengthOf(postmortem)],
          ['Severity', `${severity}${lowered}`],
          ['Impact', `${entry.impact}${sums(postmortem)}`],
          ['Root Cause', `${entry.rootCause} ${show(incident.summary)}`],
          ['Detection', detection(telling)],
          ['Resolution', resolution(telling)],
          ['Credits Lost', creditsLost(postmortem)],
          ['Prevention', entry.prevent.join(' ')],
        ],
      },
    ],
  };
};

const entryRow =
  ({ show }: Telling) =>
  ({ at, kind, text, by, audience }: TimelineEntry): readonly Plain[] => [
    utcTime(at),
    audience ? `${show(kind)} (${audience})` : show(kind),
    show(text, WORDS),
    by ? actorWords(by) : 'Claywatch',
  ];

const timeline = (telling: Telling): Section => ({
  title: 'Timeline',
  blocks: [
    {
      kind: 'table',
      head: ['Time', 'What', 'Details', 'By'],
      rows: telling.postmortem.timeline.map(entryRow(telling)),
    },
  ],
});

const kept = ({ kept: answer, deadlineMs }: Measured): string => {
  if (answer !== null) return answer ? 'yes' : 'no';
  return deadlineMs === null ? 'no deadline' : 'not due';
};

const timeRow = (what: string, measured: Measured): readonly Plain[] => [
  what,
  measured.tookMs === null ? 'did not happen' : duration(measured.tookMs),
  measured.deadlineMs === null ? 'none' : duration(measured.deadlineMs),
  kept(measured),
];

const times = ({ postmortem }: Telling): Section => {
  const { detect, notify, acknowledge, mitigate, resolve } = postmortem.times;
  return {
    title: 'Times',
    blocks: [
      {
        kind: 'table',
        head: ['Time to', 'Took', 'Deadline', 'Kept'],
        rows: [
          timeRow('Detect (from the first failure)', detect),
          timeRow('Notify (from opening)', notify),
          timeRow('Acknowledge (from opening)', acknowledge),
          timeRow('Mitigate (from the first failure)', mitigate),
          timeRow('Resolve (from the first failure)', resolve),
        ],
      },
    ],
  };
};

const rows = ({ postmortem, show }: Telling): Section => ({
  title: 'Rows',
  blocks:
    postmortem.rows.length === 0
      ? [{ kind: 'text', text: 'No feed was hit.' }]
      : [
          {
            kind: 'table',
            head: ['Feed', 'Received', 'Held', 'Replayed', 'Duplicated', 'Lost', 'Proof'],
            rows: postmortem.rows.map((row) => [
              show(row.feed),
              ...[row.received, row.held, row.replayed, row.duplicated, row.lost].map(number),
              show(row.proof, WORDS),
            ]),
          },
        ],
});

const credits = ({ postmortem, show }: Telling): Section => {
  const { credits: cost, refund } = postmortem;
  return {
    title: 'Credits',
    blocks: [
      {
        kind: 'list',
        items: [
          `Spent while it lasted: ${number(cost.spent)}${cost.spent === null ? '' : ' credits'}`,
          `Wasted: ${creditsLost(postmortem)}`,
          show(cost.proof, WORDS),
        ],
      },
      { kind: 'text', text: 'For Clay support, to ask for a refund:' },
      {
        kind: 'list',
        items: [...supportLines(refund, (text) => show(text)), `Credits: ${number(refund.credits)}`],
      },
    ],
  };
};

const deliveryRow =
  ({ show }: Telling) =>
  (proof: DeliveryProof): readonly Plain[] => [
    show(proof.transition),
    show(proof.channel),
    proof.fellBackTo === null ? proof.status : `${proof.status} to ${show(proof.fellBackTo)}`,
    utcTime(proof.owedAt),
    proof.deliveredAt === null ? 'not taken' : utcTime(proof.deliveredAt),
    proof.lastError === null ? 'none' : show(proof.lastError),
  ];

const deliveries = (telling: Telling): Section => ({
  title: 'Messages',
  blocks:
    telling.postmortem.deliveries.length === 0
      ? [{ kind: 'text', text: 'No message was owed, or no proof is kept.' }]
      : [
          {
            kind: 'table',
            head: ['Message', 'Channel', 'Status', 'Owed', 'Taken', 'Last error'],
            rows: telling.postmortem.deliveries.map(deliveryRow(telling)),
          },
        ],
});

const lessons = ({ postmortem, show }: Telling): Section => {
  const of = (title: string, sentences: readonly string[]): readonly Block[] => [
    { kind: 'text', text: title },
    { kind: 'list', items: sentences.length === 0 ? ['Nothing.'] : sentences.map((one) => show(one, WORDS)) },
  ];
  const { well, wrong, lucky } = postmortem.lessons;
  return {
    title: 'Lessons',
    blocks: [
      ...of('What went well:', well),
      ...of('What went wrong:', wrong),
      ...of('Where we were lucky:', lucky),
    ],
  };
};

const actions = ({ postmortem, show }: Telling): Section => ({
  title: 'Actions',
  blocks: [
    {
      kind: 'table',
      head: ['Action', 'Type', 'Owner'],
      rows: postmortem.actions.map(({ what, type, owner }) => [show(what, WORDS), type, show(owner)]),
    },
  ],
});

/** The postmortem as headings, tables, lists and sentences of plain text. */
export const documentOf = (postmortem: Postmortem, options: RenderOptions): Document => {
  const { incident } = postmortem;
  const show: Telling['show'] = (text, max = SENTENCE) => oneLine(text, max, options.knownHosts);
  const telling: Telling = { ...options, postmortem, show };
  const draft = isOpen(incident) ? ' Draft: it is not over yet.' : '';
  const byHand = closedByHand(incident) ? ' Closed by hand, not seen working.' : '';
  return {
    title: `Postmortem: ${runbookFor(incident).title}`,
    intro: `${show(incident.id)}, ${incident.cause} (${show(incident.subject)}), ${incident.status}.${draft}${byHand}`,
    sections: [summary, timeline, times, rows, credits, deliveries, lessons, actions].map((tell) =>
      tell(telling),
    ),
  };
};
