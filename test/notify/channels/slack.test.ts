import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Bulletin } from '../../../shared/notify/channels/port.ts';
import { rootMessage } from '../../../shared/notify/channels/slack-blocks.ts';
import { blockKitFaults, type SlackMessageSeen, type SlackServer } from '../../support/slack-server.ts';
import { acknowledged, bulletinOf, reopened, resolved } from './bulletins.ts';
import { SLACK_CHANNEL, slackUnderTest } from './under-test.ts';
import { SECRETS, type UnderTest } from './world.ts';

const shown = (message: SlackMessageSeen | undefined): string => JSON.stringify(message?.blocks);
const actionsIn = (message: SlackMessageSeen | undefined): readonly string[] =>
  [...shown(message).matchAll(/"action_id":"claywatch:(\w+)"/g)].map(([, action]) => String(action));

describe('Slack', () => {
  let test: UnderTest<SlackServer>;
  beforeEach(async () => {
    test = await slackUnderTest();
  });
  afterEach(() => test[Symbol.asyncDispose]());

  const deliver = (bulletin: Bulletin) => test.channel.deliver(bulletin, test.memory);
  const called = () =>
    test.server.requests.map(({ method, path }) => `${method} ${path.replace('/api/', '')}`);
  const root = () => test.server.messages.find(({ threadTs }) => threadTs === null);
  const replies = () => test.server.messages.filter(({ threadTs }) => threadTs !== null);

  it('keeps one root that always shows the present, and a reply for every transition after the first', async () => {
    for (const bulletin of [bulletinOf(1), acknowledged(2), resolved(3), reopened(4)])
      expect(await deliver(bulletin)).toMatchObject({ kind: 'delivered' });

    expect(called()).toStrictEqual([
      'POST chat.postMessage',
      'POST chat.update',
      'POST chat.postMessage',
      'POST chat.update',
      'POST chat.postMessage',
      'POST chat.update',
      'POST chat.postMessage',
    ]);
    expect(test.server.messages.filter(({ threadTs }) => threadTs === null)).toHaveLength(1);
    expect(replies().map(({ threadTs }) => threadTs)).toStrictEqual(Array(3).fill(root()?.ts));
    expect(replies().map(({ text }) => text.split(' · ')[0])).toStrictEqual([
      'Acknowledged by alex',
      'Resolved',
      'Reopened',
    ]);
    expect(root()?.edits).toBe(3);
    expect(shown(root())).toContain('P1 · Triggered');
  });

  it('says in the root who has it, the deadline, what Claywatch did and what comes next', async () => {
    await deliver(bulletinOf(1));
    expect(shown(root())).toContain('Nobody');
    expect(shown(root())).toContain('Respond by');
    expect(shown(root())).toContain('1. Create a new webhook on the same table (Clay: Table');
    await deliver(
      acknowledged(2, {
        done: ['Held 1,200 rows', 'Failed over to leads-2'],
        severity: 'P3',
        assignee: 'kim',
      }),
    );
    expect(shown(root())).toContain('P3 (was P1)');
    expect(shown(root())).toContain('*Who has it*\\nkim');
    expect(shown(root())).toContain('Next update');
    expect(shown(root())).toContain('• Held 1,200 rows\\n• Failed over to leads-2');
    expect(shown(root())).toContain(`<!date^${(Date.parse('2026-11-03T03:30:00Z') / 1_000).toString()}^`);
    await deliver(resolved(3));
    expect(shown(root())).not.toContain('Next step');
    expect(shown(root())).not.toContain('Respond by');
  });

  it('shows pages and the recovery in the channel too, and everything else in the thread only', async () => {
    await deliver(bulletinOf(1));
    await deliver(acknowledged(2));
    await deliver(bulletinOf(3, { transition: 'acknowledgement-stale' }));
    await deliver(resolved(4));
    expect(replies().map(({ broadcast }) => broadcast)).toStrictEqual([false, true, true]);
  });

  it('shows a page to the whole channel although an update went before it, as in a silence', async () => {
    const update = { text: 'Known, and planned', by: 'alex', audience: 'responders' } as const;
    await deliver(bulletinOf(2, { transition: 'updated', urgency: 'notice', update }));
    await deliver(bulletinOf(1));
    expect(replies()).toMatchObject([{ broadcast: true, text: expect.stringContaining('Triggered') }]);
  });

  it('lets a late message neither paint over a newer state nor page', async () => {
    await deliver(acknowledged(2));
    await deliver(bulletinOf(1));
    expect(shown(root())).toContain('P1 · Acknowledged');
    expect(root()?.edits).toBe(0);
    expect(replies()).toMatchObject([{ broadcast: false, text: expect.stringContaining('Triggered') }]);
  });

  it('shows the buttons that fit the state, and none without a signing secret', async () => {
    await deliver(bulletinOf(1));
    expect(actionsIn(root())).toStrictEqual(['acknowledge', 'resolve']);
    expect(shown(root())).toContain('"value":"inc-20261103-0a1b2c3d"');
    await deliver(acknowledged(2));
    expect(actionsIn(root())).toStrictEqual(['resolve']);
    await deliver(resolved(3));
    expect(actionsIn(root())).toStrictEqual([]);

    await using plain = await slackUnderTest(false);
    await plain.channel.deliver(bulletinOf(1), plain.memory);
    expect(actionsIn(plain.server.messages[0])).toStrictEqual([]);
  });

  it('begins a new root when somebody deleted the old one', async () => {
    await deliver(bulletinOf(1));
    test.server.remove(root()?.ts ?? '');
    expect(await deliver(acknowledged(2))).toMatchObject({ kind: 'delivered' });
    expect(test.server.messages).toHaveLength(1);
    expect(shown(root())).toContain('P1 · Acknowledged');
    await deliver(resolved(3));
    expect(replies()).toHaveLength(1);
  });

  it('follows a root that a process posted before it died, without beginning another', async () => {
    test.server.fail({ kind: 'done-and-reset' });
    expect(await deliver(bulletinOf(1))).toMatchObject({ kind: 'later' });
    expect(await deliver(acknowledged(2))).toMatchObject({ kind: 'delivered' });
    expect(called().slice(1)).toStrictEqual([
      'GET conversations.history',
      'POST chat.update',
      'POST chat.postMessage',
    ]);
    expect(shown(root())).toContain('P1 · Acknowledged');
    expect(replies()).toHaveLength(1);
  });

  it('posts again rather than not at all when the app may not look for what it posted', async () => {
    test.server.scopes.splice(0, 3, 'chat:write');
    test.server.fail({ kind: 'done-and-reset' });
    await deliver(bulletinOf(1));
    expect(await deliver(bulletinOf(1))).toMatchObject({ kind: 'delivered' });
    expect(test.server.messages).toHaveLength(2);
  });

  it('sends the words alone when Slack does not take the blocks', async () => {
    test.server.fail({ kind: 'answer', status: 200, body: { ok: false, error: 'invalid_blocks' } });
    expect(await deliver(bulletinOf(1))).toMatchObject({ kind: 'delivered' });
    expect(root()).toMatchObject({
      blocks: [],
      text: expect.stringContaining('A webhook takes no more rows'),
    });
  });

  it.each([
    ['channel_not_found', 'id of the channel'],
    ['not_in_channel', '/invite'],
    ['is_archived', 'archive'],
    ['invalid_auth', 'xoxb-'],
    ['token_revoked', 'Install the app again'],
    ['missing_scope', 'chat:write'],
    ['something_new', 'documentation'],
  ])('is refused for %s, with what to do', async (error, remedy) => {
    test.server.fail({ kind: 'answer', status: 200, body: { ok: false, error } });
    const outcome = await deliver(bulletinOf(1));
    expect(outcome).toMatchObject({ kind: 'refused', why: expect.stringContaining(error) });
    expect(outcome).toMatchObject({ why: expect.stringContaining(remedy) });
  });

  it.each(['ratelimited', 'internal_error', 'service_unavailable', 'fatal_error'])(
    'comes later for %s',
    async (error) => {
      test.server.fail({
        kind: 'answer',
        status: 200,
        headers: { 'retry-after': '30' },
        body: { ok: false, error },
      });
      expect(await deliver(bulletinOf(1))).toMatchObject({ kind: 'later', afterMs: 30_000 });
    },
  );

  it('comes later when something that is not Slack answers 200', async () => {
    test.server.fail({ kind: 'answer', status: 200, body: '<html>Log in to the Wi-Fi</html>' });
    expect(await deliver(bulletinOf(1))).toMatchObject({ kind: 'later' });
  });

  it('edits again, but replies once, when the reply came to nothing', async () => {
    await deliver(bulletinOf(1));
    test.server.fail(null, { kind: 'answer', status: 500 });
    expect(await deliver(acknowledged(2))).toMatchObject({ kind: 'later' });
    expect(await deliver(acknowledged(2))).toMatchObject({ kind: 'delivered' });
    expect(replies()).toHaveLength(1);
  });

  it('mentions nobody, links nothing and formats nothing of what others wrote', async () => {
    const attack =
      '<!channel> <!here> <@U012345> <https://evil.example|Log in> *bold* _it_ ~no~ `code` :rotating_light: &lt;!everyone&gt; @here #general';
    await deliver(
      bulletinOf(1, {
        title: attack,
        summary: attack,
        impact: attack,
        subject: attack,
        affected: [attack],
        done: [attack],
        steps: [{ do: attack, where: attack }],
        acknowledgedBy: attack,
        alsoAbout: [attack],
        update: { text: attack, by: attack, audience: 'responders' },
        url: `https://claywatch.example.com/i/1|<!channel>`,
      }),
    );
    const sent = test.server.requests[0]?.json;
    expect(sent).toMatchObject({ parse: 'none', link_names: false, unfurl_links: false });
    const texts = [...shown(root()).matchAll(/"type":"(\w+)","text":"((?:[^"\\]|\\.)*)"/g)];
    expect(texts.length).toBeGreaterThan(8);
    for (const [, type, text = ''] of texts) {
      const untrusted = text.replace(/<!date\^[^>]*>|<https:\/\/claywatch[^>]*>/g, '');
      expect(untrusted).not.toMatch(/[<>]/);
      // A plain text formats nothing.
      if (type === 'mrkdwn')
        expect(untrusted.replace(/^\*[A-Z][A-Za-z ]+\*/, '')).not.toMatch(/[*~`]|:rotating_light:|(^| )_it_/);
    }
    expect(root()?.text).not.toMatch(/[<>]/);
    expect(shown(root()).match(/"verbatim":true/g)?.length).toBe(
      shown(root()).match(/"type":"mrkdwn"/g)?.length,
    );
  });

  it('stays within the limits of Block Kit for the longest incident', () => {
    const long = 'R&D <'.repeat(30_000);
    const many = Array.from({ length: 500 }, () => long);
    const { text, blocks } = rootMessage(
      bulletinOf(1, {
        title: long,
        summary: long,
        impact: long,
        subject: long,
        installation: long,
        affected: many,
        done: many,
        alsoAbout: many,
        steps: many.map((one) => ({ do: one, where: one })),
        acknowledgedBy: long,
        update: { text: long, by: long, audience: 'public' },
      }),
      true,
    );
    expect(blockKitFaults(blocks as readonly Record<string, unknown>[])).toStrictEqual([]);
    expect(text.length).toBeLessThan(4_000);
  });

  it('checks the token, its scope and the channel', async () => {
    expect(await test.channel.check()).toStrictEqual({
      result: 'ready',
      found: expect.stringContaining('may post'),
      fix: '',
    });
    test.server.channel.is_member = false;
    expect(await test.channel.check()).toMatchObject({
      result: 'not-ready',
      fix: expect.stringContaining('/invite'),
    });
    test.server.scopes.push('chat:write.public');
    expect(await test.channel.check()).toMatchObject({ result: 'ready' });
    test.server.channel.is_archived = true;
    expect(await test.channel.check()).toMatchObject({ result: 'not-ready' });
    test.server.scopes.splice(0, 9, 'chat:write');
    expect(await test.channel.check()).toMatchObject({
      result: 'unknown',
      fix: expect.stringContaining('channels:read'),
    });
    test.server.scopes.splice(0, 9, 'users:read');
    expect(await test.channel.check()).toMatchObject({
      result: 'not-ready',
      fix: expect.stringContaining('chat:write'),
    });
    test.values.set('SLACK_TOKEN', 'xoxb-another-fake-token');
    expect(await test.channel.check()).toMatchObject({
      result: 'not-ready',
      fix: expect.stringContaining('xoxb-'),
    });
  });

  it('sends the token in the header, and to the channel of the configuration only', async () => {
    await deliver(bulletinOf(1));
    await deliver(resolved(2));
    for (const { headers, json } of test.server.requests) {
      expect(headers.authorization).toBe(`Bearer ${SECRETS.SLACK_TOKEN}`);
      expect(json?.channel).toBe(SLACK_CHANNEL);
      expect(JSON.stringify(json)).not.toContain('xoxb-');
    }
  });
});
