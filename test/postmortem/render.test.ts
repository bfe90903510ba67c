import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { act } from '../../shared/incident/act.ts';
import { markDelivered } from '../../shared/incident/deliveries.ts';
import type { Incident } from '../../shared/incident/incident.ts';
import { makePostmortem } from '../../shared/postmortem/make.ts';
import { renderHtml } from '../../shared/postmortem/render/html.ts';
import { renderJson } from '../../shared/postmortem/render/json.ts';
import { renderMarkdown } from '../../shared/postmortem/render/markdown.ts';
import { MINUTE, NOON, opened, policy, resolved } from '../incident/fixtures.ts';
import { configOf, evidenceOf, feedOf, proofOf, windowOf } from './stories.ts';

const OPTIONS = { timeZone: 'Europe/Berlin' };

/** A whole story in which everything that somebody else can write is `text`. */
const storyWith = (text: string) => {
  const first = opened();
  const told = markDelivered({ ...first, summary: text }, first.pending[0]?.id ?? '', 'r', NOON + MINUTE);
  const by = { name: text, via: 'api' } as const;
  const commands = [
    { kind: 'acknowledge' },
    { kind: 'note', text },
    { kind: 'update', text, audience: 'public' },
    { kind: 'assign', to: text },
    { kind: 'mitigate', text },
  ] as const;
  const done = commands.reduce<Incident>((incident, command, index) => {
    const outcome = act(incident, command, by, { policy, now: NOON + (index + 2) * MINUTE });
    return outcome.kind === 'refused' ? incident : outcome.incident;
  }, told);
  const over = resolved(done, NOON + 40 * MINUTE);
  const incident: Incident = {
    ...over,
    evidence: over.evidence.map((one) => ({ ...one, summary: text, facts: { [text]: text } })),
  };
  return makePostmortem({
    incident,
    proofs: [
      proofOf(incident, { deliveredAt: NOON + MINUTE }),
      proofOf(incident, { channel: text, status: 'refused', lastError: text, fellBackTo: text }),
    ],
    snapshots: [
      evidenceOf(incident, NOON, { submitted: 10, calledBack: 4, outstanding: 6, waiting: 0 }),
      evidenceOf(incident, NOON + 40 * MINUTE, { submitted: 30, calledBack: 30, outstanding: 0, waiting: 0 }),
    ],
    feedSnapshots: [
      feedOf('leads', {
        asOf: NOON + 41 * MINUTE,
        windows: [windowOf(NOON, { creditsOnMisses: 12, actions: 6, missed: 3 })],
      }),
    ],
    creditHistory: null,
    config: configOf({ postmortem: { workspace: 'Acme', creditPrice: 0.05 } }),
    now: NOON + 41 * MINUTE,
  });
};

const ITEMS = [
  ...['Incident Date', 'Duration', 'Severity', 'Impact', 'Root Cause', 'Detection', 'Resolution'],
  ...['Credits Lost', 'Prevention'],
];
const PARTS = ['Summary', 'Timeline', 'Times', 'Rows', 'Credits', 'Messages', 'Lessons', 'Actions'];

const HOSTILE = [
  '<script>alert(1)</script><img src=x onerror=alert(1)>',
  '" onmouseover="alert(1)\' `x`',
  '](javascript:alert(1)) ![x](http://evil.example/x.png) [a](b)',
  '| a | b |\n| --- |\n# heading\n- item\n1. one\n> quote\n---',
  '**bold** _it_ ~~gone~~ `code` $x$ @everybody &lt;b&gt; \\',
  '{{constructor}} $(x) </td></tr></table>\u2028\u202etxt.exe\u0000',
];

describe('the postmortem as Markdown', () => {
  const markdown = renderMarkdown(storyWith('all is well'), OPTIONS);

  it("begins with the second runbook's table, line for line, and has every part after it", () => {
    const lines = markdown.split('\n');
    const start = lines.indexOf('| Item | Details |');
    const items = lines.slice(start + 2, start + 11).map((line) => line.split(' | ')[0]?.slice(2));
    expect(items).toEqual(ITEMS);
    expect(lines.filter((line) => line.startsWith('## ')).map((line) => line.slice(3))).toEqual(PARTS);
    expect(markdown).toContain('| Duration | 41 min (0.68 hours) |');
    expect(markdown).toContain('| Credits Lost | 12 credits, 6 actions, 0.60 USD |');
    expect(markdown).toContain('| Incident Date | 2026-11-03 11:59 UTC (Tue 12:59 Europe/Berlin) |');
  });

  it.each(HOSTILE)('shows %j as text: no new line, cell, link, tag or emphasis begins', (text) => {
    const hostile = renderMarkdown(storyWith(text), OPTIONS);
    const shape = (all: string) =>
      all
        .split('\n')
        .map((line) => (line.startsWith('|') ? line.split(/(?<!\\)\|/).length : line.slice(0, 2)));
    expect(shape(hostile)).toEqual(shape(markdown));
    expect(hostile.replace(/\\[\\`*_{}[\]<>|~&#$]/g, '').replaceAll('\\.', '')).not.toMatch(
      /[<>`*_[\]~$&]|@\w/,
    );
  });
});

describe('the postmortem as HTML', () => {
  const TAGS =
    /<(?:!doctype html|\/?(?:html|head|body|title|style|h1|h2|p|ul|li|table|thead|tbody|tr|td|div|th)|html lang="en"|meta [a-z-]+="[^"<>]*"(?: content="[^"<>]*")?|th scope="col"|div class="wide")>/g;

  it.each(HOSTILE)('shows %j as text: there are only its own tags, and no attribute of others', (text) => {
    const html = renderHtml(storyWith(text), OPTIONS);
    const withoutOwn = html.replace(/<style>[^<]*<\/style>/, '').replace(TAGS, '');
    expect(withoutOwn).not.toMatch(/[<>"'`]/);
    expect(withoutOwn.replace(/&(?:amp|lt|gt|quot|#39|#96);/g, '')).not.toContain('&');
  });

  it('loads nothing, runs nothing, and has every part', () => {
    const html = renderHtml(storyWith('http://evil.example/a.png'), OPTIONS);
    expect(html).not.toMatch(/<(?:script|img|link|iframe|a|form|base|object)\b|url\(|@import/i);
    expect(html).toContain('default-src &#39;none&#39;');
    for (const part of [...ITEMS, ...PARTS]) expect(html).toContain(part);
  });
});

describe('the postmortem as JSON', () => {
  it.each(HOSTILE)('is a document whatever %j says, safe inside a page', (text) => {
    const json = renderJson(storyWith(text), OPTIONS);
    expect(json).not.toMatch(/[<>&\u2028\u202e]/);
    const parsed = JSON.parse(json);
    expect(Object.keys(parsed.summary)).toEqual(ITEMS);
    expect(parsed.times.resolve.tookMs).toBe(41 * MINUTE);
    expect(parsed.timeline.length).toBeGreaterThan(5);
  });
});

describe('every format', () => {
  const SECRET = 'https://api.clay.com/v3/sources/webhook/pull-in-data-from-a-webhook-0a1b';
  it('hides webhook URLs, credentials and mail addresses, whoever typed them', () => {
    const postmortem = storyWith(`see ${SECRET} with Bearer sk-123456789 of ada@example.com`);
    for (const render of [renderMarkdown, renderHtml, renderJson]) {
      const text = render(postmortem, OPTIONS);
      expect(text).not.toMatch(/pull-in-data|sk-1234|ada@example|ada@\u200bexample/);
    }
  });

  it('stays bounded and never throws, whatever is written', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 1_500 }), (text) => {
        const postmortem = storyWith(text);
        for (const render of [renderMarkdown, renderHtml, renderJson])
          expect(render(postmortem, OPTIONS).length).toBeLessThan(60_000);
      }),
      { numRuns: 15 },
    );
  });
});
