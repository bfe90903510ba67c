import fc from 'fast-check';
import pc from 'picocolors';
import { describe, expect, it } from 'vitest';
import { renderStatus, renderStatusJson } from '../../cli/render/status.ts';
import { parseConfig } from '../../shared/config/parse.ts';
import { initialControl } from '../../shared/relay/control.ts';
import { addHold, markStanding, rotate } from '../../shared/relay/control-change.ts';
import { NO_TALLY } from '../../shared/relay/control-tally.ts';
import { relayStatus } from '../../shared/relay/status.ts';
import { hostileText } from '../notify/hostile.ts';
import '../support/property-seed.ts';

const NOW = Date.UTC(2026, 10, 21, 17, 24);
const SOURCE = { store: { kind: 'local', dir: '.claywatch' }, config: null } as const;
const config = parseConfig(
  {
    feeds: {
      leads: { webhooks: [{ id: 'leads-1', url: 'env:ONE' }], relay: { secret: 'env:SENDER' } },
    },
  },
  'test',
);
const text = fc.oneof(fc.string({ unit: 'binary', maxLength: 400 }), hostileText);
const count = fc.oneof(fc.nat(2_000_000_000), fc.constantFrom(0, 1, Number.MAX_SAFE_INTEGER));
const time = fc.option(fc.integer({ min: 0, max: 2 * NOW }));

const status = fc
  .record({
    why: text,
    by: text,
    subject: text,
    waiting: fc.option(count),
    since: fc.integer({ min: 0, max: NOW }),
    emptyAt: time,
    oldestTakenAt: time,
  })
  .map(({ why, by, subject, waiting, since, emptyAt, oldestTakenAt }) => {
    const doing = { at: since, by };
    const active = rotate(initialControl('leads'), { from: null, to: 'leads-1', why: 'first', ...doing });
    const control = addHold(markStanding(active, 'leads-1', 'gone', doing), {
      kind: 'cause',
      cause: 'webhook.gone',
      subject,
      since,
      why,
      by,
    });
    const depth = waiting === null ? null : { waiting, inFlight: 0, delayed: 0 };
    const tally = { feed: 'leads', ...NO_TALLY, emptyAt, oldestTakenAt };
    return relayStatus(
      config,
      { leads: { control, tally, depth, snapshot: null } },
      {
        pace: { perSecond: 10, slowedSince: since, pausedUntil: null },
        incidents: [{ cause: 'webhook.gone', subject, severity: 'P1', since }],
        now: NOW,
      },
    );
  });

describe('the status for people', () => {
  it('fits its width and shows no character that could forge a line, whatever stands in it', () => {
    fc.assert(
      fc.property(status, fc.constantFrom(40, 60, 80), (seen, width) => {
        const page = renderStatus(seen, SOURCE, { style: pc.createColors(false), width });
        for (const line of page.split('\n')) {
          expect(line).not.toMatch(/[\p{Cc}\p{Cf}]/u);
          expect([...line].length).toBeLessThanOrEqual(width);
        }
      }),
    );
  });

  it('is always a JSON document, too', () => {
    fc.assert(
      fc.property(status, (seen) => {
        expect(JSON.parse(renderStatusJson(seen, SOURCE))).toMatchObject({ version: 1, mode: 'holding' });
      }),
    );
  });

  it('helps where no feed takes rows', () => {
    const none = relayStatus(
      config,
      {},
      {
        pace: { perSecond: 10, slowedSince: null, pausedUntil: null },
        incidents: [],
        now: NOW,
      },
    );
    const page = renderStatus(none, SOURCE, { style: pc.createColors(false), width: 80 });
    expect(page).toContain('No feed takes rows');
    expect(page).toContain('docs/relay.md');
  });
});
