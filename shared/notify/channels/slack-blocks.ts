import type { Bulletin } from './port.ts';
import { LONGEST_TEXT, mrkdwn, plain, slackLink, slackTime } from './slack-text.ts';
import { STATUS_WORDS, TRANSITION_WORDS } from './words.ts';

/** What `chat.postMessage` and `chat.update` take: blocks, and a text for notifications. */
export interface SlackMessage {
  readonly text: string;
  readonly blocks: readonly object[];
}

/** Limits of Block Kit. */
const LONGEST_HEADER = 150;
const LONGEST_FIELD = 2_000;
const MOST_DONE = 10;
const MOST_STEPS = 5;

/** `verbatim`: Slack makes no links and no mentions of what it finds in the text. */
const markdown = (text: string) => ({ type: 'mrkdwn', text, verbatim: true });

/** As many of the lines as a text object holds; each is short enough by itself. */
const section = (lines: readonly string[]): object => {
  let text = '';
  for (const line of lines) {
    if (text.length + line.length + 3 > LONGEST_TEXT) {
      text += '\n…';
      break;
    }
    text += text === '' ? line : `\n${line}`;
  }
  return { type: 'section', text: markdown(text) };
};

const titled = (title: string, lines: readonly string[]): readonly object[] =>
  lines.length === 0 ? [] : [section([`*${title}*`, ...lines])];

const isOver = ({ status }: Bulletin): boolean => status === 'resolved' || status === 'reviewed';

const ownerOf = ({ acknowledgedBy, assignee }: Bulletin): string => {
  const owner = assignee ?? acknowledgedBy;
  return owner === null ? 'Nobody' : mrkdwn(owner, 200);
};

const deadlineOf = (bulletin: Bulletin): readonly [string, string] => {
  if (bulletin.resolvedAt !== null && isOver(bulletin)) return ['Resolved', slackTime(bulletin.resolvedAt)];
  if (bulletin.status === 'triggered') return ['Respond by', slackTime(bulletin.respondBy)];
  return ['Next update', slackTime(bulletin.nextUpdateAt)];
};

const fieldsOf = (bulletin: Bulletin): object => {
  const severity =
    bulletin.peakSeverity === bulletin.severity
      ? bulletin.severity
      : `${bulletin.severity} (was ${bulletin.peakSeverity})`;
  const fields: readonly (readonly [string, string])[] = [
    ['Severity', severity],
    ['Status', STATUS_WORDS[bulletin.status]],
    ['Who has it', ownerOf(bulletin)],
    deadlineOf(bulletin),
    ['First seen', slackTime(bulletin.detectedAt)],
    ['About', mrkdwn(bulletin.subject, LONGEST_FIELD - 100)],
  ];
  return { type: 'section', fields: fields.map(([name, value]) => markdown(`*${name}*\n${value}`)) };
};

const button = (text: string, action: string, value: string, more: object = {}): object => ({
  type: 'button',
  text: { type: 'plain_text', text, emoji: false },
  action_id: `claywatch:${action}`,
  value,
  ...more,
});

const CONFIRM_RESOLVE = {
  title: { type: 'plain_text', text: 'Resolve this incident?' },
  text: {
    type: 'plain_text',
    text: 'It is then closed by your word. Claywatch closes it by itself once it is seen working.',
  },
  confirm: { type: 'plain_text', text: 'Resolve' },
  deny: { type: 'plain_text', text: 'Keep it open' },
};

const buttonsOf = (bulletin: Bulletin): readonly object[] => {
  if (isOver(bulletin)) return [];
  const value = bulletin.incidentId.slice(0, 200);
  return [
    {
      type: 'actions',
      block_id: 'claywatch',
      elements: [
        ...(bulletin.status === 'triggered'
          ? [button('Acknowledge', 'acknowledge', value, { style: 'primary' })]
          : []),
        button('Resolve', 'resolve', value, { confirm: CONFIRM_RESOLVE }),
      ],
    },
  ];
};

const updateLine = ({ update }: Bulletin): readonly string[] =>
  update === null ? [] : [`${mrkdwn(update.text, 2_000)} (${mrkdwn(update.by, 200)})`];

const stepLine = ({ do: what, where }: Bulletin['steps'][number], index: number): string =>
  `${index + 1}. ${mrkdwn(what, 400)}${where === undefined ? '' : ` (${mrkdwn(where, 150)})`}`;

const contextOf = (bulletin: Bulletin): object => ({
  type: 'context',
  elements: [
    markdown(
      [
        mrkdwn(bulletin.installation, 100),
        mrkdwn(bulletin.incidentId, 100),
        mrkdwn(bulletin.cause, 100),
      ].join(' · '),
    ),
    ...(bulletin.alsoAbout.length === 0
      ? []
      : [markdown(`Also about ${mrkdwn(bulletin.alsoAbout.join(', '), 1_000)}`)]),
    ...[slackLink(bulletin.url, 'Open the incident')].filter((link) => link !== '').map(markdown),
  ],
});

/** The root of the thread: always how the incident stands at present. */
export const rootMessage = (bulletin: Bulletin, withButtons: boolean): SlackMessage => {
  const heading = `${bulletin.severity} · ${STATUS_WORDS[bulletin.status]} · ${bulletin.title}`;
  return {
    text: `${mrkdwn(heading, 300)}: ${mrkdwn(bulletin.summary, 1_000)}`,
    blocks: [
      { type: 'header', text: { type: 'plain_text', text: plain(heading, LONGEST_HEADER), emoji: false } },
      section([mrkdwn(bulletin.summary, 2_900)]),
      fieldsOf(bulletin),
      ...titled('Impact', [
        mrkdwn(bulletin.impact, 1_000),
        ...(bulletin.affected.length === 0
          ? []
          : [`Affected: ${mrkdwn(bulletin.affected.join(', '), 1_000)}`]),
      ]),
      ...titled('Last update', updateLine(bulletin)),
      ...titled(
        'What Claywatch did',
        bulletin.done.slice(-MOST_DONE).map((done) => `• ${mrkdwn(done, 250)}`),
      ),
      ...(isOver(bulletin) ? [] : titled('Next step', bulletin.steps.slice(0, MOST_STEPS).map(stepLine))),
      contextOf(bulletin),
      ...(withButtons ? buttonsOf(bulletin) : []),
    ],
  };
};

const PEOPLE_ACTED: ReadonlySet<Bulletin['transition']> = new Set(['acknowledged', 'mitigated']);

/** One transition, as a reply in the thread. */
export const replyMessage = (bulletin: Bulletin): SlackMessage => {
  const owner = bulletin.assignee ?? bulletin.acknowledgedBy;
  const by = PEOPLE_ACTED.has(bulletin.transition) && owner !== null ? ` by ${mrkdwn(owner, 200)}` : '';
  const [deadline, time] = deadlineOf(bulletin);
  const heading = `*${TRANSITION_WORDS[bulletin.transition]}*${by} · ${bulletin.severity} · ${mrkdwn(bulletin.title, 300)}`;
  const said = bulletin.transition === 'updated' && bulletin.update !== null;
  return {
    text: `${TRANSITION_WORDS[bulletin.transition]}${by} · ${bulletin.severity} · ${mrkdwn(bulletin.title, 300)}`,
    blocks: [
      section([
        heading,
        ...(said ? updateLine(bulletin) : [mrkdwn(bulletin.summary, 2_000)]),
        `${deadline}: ${time}`,
      ]),
    ],
  };
};
