import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { alertEvent, dedupKey } from '../../../shared/notify/channels/pagerduty-events.ts';
import {
  type KnownAlert,
  planAlert,
  readAlert,
  writeAlert,
} from '../../../shared/notify/channels/pagerduty-plan.ts';
import type { Bulletin } from '../../../shared/notify/channels/port.ts';
import type { PagerDutyServer } from '../../support/pagerduty-server.ts';
import { acknowledged, bulletinOf, reopened, resolved } from './bulletins.ts';
import { pagerDutyUnderTest } from './under-test.ts';
import { SECRETS, type UnderTest } from './world.ts';

describe('PagerDuty', () => {
  let test: UnderTest<PagerDutyServer>;
  beforeEach(async () => {
    test = await pagerDutyUnderTest();
  });
  afterEach(() => test[Symbol.asyncDispose]());

  const deliver = (bulletin: Bulletin) => test.channel.deliver(bulletin, test.memory);
  const events = () =>
    test.server.requests
      .filter(({ path }) => path === '/v2/enqueue')
      .map(({ json }) =>
        `${String(json?.event_action)} ${String(json?.dedup_key).split('/').slice(2).join('/')}`.trim(),
      );
  const states = () => test.server.alerts.map(({ state }) => state);

  it('triggers, acknowledges, resolves, and opens a new alert under the same key when it is back', async () => {
    for (const bulletin of [bulletinOf(1), acknowledged(2), resolved(3), reopened(4)])
      expect(await deliver(bulletin)).toMatchObject({ kind: 'delivered' });
    expect(events()).toStrictEqual(['trigger', 'acknowledge', 'resolve', 'trigger']);
    expect(new Set(test.server.alerts.map(({ key }) => key))).toStrictEqual(
      new Set(['claywatch/inc-20261103-0a1b2c3d']),
    );
    expect(states()).toStrictEqual(['resolved', 'triggered']);
    expect(test.server.dropped).toBe(0);
  });

  it('sends a trigger that wakes nobody before an acknowledgement whose trigger never arrived', async () => {
    await deliver(acknowledged(2));
    expect(events()).toStrictEqual(['trigger', 'acknowledge']);
    expect(test.server.alerts).toMatchObject([{ state: 'acknowledged', severity: 'info' }]);
    await deliver(bulletinOf(1));
    expect(events()).toHaveLength(2);
  });

  it('sends a trigger that wakes nobody before a resolution whose trigger never arrived', async () => {
    await deliver(resolved(3));
    expect(events()).toStrictEqual(['trigger', 'resolve']);
    expect(test.server.alerts).toMatchObject([{ state: 'resolved', severity: 'info' }]);
  });

  it('calls somebody anew when nobody has it any more, and ends the alert that somebody had', async () => {
    await deliver(bulletinOf(1));
    await deliver(acknowledged(2));
    await deliver(bulletinOf(3, { transition: 'acknowledgement-stale' }));
    expect(events()).toStrictEqual(['trigger', 'acknowledge', 'trigger 2', 'resolve']);
    expect(states()).toStrictEqual(['resolved', 'triggered']);
    await deliver(resolved(4));
    expect(events().at(-1)).toBe('resolve 2');
    expect(states()).toStrictEqual(['resolved', 'resolved']);
  });

  it('ends the alert that somebody had with the next message, when it could not at once', async () => {
    await deliver(bulletinOf(1));
    await deliver(acknowledged(2));
    test.server.fail(null, { kind: 'answer', status: 500 });
    expect(await deliver(bulletinOf(3, { transition: 'acknowledgement-stale' }))).toMatchObject({
      kind: 'later',
    });
    expect(states()).toStrictEqual(['acknowledged', 'triggered']);
    await deliver(acknowledged(4));
    expect(states()).toStrictEqual(['resolved', 'acknowledged']);
  });

  it('calls nobody for a notice that comes late, when somebody has it by then', async () => {
    const late = { urgency: 'notice', transition: 'update-due', current: 'acknowledged' } as const;
    await deliver(bulletinOf(2, late));
    expect(events()).toStrictEqual(['trigger', 'acknowledge']);
    expect(test.server.alerts).toMatchObject([{ state: 'acknowledged', severity: 'info' }]);
  });

  it('repeats a page to an alert that nobody has, and pages nobody for a notice', async () => {
    await deliver(bulletinOf(1));
    await deliver(bulletinOf(2, { transition: 'escalated' }));
    await deliver(bulletinOf(3, { transition: 'severity-lowered', urgency: 'notice' }));
    await deliver(acknowledged(4));
    await deliver(acknowledged(5, { transition: 'update-due' }));
    await deliver(acknowledged(6, { transition: 'mitigated', status: 'mitigated' }));
    expect(events()).toStrictEqual(['trigger', 'trigger', 'acknowledge']);
    expect(test.server.alerts).toHaveLength(1);
  });

  it('tells what changes nothing for the alert as a change event', async () => {
    await deliver(bulletinOf(1));
    const update = { text: 'Support raised the limit', by: 'alex', audience: 'responders' } as const;
    await deliver(acknowledged(2));
    await deliver(acknowledged(3, { transition: 'updated', update }));
    expect(test.server.changes).toMatchObject([
      { payload: { summary: 'Update: Support raised the limit (alex)', source: 'claywatch' } },
    ]);
  });

  it('tells what Claywatch changed as change events, each thing once', async () => {
    const changes = ['Held 1,200 rows of leads', 'Failed over to leads-2', 'Replayed 1,200 rows'];
    await deliver(bulletinOf(1, { changes: changes.slice(0, 1) }));
    await deliver(acknowledged(2, { changes: changes.slice(0, 1) }));
    await deliver(acknowledged(3, { changes, transition: 'mitigated', status: 'mitigated' }));
    await deliver(resolved(4, { changes }));
    expect(test.server.changes).toMatchObject([
      { payload: { summary: changes[0] } },
      {
        payload: {
          summary: 'Replayed 1,200 rows (and 1 more)',
          custom_details: { 'what was changed': changes.slice(1) },
        },
      },
    ]);
  });

  it('sends no change events when they are not wanted', async () => {
    await using quiet = await pagerDutyUnderTest(false);
    await quiet.channel.deliver(bulletinOf(1, { changes: ['Held rows'] }), quiet.memory);
    const notice = acknowledged(3, { transition: 'update-due', status: 'triggered' });
    expect(await quiet.channel.deliver(notice, quiet.memory)).toMatchObject({ kind: 'delivered' });
    expect(quiet.server.requests).toHaveLength(1);
  });

  it('counts as delivered when only the change event beside it was not taken', async () => {
    test.server.fail(null, { kind: 'answer', status: 500 });
    expect(await deliver(bulletinOf(1, { changes: ['Held rows'] }))).toMatchObject({ kind: 'delivered' });
    await deliver(acknowledged(2, { changes: ['Held rows', 'Failed over'] }));
    expect(test.server.changes).toMatchObject([{ payload: { summary: 'Failed over (and 1 more)' } }]);
  });

  it('says what the incident is about, at the severity that fits', async () => {
    await deliver(bulletinOf(1));
    expect(test.server.requests[0]?.json).toStrictEqual({
      routing_key: SECRETS.PAGERDUTY_KEY,
      event_action: 'trigger',
      dedup_key: 'claywatch/inc-20261103-0a1b2c3d',
      payload: {
        summary: '[P1] A webhook takes no more rows: POST answered 403: record limit reached.',
        severity: 'critical',
        source: 'claywatch',
        timestamp: '2026-11-03T03:00:00.000Z',
        component: 'leads/leads-1',
        group: 'leads',
        class: 'webhook.limit-reached',
        custom_details: expect.objectContaining({ status: 'Triggered', 'what to do': [expect.any(String)] }),
      },
      client: 'Claywatch',
      client_url: 'https://claywatch.example.com/i/inc-20261103-0a1b2c3d',
      links: [
        {
          href: 'https://claywatch.example.com/i/inc-20261103-0a1b2c3d',
          text: 'Open the incident in Claywatch',
        },
      ],
    });
    const severities = (['P1', 'P2', 'P3', 'P4'] as const).map((severity) => {
      const [step] = planAlert(bulletinOf(1), readAlert(undefined));
      return step && JSON.stringify(alertEvent(bulletinOf(1, { severity }), step, 'key'));
    });
    expect(severities.map((event) => /"severity":"(\w+)"/.exec(event ?? '')?.[1])).toStrictEqual([
      'critical',
      'error',
      'warning',
      'info',
    ]);
  });

  it('is never tried again after a 400, and says what PagerDuty said without the key', async () => {
    test.values.set('PAGERDUTY_KEY', '0another0fake0key0another0fake00');
    const outcome = await deliver(bulletinOf(1));
    expect(outcome).toMatchObject({ kind: 'refused', why: expect.stringContaining('Invalid routing key') });
    expect(JSON.stringify(outcome)).not.toContain('0another0fake0key');
    expect(await test.channel.check()).toMatchObject({
      result: 'not-ready',
      fix: expect.stringContaining('integration key'),
    });
  });

  it('checks the key with an event that closes nothing', async () => {
    expect((await test.channel.check()).result).toBe('ready');
    expect(test.server.alerts).toHaveLength(0);
    expect(test.server.dropped).toBe(1);
  });

  it('keeps the key of an alert within 255 characters, and apart from others', () => {
    const installation = 'x'.repeat(400);
    const keys = [1, 2].flatMap((generation) =>
      ['inc-20261103-00000001', 'inc-20261103-00000002'].map((incidentId) =>
        dedupKey({ installation, incidentId }, generation),
      ),
    );
    expect(new Set(keys).size).toBe(4);
    for (const key of keys) expect(key.length).toBeLessThanOrEqual(255);
  });

  it('remembers an alert exactly, and takes what it cannot read for none', () => {
    for (const state of ['none', 'triggered', 'acknowledged', 'resolved'] as const)
      for (const superseded of [null, 1]) {
        const known = { state, generation: 2, superseded };
        expect(readAlert(writeAlert(known))).toStrictEqual(known);
      }
    expect(readAlert('?')).toStrictEqual({ state: 'none', generation: 1, superseded: null });
  });
});

type Step = readonly [
  status: 'triggered' | 'acknowledged' | 'mitigated' | 'resolved',
  urgency: 'page' | 'notice',
];
const anyStep: fc.Arbitrary<Step> = fc.tuple(
  fc.constantFrom('triggered', 'acknowledged', 'mitigated', 'resolved'),
  fc.constantFrom('page', 'notice'),
);

/** A notice takes nobody's alert away from them. */
const expectedAfter = ([status, urgency]: Step, before: string | undefined): readonly string[] => {
  if (status === 'resolved') return [];
  if (status !== 'triggered') return ['acknowledged'];
  return [urgency === 'notice' && before !== undefined ? before : 'triggered'];
};

/** PagerDuty, as its documents describe alerts of one incident. */
const createModel = () => {
  const alerts = new Map<number, 'triggered' | 'acknowledged' | 'resolved'>();
  let dropped = 0;
  let calls = 0;
  return {
    take: (action: 'trigger' | 'acknowledge' | 'resolve', generation: number): void => {
      const isOpen = (alerts.get(generation) ?? 'resolved') !== 'resolved';
      if (action === 'trigger') {
        if (!isOpen) {
          alerts.set(generation, 'triggered');
          calls += 1;
        }
      } else if (!isOpen) dropped += 1;
      else alerts.set(generation, action === 'resolve' ? 'resolved' : 'acknowledged');
    },
    open: () => [...alerts.values()].filter((state) => state !== 'resolved'),
    dropped: () => dropped,
    calls: () => calls,
  };
};

type Model = ReturnType<typeof createModel>;

/** Sends what is planned; `lost` tells of each event whether its answer got lost, so that all is planned anew. */
const follow = (model: Model, from: KnownAlert, [status, urgency]: Step, lost: () => boolean): KnownAlert => {
  let known = from;
  for (;;) {
    const sent = planAlert({ status, urgency }, known);
    const failed = sent.findIndex((step) => {
      model.take(step.action, step.generation);
      const isLost = lost();
      if (!isLost) known = step.after;
      return isLost;
    });
    if (failed === -1) return known;
  }
};

const never = () => false;

describe('the plan of alerts', () => {
  it('ends with PagerDuty where the incident is, and drops nothing', () => {
    fc.assert(
      fc.property(fc.array(anyStep, { maxLength: 12 }), (steps) => {
        const model = createModel();
        let known = readAlert(undefined);
        for (const step of steps) {
          const [before] = model.open();
          known = follow(model, known, step, never);
          expect(model.open()).toStrictEqual(expectedAfter(step, before));
        }
        expect(model.dropped()).toBe(0);
      }),
    );
  });

  it('calls somebody for a page once, unless an alert that nobody has is open already', () => {
    fc.assert(
      fc.property(fc.array(anyStep, { maxLength: 12 }), (steps) => {
        const model = createModel();
        let known = readAlert(undefined);
        for (const step of steps) known = follow(model, known, step, never);
        const [before] = model.open();
        const calls = model.calls();
        follow(model, known, ['triggered', 'page'], never);
        expect(model.calls()).toBe(before === 'triggered' ? calls : calls + 1);
      }),
    );
  });

  it('ends there too when any event is sent again because its answer got lost', () => {
    fc.assert(
      fc.property(fc.array(anyStep, { maxLength: 8 }), fc.array(fc.boolean()), (steps, losses) => {
        const model = createModel();
        const left = [...losses];
        let known = readAlert(undefined);
        for (const step of steps) {
          const [before] = model.open();
          known = follow(model, known, step, () => left.shift() ?? false);
          expect(model.open()).toStrictEqual(expectedAfter(step, before));
        }
      }),
    );
  });
});
