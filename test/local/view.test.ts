import { describe, expect, it } from 'vitest';
import type { InboxMessage } from '../../local/inbox.ts';
import { createJsonView } from '../../local/view/json-view.ts';
import { createLiveView } from '../../local/view/live-view.ts';
import { clip, printable, wrap } from '../../local/view/text.ts';
import type { Verdict } from '../../shared/diagnose/verdict.ts';
import { type Observation, observation } from '../../shared/observe/observation.ts';
import type { FeedStatus, RelayStatus } from '../../shared/relay/status.ts';
import type { WatchReport } from '../../shared/watch/run.ts';

const ESCAPE = String.fromCharCode(27);
const SLOT = Date.parse('2026-11-21T17:24:00Z');

const seen = (at: number, web: 'up' | 'server-error'): readonly Observation[] => [
  observation({
    probe: 'clay.web',
    surface: 'clay-web',
    subject: 'clay',
    finding: web,
    at,
    durationMs: 12,
    phases: { totalMs: 12 },
    summary: 'the web app answered',
  }),
  observation({
    probe: 'callback:leads',
    surface: 'callback',
    subject: 'leads',
    finding: 'up',
    at,
    durationMs: 5,
    phases: { totalMs: 5 },
    summary: 'the callback answered',
  }),
];

const outage = (at: number): Verdict => ({
  cause: 'clay.outage',
  subject: 'clay',
  severity: 'P1',
  summary: 'Clay is down.',
  evidence: [
    {
      probe: 'clay.web',
      at,
      summary: 'it answered 503',
      finding: 'server-error',
      kind: 'measured',
      facts: {},
    },
  ],
  ruledOut: [{ cause: 'own.unhealthy', why: 'our own health endpoint is fine' }],
  wouldChange: [],
  tentative: false,
});

const report = (minute: number, web: 'up' | 'server-error', more: Partial<WatchReport> = {}): WatchReport => {
  const slot = SLOT + minute * 60_000;
  const verdicts = web === 'up' ? [] : [outage(slot)];
  return {
    slot,
    result: 'completed',
    observations: seen(slot, web),
    diagnosis: {
      conclusion: web === 'up' ? 'healthy' : 'problem',
      primary: verdicts[0] ?? null,
      verdicts,
      hidden: [],
      cleared: [],
      path: [],
      questions: [],
    },
    changes: [],
    deliveries: { delivered: 0, failed: 0, waiting: 0, errors: [] },
    feeds: [],
    acknowledged: [],
    ...more,
  } as WatchReport;
};

const message: InboxMessage = {
  id: 'm-1',
  at: SLOT,
  protocol: 'sms',
  to: '+15555550100',
  subject: '',
  text: `P1 Clay is down${ESCAPE}[2J`,
  attributes: { severity: 'P1' },
  file: '/somewhere/message.txt',
};

const terminal = (isTTY: boolean, columns = 200) => {
  const written: string[] = [];
  return { isTTY, columns, write: (text: string) => written.push(text), text: () => written.join('') };
};

/** A line break, or going back to the beginning of this line or of the one before, and clearing it. */
const CURSOR = new RegExp(`(\n|(?:${ESCAPE}\\[1A)?\r${ESCAPE}\\[2K)`);

/** What a terminal shows in the end of what was written to it. */
const screen = (text: string): readonly string[] => {
  const lines = [''];
  for (const part of text.split(CURSOR)) {
    if (part === '\n') lines.push('');
    else if (part.endsWith(`${ESCAPE}[2K`)) {
      if (part.includes('[1A')) lines.pop();
      lines[lines.length - 1] = '';
    } else lines[lines.length - 1] += part;
  }
  return lines;
};

describe('the live view', () => {
  it('writes a line per run when it is piped, without colours and without rewriting', () => {
    const out = terminal(false);
    const view = createLiveView(out, {});
    view.report(report(0, 'up'), 0, null, null);
    view.report(report(1, 'up'), 0, null, null);
    expect(out.text()).toBe(
      '17:24:00  healthy    ✓ web 12, callback:leads 5 ms\n17:25:00  healthy    ✓ web 12, callback:leads 5 ms\n',
    );
  });

  it('lets runs that say the same share one line of a terminal', () => {
    const out = terminal(true);
    const view = createLiveView(out, { NO_COLOR: '1' });
    for (const minute of [0, 1, 2]) view.report(report(minute, 'up'), 0, null, null);
    view.report(report(3, 'server-error'), 0, null, null);
    expect(screen(out.text()).slice(0, 2)).toEqual([
      '17:26:00  healthy    ✓ web 12, callback:leads 5 ms',
      '17:27:00  P1 clay.outage  ✗ web: server-error  ✓ callback:leads 5 ms',
    ]);
  });

  it('says what flows, and of what was counted only what is wrong', () => {
    const counted = (probe: string, surface: 'flow' | 'hit-rate', finding: 'flowing' | 'low' | 'too-few') =>
      observation({
        probe,
        surface,
        subject: 'leads',
        finding: finding as never,
        at: SLOT,
        durationMs: 0,
        summary: finding,
      });
    const out = terminal(false);
    const view = createLiveView(out, {});
    const feeds = [
      {
        feed: 'leads',
        lastHour: { submitted: 1_180, calledBack: 1_175, hitRate: 0.675, failed: 20, credits: 9_000 },
        recent: [],
        waiting: 5,
        lost: 0,
        uncertain: 0,
        webhooks: [],
      },
    ];
    const rows = (finding: 'low' | 'too-few') =>
      report(0, 'up', {
        feeds,
        observations: [
          ...seen(SLOT, 'up'),
          counted('rows:leads/flow', 'flow', 'flowing'),
          counted('rows:leads/hit-rate', 'hit-rate', finding),
        ],
      });
    view.report(rows('too-few'), 0, null, null);
    view.report(rows('low'), 0, null, null);
    expect(out.text().trimEnd().split('\n')).toEqual([
      '17:24:00  healthy    leads 1,180 in, 1,175 back, 68 % found  ✓ web 12, callback:leads 5 ms',
      '17:24:00  healthy    leads 1,180 in, 1,175 back, 68 % found  ✗ rows:leads/hit-rate: low  ✓ web 12, callback:leads 5 ms',
    ]);
  });

  it('explains a verdict when it comes, and not again while it stays', () => {
    const out = terminal(false);
    const view = createLiveView(out, {});
    view.report(report(0, 'server-error'), 0, null, null);
    view.report(report(1, 'server-error'), 0, null, null);
    const lines = out.text().split('\n');
    expect(lines.filter((line) => line.includes('→ P1 clay.outage  Clay is down.'))).toHaveLength(1);
    expect(lines.filter((line) => line.includes('seen       web: it answered 503'))).toHaveLength(1);
    expect(lines.filter((line) => line.includes('ruled out  own.unhealthy'))).toHaveLength(1);
  });

  it('shows messages below the run that sent them, an SMS whole, and nothing that a terminal would obey', () => {
    const out = terminal(false);
    const view = createLiveView(out, {});
    view.runStarted(SLOT);
    view.message(message);
    expect(out.text()).toBe('');
    view.report(report(0, 'server-error'), 0, null, null);
    const text = out.text();
    expect(text.indexOf('P1 clay.outage')).toBeLessThan(text.indexOf('to +15555550100'));
    expect(text).toContain('│ P1 Clay is down[2J\n');
    expect(text).not.toContain(ESCAPE);
  });

  it('says that slots passed, that a run failed, and that a slot was not its turn', () => {
    const out = terminal(false);
    const view = createLiveView(out, {});
    view.report(report(5, 'up'), 4, null, null);
    view.fault(new Error('watch timed out after 50000 ms'), 'run');
    view.report(report(6, 'up', { result: 'busy', observations: [], diagnosis: null }), 0, null, null);
    expect(out.text()).toContain('4 slots passed without a run');
    expect(out.text()).toContain('the run failed: watch timed out after 50000 ms');
    expect(out.text()).toContain('17:30:00  not looked: an earlier run has not finished');
  });

  it('uses colours on a terminal only, and not against NO_COLOR', () => {
    const coloured = terminal(true);
    createLiveView(coloured, {}).report(report(0, 'up'), 0, null, null);
    expect(coloured.text()).toContain(`${ESCAPE}[32m`);
    const plain = terminal(true);
    createLiveView(plain, { NO_COLOR: '1' }).report(report(0, 'up'), 0, null, null);
    expect(plain.text()).not.toContain(`${ESCAPE}[32m`);
  });
});

describe('the relay in the live view', () => {
  const AT = SLOT;
  const status = (at: number, more: Partial<FeedStatus> = {}): RelayStatus => {
    const feed: FeedStatus = {
      feed: 'leads',
      mode: 'normal',
      reasons: [],
      accepting: true,
      waiting: 0,
      oldest: null,
      delaySeconds: 0,
      webhook: { active: 'leads-1', since: AT, verified: true },
      standbysLeft: 2,
      pace: 'full',
      lastAcceptedAt: at,
      holds: [],
      lately: [],
      ...more,
    };
    return { at, mode: feed.mode, accepting: true, retryAfterSeconds: null, feeds: [feed], incidents: [] };
  };
  const counted = (minute: number, count: number) =>
    report(minute, 'up', {
      feeds: [
        {
          feed: 'leads',
          lastHour: { submitted: count, calledBack: 0, hitRate: null, failed: 0, credits: 0 },
          recent: [],
          waiting: 0,
          lost: 0,
          uncertain: 0,
          webhooks: [{ webhook: 'leads-1', count, limit: 50_000 }],
        },
      ],
      observations: [],
    } as Partial<WatchReport>);
  const shown = (...looks: readonly (readonly [WatchReport, RelayStatus | null])[]) => {
    const out = terminal(false);
    const view = createLiveView(out, {});
    for (const [seenThen, relay] of looks) view.report(seenThen, 0, relay, null);
    return out.text().trimEnd().split('\n');
  };

  it('says what waits, how fast rows go, and where to', () => {
    expect(
      shown(
        [counted(0, 44_900), status(AT)],
        [counted(1, 44_930), status(AT + 60_000, { waiting: 3 })],
        [
          counted(2, 44_930),
          status(AT + 120_000, { waiting: 33, mode: 'holding', reasons: ['An operator holds it.'] }),
        ],
      ),
    ).toEqual([
      '17:24:00  healthy    leads 0 waiting, to leads-1, 2 standbys; leads 44,900 in, 0 back',
      '17:25:00  healthy    leads 3 waiting, 0.5/s to leads-1, 2 standbys; leads 44,930 in, 0 back',
      '17:26:00  healthy    leads 33 waiting, held, 2 standbys; leads 44,930 in, 0 back',
      '          ▪ relay leads holding: An operator holds it.',
    ]);
  });

  it('tells of a reason once, and again only when it is another, whatever is counted in it', () => {
    const held = (at: number, reasons: readonly string[]) => status(at, { mode: 'holding', reasons });
    const lines = shown(
      [counted(0, 0), held(AT, ['33 rows wait since 17:24:00.'])],
      [counted(1, 0), held(AT + 60_000, ['1,234 rows wait since 17:24:00.'])],
      [counted(2, 0), held(AT + 120_000, ['Clay refuses our token.'])],
    );
    expect(lines.filter((text) => text.includes('▪'))).toEqual([
      '          ▪ relay leads holding: 33 rows wait since 17:24:00.',
      '          ▪ relay leads holding: Clay refuses our token.',
    ]);
  });

  it('tells of each change since the last look, oldest first, and of nothing from before the first', () => {
    const change = (at: number, text: string) => ({ at, kind: 'rotate', text, by: 'claywatch' }) as const;
    const old = change(AT - 5_000, 'Rows go to leads-1.');
    const rotated = change(AT + 30_000, 'Rows go to leads-2.');
    const verified = change(AT + 31_000, `leads-2 took its first row.${ESCAPE}[2J`);
    const lines = shown(
      [counted(0, 0), status(AT, { lately: [old] })],
      [counted(1, 0), null],
      [counted(2, 0), status(AT + 120_000, { lately: [verified, rotated, old] })],
      [counted(3, 0), status(AT + 180_000, { lately: [verified, rotated, old] })],
    );
    expect(lines.filter((text) => text.includes('▸'))).toEqual([
      '          ▸ relay leads 17:24:30 Rows go to leads-2. (claywatch)',
      '          ▸ relay leads 17:24:31 leads-2 took its first row.[2J (claywatch)',
    ]);
  });
});

describe('the JSON view', () => {
  it('writes one object per line with times as text', () => {
    const out = terminal(false);
    const view = createJsonView(out);
    view.report(report(0, 'up'), 2, null, null);
    view.message(message);
    view.fault(new RangeError('no'), 'run');
    view.end();
    const lines = out
      .text()
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines).toMatchObject([
      { type: 'run', slot: '2026-11-21T17:24:00.000Z', missed: 2, result: 'completed' },
      { type: 'message', protocol: 'sms', at: '2026-11-21T17:24:00.000Z' },
      { type: 'fault', name: 'RangeError', message: 'no' },
      { type: 'stopped' },
    ]);
  });
});

describe('text for a terminal', () => {
  it('is clipped to its width without counting colours', () => {
    expect(clip('abcdef', 6)).toBe('abcdef');
    expect(clip('abcdefg', 6)).toBe(`abcde…${ESCAPE}[0m`);
    expect(clip(`${ESCAPE}[31mabcdef${ESCAPE}[39m`, 6)).toBe(`${ESCAPE}[31mabcdef${ESCAPE}[39m`);
  });

  it('is wrapped between words', () => {
    expect(wrap('one two three', 8)).toBe('one two\nthree');
    expect(wrap('incomprehensibly long', 8)).toBe('incomprehensibly\nlong');
  });

  it('loses control and formatting characters, line breaks excepted', () => {
    expect(printable(`a${ESCAPE}]0;title\u0007b\u202Ec\nd\r`)).toBe('a]0;titlebc\nd');
  });
});
