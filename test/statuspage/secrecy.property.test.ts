import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CAUSE_IDS } from '../../shared/cause.ts';
import type { Config } from '../../shared/config/schema.ts';
import type { Incident } from '../../shared/incident/incident.ts';
import { statusPageOf } from '../../shared/statuspage/page.ts';
import { publicText } from '../../shared/statuspage/public-text.ts';
import { renderStatusPage } from '../../shared/statuspage/render/html.ts';
import { renderStatusRss } from '../../shared/statuspage/render/rss.ts';
import { statusPageDocument } from '../../shared/statuspage/statuspage-shape.ts';
import { anyIncident } from '../notify/arbitraries.ts';
import { anyTime, hostileText } from '../notify/hostile.ts';
import { DAY, NOW, pageConfig, snapshotOf, work } from './status-world.ts';

/** Stands for everything that is nobody's business outside: it must not be found anywhere. */
const INSIDE = 'zqinside';
/** Stands for what a person has confirmed. */
const CONFIRMED = 'zqconfirmed';

const SECRETS = [
  'https://api.clay.com/v3/sources/webhook/pull-in-data-from-a-webhook-0a1b2c3d-0a1b-0a1b-0a1b-0a1b2c3d4e5f',
  'api.clay.com/v3/sources/webhook/pull-in-data-from-a-webhook-0a1b2c3d',
  'https://user:zqsecret@example.com/path?key=zqsecret',
  'htt\u200bps://example.com/zqsecret',
  'https:\u00ad//hooks.example.com/zqsecret',
  'www.example.com/zqsecret',
  'example.com/a?zqsecret',
  'sk-live-zqsecret1234567890',
  'Bearer zqsecret',
  'zqsecret@example.com',
  'x\u0007zqsecret@example.com',
  '+4915112345678',
] as const;

/** Words that are no text of anybody, and have to stay what they are. */
const KEPT = /^(status|severity|peakSeverity|cause|kind|via|audience|finding|transition|mode|insteadOf)$/;

/** The same with every text in it marked, keys of facts among them. */
const marked = (value: unknown, key = ''): unknown => {
  if (typeof value === 'string') return KEPT.test(key) ? value : `${INSIDE} ${value.slice(0, 50)}`;
  if (Array.isArray(value)) return value.map((one) => marked(one, key));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, one]) => [
      key === 'facts' ? `${INSIDE}${name}` : name,
      marked(one, name),
    ]),
  );
};

const config: Config = (() => {
  const base = pageConfig({ severities: ['P1', 'P2', 'P3', 'P4'], description: 'What it says.' });
  const { leads } = base.feeds;
  if (!leads) throw new Error('no feed');
  return {
    ...base,
    feeds: { ...base.feeds, leads: { ...leads, description: INSIDE, affects: [INSIDE] } },
  };
})();

/** Any incident, with some of its words confirmed for the public. */
const anyStored = fc
  .record({
    incident: anyIncident,
    said: fc.array(
      fc.record({
        at: anyTime,
        secret: fc.constantFrom(...SECRETS),
        words: fc.constantFrom('', ' and more'),
      }),
      { maxLength: 3 },
    ),
    subject: fc.constantFrom('leads', 'leads/leads-1', 'accounts', 'hubspot', 'clay', 'constructor'),
    hidden: fc.boolean(),
  })
  .map(({ incident, said, subject, hidden }) => {
    const inside = marked({
      ...incident,
      timeline: incident.timeline.filter(({ kind, audience }) => kind !== 'updated' || audience !== 'public'),
    }) as Incident;
    return {
      ...inside,
      subject,
      ...(hidden && { hiddenBy: { cause: 'clay.outage' as const, subject: INSIDE } }),
      timeline: [
        ...inside.timeline,
        ...said.map(({ at, secret, words }) => ({
          at,
          kind: 'updated' as const,
          audience: 'public' as const,
          text: `${CONFIRMED} ${secret}${words}`,
          by: { name: INSIDE, via: 'cli' as const },
          request: { key: INSIDE, body: INSIDE },
        })),
      ],
    } satisfies Incident;
  });

const everythingOf = (incidents: readonly Incident[], now = NOW) => {
  const silences = [
    work({ reason: INSIDE, by: INSIDE, id: INSIDE }),
    work({ kind: 'silence', reason: INSIDE }),
  ];
  const page = statusPageOf(snapshotOf(incidents, { silences }), config, {
    now,
    url: 'https://claywatch.example/status',
  });
  const html = renderStatusPage(page, 'status.css?v=1');
  const rss = renderStatusRss(page, 'https://claywatch.example/status');
  return { page, html, rss, all: [JSON.stringify(page), html, rss].join('\n') };
};

describe('what reaches the public', () => {
  it('is nothing that is inside, of any incident', () => {
    fc.assert(
      fc.property(fc.array(anyStored, { maxLength: 4 }), (incidents) => {
        const { all, page } = everythingOf(incidents);
        expect(all).not.toContain(INSIDE);
        expect(all).not.toContain('zqsecret');
        expect(all).not.toMatch(/pull-in-data|4915112345678|Mia|acme-secret-name|inc-2026/);
        for (const cause of CAUSE_IDS.filter((id) => id.includes('.'))) expect(all).not.toContain(cause);
        expect(() => statusPageDocument.parse(page)).not.toThrow();
      }),
      { numRuns: 150 },
    );
  });

  it('is what a person has confirmed', () => {
    fc.assert(
      fc.property(anyStored, (incident) => {
        const { all } = everythingOf([incident]);
        const isConfirmed = incident.timeline.some(({ text }) => text.startsWith(CONFIRMED));
        expect(all.includes(CONFIRMED)).toBe(isConfirmed && incident.cause !== 'drill');
      }),
      { numRuns: 100 },
    );
  });

  it('has addresses of the page itself and of no other place', () => {
    fc.assert(
      fc.property(anyStored, (incident) => {
        const { all } = everythingOf([incident]);
        const others = [...all.matchAll(/\b[a-z]+:\/\/[^\s"'<]+/gi)]
          .map(([url]) => url)
          .filter(
            (url) =>
              !url.startsWith('https://claywatch.example/status') && url !== 'http://www.w3.org/2005/Atom',
          );
        expect(others).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });

  it('is text, whatever a person writes: no tag, no attribute, no script', () => {
    fc.assert(
      fc.property(fc.oneof(hostileText, fc.constant('</p><script>x</script>"\' onload=1 ]]>')), (text) => {
        const { html, rss, page } = everythingOf([
          { ...anyShown, timeline: [{ at: NOW - DAY, kind: 'updated', audience: 'public', text }] },
        ]);
        const [incident] = page.incidents;
        expect(incident?.incident_updates).toHaveLength(1);
        const tags = (document: string) => [...document.matchAll(/<[^>]*>/g)].map(([tag]) => tag);
        const plain = everythingOf([
          { ...anyShown, timeline: [{ at: NOW - DAY, kind: 'updated', audience: 'public', text: 'x' }] },
        ]);
        expect(tags(html)).toEqual(tags(plain.html));
        expect(tags(rss)).toEqual(tags(plain.rss));
      }),
      { numRuns: 100 },
    );
  });

  it('leaves plain words as they are', () => {
    const words =
      "We expect it by 14:30 UTC; leads wait safely, and/or go on later (about 90 %). Don't resend.";
    expect(publicText(words)).toBe(words);
  });

  it('hides whatever looks like a secret or a person in what was confirmed', () => {
    for (const secret of SECRETS) {
      const shown = publicText(`Before ${secret} after`);
      expect(shown).toMatch(/^Before .*after$/);
      expect(shown).not.toMatch(/zqsecret|pull-in|491511|clay\.com/);
    }
  });
});

const anyShown: Incident = {
  ...(fc.sample(anyIncident, { numRuns: 1, seed: 1 })[0] as Incident),
  cause: 'clay.outage',
  subject: 'clay',
  status: 'triggered',
  severity: 'P1',
  peakSeverity: 'P1',
  detectedAt: NOW - DAY,
  openedAt: NOW - DAY,
  updatedAt: NOW - DAY,
};
