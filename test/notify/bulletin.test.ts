import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fitMessage, MESSAGE_BYTES } from '../../shared/aws/sns/message.ts';
import { CAUSE_IDS } from '../../shared/cause.ts';
import type { ConfigInput } from '../../shared/config/schema.ts';
import type { Incident } from '../../shared/incident/incident.ts';
import { bulletinOf } from '../../shared/notify/bulletin.ts';
import type { Bulletin } from '../../shared/notify/channels/port.ts';
import { createRenderer } from '../../shared/notify/render.ts';
import { RUNBOOK } from '../../shared/runbook/index.ts';
import { SEVERITIES } from '../../shared/severity.ts';
import { anyConfig, anyMessage, TRANSITIONS } from './arbitraries.ts';
import { hostileText } from './hostile.ts';
import { ANNA, configOf, happened, LATER, THREE_AM, TWO_FEEDS } from './messages.ts';

const bulletin = (incident: Incident, input: ConfigInput = TWO_FEEDS, more = {}): Bulletin => {
  const [pending] = incident.pending;
  if (!pending) throw new Error('nothing is owed');
  return bulletinOf(incident, pending, configOf(input), more);
};

const texts = (value: unknown): readonly string[] => {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(texts) : [];
};

/** Twice quoted, as it travels within the message of SNS. */
const bytesOf = (value: unknown): number =>
  new TextEncoder().encode(JSON.stringify(JSON.stringify(value))).byteLength;

describe('a bulletin of any message, however hostile what was seen and what people wrote', () => {
  const check = (assert: (made: Bulletin) => void) =>
    fc.assert(
      fc.property(
        anyConfig,
        anyMessage,
        fc.array(hostileText, { maxLength: 40 }),
        (config, { incident, pending }, alsoAbout) => {
          assert(bulletinOf(incident, pending, config, { alsoAbout }));
        },
      ),
      { numRuns: 80 },
    );

  it('is plain data that survives JSON', () => {
    check((made) => expect(JSON.parse(JSON.stringify(made))).toEqual(made));
  });

  it('is bounded, with room for the mail beside it', () => {
    check((made) => expect(bytesOf(made)).toBeLessThanOrEqual(64_000));
  });

  it('holds only single lines of visible text, without credentials and mail addresses', () => {
    check((made) => {
      for (const text of texts(made)) {
        expect(text).not.toMatch(/[\p{Cc}\p{Cf}\u2028\u2029]/u);
        expect(text.isWellFormed()).toBe(true);
        expect(text).not.toMatch(/victim@|evil\.example/);
      }
    });
  });
});

describe('the largest message', () => {
  it.each(['"', '\\', '\u{20000}', '\u4E00'])(
    'of nothing but %s fits what SNS takes, the mail whole',
    (character) => {
      const much = character.repeat(2_000);
      const config = configOf({
        feeds: Object.fromEntries(
          Array.from({ length: 30 }, (_, index) => [
            `feed-${index}`,
            { description: much.slice(0, 200), affects: Array(20).fill(much.slice(0, 200)) },
          ]),
        ),
      });
      const by = { name: much, via: 'api' } as const;
      const timeline = Array.from({ length: 100 }, () => ({
        at: LATER,
        kind: 'updated' as const,
        text: much,
        by,
      }));
      const incident = happened(
        'credits.exhausted',
        'updated',
        { subject: much, summary: much, assignee: much, wouldChange: Array(10).fill(much), timeline },
        { text: much, by },
      );
      const [pending] = incident.pending;
      if (!pending) throw new Error('nothing is owed');
      const message = createRenderer(config)(incident, pending, { alsoAbout: Array(50).fill(much) });
      expect(bytesOf(message.bulletin)).toBeLessThanOrEqual(64_000);
      const sent = fitMessage(message);
      expect(JSON.parse(sent).email).toBe(message.emailText);
      expect(new TextEncoder().encode(sent).byteLength).toBeLessThanOrEqual(MESSAGE_BYTES);
    },
  );
});

describe('a bulletin', () => {
  it.each(TRANSITIONS)('of %s is made for every cause and severity', (transition) => {
    for (const cause of CAUSE_IDS)
      for (const severity of SEVERITIES) {
        const made = bulletin(happened(cause, transition, { severity }));
        expect(made).toMatchObject({ transition, severity, cause, title: RUNBOOK[cause].title, at: LATER });
        expect(made.steps.length).toBeGreaterThan(0);
        expect(made.done.length).toBeGreaterThan(0);
      }
  });

  it('says who has it, and whether it pages', () => {
    expect(bulletin(happened('webhook.gone', 'acknowledged'))).toMatchObject({
      acknowledgedBy: 'Anna (Slack)',
      urgency: 'notice',
      status: 'acknowledged',
    });
    expect(bulletin(happened('webhook.gone', 'triggered'))).toMatchObject({
      acknowledgedBy: null,
      urgency: 'page',
      assignee: null,
      update: null,
      resolvedAt: null,
      url: null,
      feed: 'leads',
      affected: ['leads: Sales development, Lead routing'],
    });
  });

  it('carries an update with who wrote it for whom', () => {
    expect(bulletin(happened('webhook.gone', 'updated', {}, { audience: 'public' })).update).toEqual({
      text: 'A new webhook is being made.',
      by: 'Anna (Slack)',
      audience: 'public',
    });
  });

  it('holds the whole of what a person may write', () => {
    const text = 'word '.repeat(400).trim();
    expect(bulletin(happened('webhook.gone', 'updated', {}, { text })).update?.text).toBe(text);
  });

  it('says what is left to do once it is over, and first how to make sure when nobody saw it working', () => {
    const { afterwards, verify } = RUNBOOK['webhook.gone'];
    const seen = bulletin(happened('webhook.gone', 'resolved'));
    expect(seen.steps.map((step) => step.do)).toEqual(afterwards);
    expect(seen.resolvedAt).toBe(LATER);
    const closed = bulletin(
      happened('webhook.gone', 'resolved', { closedBy: { actor: ANNA, until: LATER } }, { by: ANNA }),
    );
    expect(closed.steps[0]?.do).toBe(`Make sure: ${verify[0]}`);
    expect(closed.publicImpact).not.toContain('resolved');
  });

  it('leads to where the incident can be looked at, and never to where anybody could take it', () => {
    const config = configOf({ ...TWO_FEEDS, respond: { publicUrl: 'https://ops.example/c/' } });
    const incident = happened('webhook.gone', 'triggered');
    const [pending] = incident.pending;
    if (!pending) throw new Error('nothing is owed');
    const links = () => ({
      view: 'https://ops.example/c/i/look',
      acknowledge: 'https://ops.example/c/i/take',
    });
    const made = createRenderer(config, links)(incident, pending);
    expect(made.emailText).toContain('/i/take');
    expect(made.bulletin?.url).toBe('https://ops.example/c/i/look');
    expect(JSON.stringify(made.bulletin)).not.toContain('/i/take');
    expect(createRenderer(config)(incident, pending).bulletin?.url).toBeNull();
  });

  it('names the incidents that it speaks for, the first twenty of them', () => {
    const alsoAbout = Array.from({ length: 30 }, (_, index) => `feed-${index}`);
    expect(bulletin(happened('webhook.gone', 'triggered'), TWO_FEEDS, { alsoAbout }).alsoAbout).toEqual(
      alsoAbout.slice(0, 20),
    );
  });

  it('says what Claywatch did by itself, newest last', () => {
    const timeline = [
      { at: THREE_AM, kind: 'action', text: 'Holds the rows of leads' },
      { at: THREE_AM, kind: 'proposed', text: 'Proposed: npx claywatch hold accounts' },
      { at: THREE_AM, kind: 'note', text: 'mine', by: ANNA },
    ] as never;
    expect(bulletin(happened('webhook.gone', 'escalated', { timeline })).done).toEqual([
      '03:00 UTC Noticed it, ruled out 1 other cause, and told everybody who is subscribed',
      '03:00 UTC Holds the rows of leads',
      '03:00 UTC Proposed: npx claywatch hold accounts',
      '03:20 UTC Not acknowledged by the deadline: step 2 of 8, to on-call, ben',
    ]);
  });
});
