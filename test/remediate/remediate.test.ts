import { describe, expect, it } from 'vitest';
import type { Incident } from '../../shared/incident/incident.ts';
import {
  addHold,
  changeControl,
  markStanding,
  releaseHold,
  rotate,
} from '../../shared/relay/control-change.ts';
import { snapshotOf } from '../observe/rows/snapshots.ts';
import { createScene, MINUTE, NOW, type Scene, verdictOf } from './scene.ts';

const OUTAGE = verdictOf('clay.outage', 'clay');
const CREDITS = verdictOf('credits.exhausted', 'workspace', { probe: 'clay.credits', finding: 'exhausted' });
const BY_ROWS = { probe: 'relay:leads/webhook/leads-1' };
const BY_CHECK = { probe: 'webhook:leads/leads-1' };
const INTAKE = verdictOf('webhook.intake-failing', 'leads/leads-1', BY_CHECK);
const FULL = verdictOf('webhook.limit-reached', 'leads/leads-1', { ...BY_ROWS, finding: 'limit-reached' });
const TABLE = verdictOf('table.full', 'leads/one', { probe: 'rows:leads/table/one', finding: 'full' });

const holdsOf = async ({ controls }: Scene, feed = 'leads') => (await controls.load(feed)).holds;
const actionsIn = ({ timeline }: Incident) =>
  timeline.filter(({ kind }) => kind === 'action' || kind === 'proposed').map(({ text }) => text);
const BREAKER = {
  kind: 'breaker',
  since: NOW - 20_000,
  why: 'Five in a row.',
  by: 'claywatch',
  tryAt: NOW + 10 * MINUTE,
  trials: 3,
} as const;

describe('a cause that stops rows', () => {
  it.each([
    ['an outage', OUTAGE],
    ['used-up credits', CREDITS],
    ['used-up actions', verdictOf('actions.exhausted', 'workspace')],
  ])(
    '%s holds every relayed feed, says so on the incident, and lets go when it is over',
    async (_what, verdict) => {
      const scene = await createScene();
      await scene.found(verdict);
      await scene.run();
      for (const feed of ['leads', 'accounts'])
        expect(await holdsOf(scene, feed)).toMatchObject([
          { kind: 'cause', cause: verdict.cause, by: 'claywatch' },
        ]);
      const [first] = actionsIn(await scene.incident(verdict));
      expect(first).toMatch(
        /^Sending of leads is on hold, because .*\. 312 rows wait, and none is lost\. It starts again/,
      );

      scene.now += 42 * MINUTE;
      await scene.resolved(verdict);
      await scene.run();
      expect(await holdsOf(scene)).toEqual([]);
      expect((await scene.controls.load('leads')).trickle).toEqual({ since: scene.now, rowsLeft: 10 });
      expect(actionsIn(await scene.incident(verdict))).toContainEqual(
        expect.stringMatching(/^Sending of leads starts again after 42 min/),
      );
    },
  );

  it.each(['webhook.intake-failing', 'webhook.gone', 'webhook.unauthorized'] as const)(
    '%s holds its feed, if rows go to that webhook',
    async (cause) => {
      const scene = await createScene();
      await scene.found(verdictOf(cause, 'leads/leads-1', BY_CHECK));
      await scene.found(verdictOf(cause, 'leads/leads-2', BY_CHECK));
      await scene.run();
      expect(await holdsOf(scene)).toMatchObject([{ cause, subject: 'leads/leads-1' }]);
      expect(await holdsOf(scene, 'accounts')).toEqual([]);
    },
  );

  it('that only rows can show is left to the breaker, which tries a row: the timeline says so', async () => {
    const scene = await createScene();
    const verdict = { ...INTAKE, evidence: verdictOf('clay.outage', 'x', BY_ROWS).evidence };
    await changeControl(scene.controls, 'leads', (control) => addHold(control, BREAKER));
    await scene.found(verdict);
    await scene.run();
    expect((await holdsOf(scene)).map(({ kind }) => kind)).toEqual(['breaker']);
    expect(actionsIn(await scene.incident(verdict))).toEqual([
      expect.stringContaining('One row is tried now and then'),
    ]);

    await changeControl(scene.controls, 'leads', (control) =>
      releaseHold(control, { kind: 'breaker' }, { at: NOW, by: 'claywatch', why: 'ok', trickleRows: 10 }),
    );
    await scene.resolved(verdict);
    await scene.run();
    expect(actionsIn(await scene.incident(verdict)).at(1)).toContain('a row got through');
  });

  it('lets go as soon as nothing but rows can show the end of it, although the incident is still open', async () => {
    const scene = await createScene();
    await scene.found(CREDITS);
    await scene.run();
    scene.gone(CREDITS);
    await scene.run();
    expect(await holdsOf(scene)).toEqual([]);
    expect((await scene.incident(CREDITS)).status).toBe('triggered');
    await scene.found(CREDITS);
    scene.now += MINUTE;
    await scene.run();
    expect(await holdsOf(scene)).toHaveLength(1);
  });

  it('keeps what is left of an outage held until it was seen to be over', async () => {
    const scene = await createScene();
    await scene.found(OUTAGE);
    await scene.run();
    scene.gone(OUTAGE);
    await scene.run();
    expect(await holdsOf(scene)).toHaveLength(1);
  });

  it('has the breaker try at once when it lets go', async () => {
    const scene = await createScene();
    await changeControl(scene.controls, 'leads', (control) => addHold(control, BREAKER));
    await scene.found(OUTAGE);
    await scene.run();
    scene.now += MINUTE;
    await scene.resolved(OUTAGE);
    await scene.run();
    expect(await holdsOf(scene)).toMatchObject([{ kind: 'breaker', tryAt: scene.now }]);
  });

  it('does nothing when something upstream explains it, and lets go of nothing meanwhile', async () => {
    const scene = await createScene();
    await scene.found(INTAKE);
    await scene.run();
    await scene.hidden(INTAKE);
    expect(await scene.decide()).toEqual([]);
    expect(await holdsOf(scene)).toHaveLength(1);
  });

  it('leaves alone what somebody else holds', async () => {
    const scene = await createScene();
    const operator = { kind: 'operator', since: NOW, why: 'A migration.', by: 'ada' } as const;
    await changeControl(scene.controls, 'leads', (control) => addHold(control, operator));
    await scene.found(OUTAGE);
    await scene.run();
    await scene.resolved(OUTAGE);
    await scene.run();
    expect(await holdsOf(scene)).toEqual([operator]);
    expect(actionsIn(await scene.incident(OUTAGE))).toContainEqual(
      expect.stringContaining('something else still holds it'),
    );
  });

  it('does not hold again what an operator let go, until it opens anew', async () => {
    const scene = await createScene();
    await scene.found(OUTAGE);
    await scene.run();
    const name = { kind: 'cause', cause: 'clay.outage', subject: 'clay' } as const;
    await changeControl(scene.controls, 'leads', (control) =>
      releaseHold(control, name, { at: NOW, by: 'ada', why: 'now', trickleRows: 0 }),
    );
    for (let run = 0; run < 3; run += 1) await scene.run();
    expect(await holdsOf(scene)).toEqual([]);
    expect(await holdsOf(scene, 'accounts')).toHaveLength(1);
    expect(
      actionsIn(await scene.incident(OUTAGE)).filter((text) => text.startsWith('Somebody')),
    ).toHaveLength(1);
    await scene.resolved(OUTAGE);
    await scene.run();
    scene.now += MINUTE;
    await scene.found(OUTAGE);
    await scene.run();
    expect(await holdsOf(scene)).toHaveLength(1);
  });

  it('is let go when nothing is left of its incident', async () => {
    const scene = await createScene();
    const orphan = {
      kind: 'cause',
      cause: 'clay.outage',
      subject: 'clay',
      since: NOW,
      why: 'x',
      by: 'claywatch',
    } as const;
    await changeControl(scene.controls, 'leads', (control) => addHold(control, orphan));
    await scene.run();
    expect(await holdsOf(scene)).toEqual([]);
  });
});

describe('a limit', () => {
  it('of a webhook has the next of the pool take over', async () => {
    const scene = await createScene();
    await scene.found(FULL);
    await scene.run();
    expect(await scene.controls.load('leads')).toMatchObject({
      active: 'leads-2',
      holds: [],
      rotation: { from: 'leads-1', why: 'limit' },
    });
    expect(actionsIn(await scene.incident(FULL))).toEqual([
      'Rows of leads go to leads-2 now, because leads-1 is full. Senders change nothing.',
    ]);
    expect(await scene.decide()).toEqual([]);
  });

  it('of a table has a webhook on another table take over, also when there was room by count', async () => {
    const scene = await createScene();
    await scene.found(TABLE);
    await scene.run();
    const control = await scene.controls.load('leads');
    expect(control.active).toBe('leads-3');
    expect(control.webhooks).toMatchObject({
      'leads-1': { standing: 'table-full' },
      'leads-2': { standing: 'table-full' },
    });
  });

  it('of a table that is nearly full stops nothing', async () => {
    const scene = await createScene();
    await scene.found(verdictOf('table.full', 'leads/one', { finding: 'near' }));
    expect(await scene.decide()).toEqual([]);
  });

  it('holds the feed when nothing can take over, until something can', async () => {
    const scene = await createScene();
    const full = verdictOf('webhook.limit-reached', 'accounts/accounts-1');
    await scene.found(full);
    await scene.run();
    expect(await holdsOf(scene, 'accounts')).toMatchObject([{ cause: 'webhook.limit-reached' }]);
    const { accounts } = scene.config.feeds;
    if (!accounts?.webhooks[0]) throw new RangeError('no feed');
    const more = { ...accounts.webhooks[0], id: 'accounts-2', url: 'env:MORE' as const };
    scene.config = {
      ...scene.config,
      feeds: { ...scene.config.feeds, accounts: { ...accounts, webhooks: [...accounts.webhooks, more] } },
    };
    scene.now += MINUTE;
    await scene.run();
    await scene.run();
    expect(await scene.controls.load('accounts')).toMatchObject({ active: 'accounts-2', holds: [] });
  });

  it('that the forwarder met first is only told', async () => {
    const scene = await createScene();
    await changeControl(scene.controls, 'leads', (control) =>
      rotate(markStanding(control, 'leads-1', 'full', { at: NOW, by: 'claywatch' }), {
        from: 'leads-1',
        to: 'leads-2',
        why: 'limit',
        at: NOW - 30_000,
        by: 'claywatch',
      }),
    );
    await scene.found(FULL);
    const actions = await scene.run();
    expect(actions.map(({ steps }) => steps)).toEqual([[]]);
    expect(actionsIn(await scene.incident(FULL))).toEqual([
      'Rows of leads go to leads-2 since 2026-11-18T08:59:30Z, because leads-1 is full. Senders change nothing.',
    ]);
  });
});

describe('propose only', () => {
  const remediation = { hold: 'propose', failover: 'propose', resume: 'propose' } as const;

  it('changes nothing, and says once what it would do and how', async () => {
    const scene = await createScene({ remediation });
    await scene.found(OUTAGE);
    for (let run = 0; run < 3; run += 1) await scene.run();
    expect(await holdsOf(scene)).toEqual([]);
    expect(actionsIn(await scene.incident(OUTAGE))).toEqual([
      'Proposed: stop sending leads, because Clay is down: npx claywatch hold leads',
      'Proposed: stop sending accounts, because Clay is down: npx claywatch hold accounts',
    ]);
  });

  it('of a failover leaves rows waiting where they are, and names the one that could take over', async () => {
    const scene = await createScene({ remediation: { failover: 'propose' } });
    await scene.found(FULL);
    await scene.run();
    await scene.run();
    const control = await scene.controls.load('leads');
    expect(control.active).toBe('leads-1');
    expect(control.holds).toHaveLength(1);
    expect(actionsIn(await scene.incident(FULL))).toEqual([
      'Proposed: send the rows of leads to leads-2: npx claywatch failover leads --to leads-2',
      expect.stringContaining('leads-2 could take over.'),
    ]);
  });

  it('of a limit that comes within the lead time is told on the incident; one that is far away is not even forecast', async () => {
    const scene = await createScene({ remediation });
    const near = verdictOf('webhook.limit-approaching', 'leads/leads-1', { finding: 'near' });
    await scene.found(near);
    const hour = 60 * MINUTE;
    const hours = Array.from({ length: 30 }, (_, back) => ({
      start: NOW - (30 - back) * hour,
      submitted: { 'leads-1': 3_000 },
      credits: 0,
    }));
    const counted = (accepted: number) =>
      snapshotOf({
        asOf: NOW,
        hours,
        webhooks: [{ webhook: 'leads-1', accepted, unknown: 0 }],
        totals: { ...snapshotOf().totals, submitted: 90_000 },
      });
    scene.snapshot = counted(10_000);
    expect(await scene.decide()).toEqual([]);
    scene.snapshot = counted(48_000);
    await scene.run();
    await scene.run();
    // Its table, which leads-2 shares, has no more room than it has.
    expect(actionsIn(await scene.incident(near))).toEqual([
      expect.stringMatching(
        /^Proposed: send the rows of leads to leads-3, because leads-1 is full in about \d+ min/,
      ),
    ]);
  });

  it('of a resume keeps the hold', async () => {
    const scene = await createScene({ remediation: { resume: 'propose' } });
    await scene.found(OUTAGE);
    await scene.run();
    await scene.resolved(OUTAGE);
    await scene.run();
    await scene.run();
    expect(await holdsOf(scene)).toHaveLength(1);
    expect(
      actionsIn(await scene.incident(OUTAGE)).filter((text) => text.includes('npx claywatch resume')),
    ).toHaveLength(2);
  });
});

describe('what is left of the rows', () => {
  it('is told with the command that would send them again, once it is over', async () => {
    const scene = await createScene();
    await scene.found(OUTAGE);
    await scene.run();
    await scene.resolved(OUTAGE);
    scene.snapshot = snapshotOf({
      outstanding: {
        ages: [
          { upToMinutes: 5, rows: 3 },
          { upToMinutes: 60, rows: 57 },
          { upToMinutes: null, rows: 0 },
        ],
        total: 60,
        oldestAt: NOW - 50 * MINUTE,
      },
    });
    await scene.run();
    expect(actionsIn(await scene.incident(OUTAGE))).toContain(
      '57 rows of leads that Clay accepted have not come back. What sending again would take: npx claywatch replay leads --source uncalled --since 2026-11-18T08:10:00Z --dry-run',
    );
  });
});

describe('a run that dies between any two calls', () => {
  /** Dies before or after the call with this number. */
  const mortal = <T extends object>(inner: T, count: { left: number }, when: 'before' | 'after'): T =>
    new Proxy(inner, {
      get: (target, name) => {
        const method = Reflect.get(target, name) as (...args: unknown[]) => Promise<unknown>;
        return async (...args: unknown[]) => {
          count.left -= 1;
          if (count.left <= 0 && when === 'before') throw new Error('killed');
          const result = await method.apply(target, args);
          if (count.left <= 0) throw new Error('killed');
          return result;
        };
      },
    });

  it.each(['before', 'after'] as const)(
    '(%s it) is made up for by the next, and everything is told once',
    async (when) => {
      let deaths = 0;
      for (let at = 1; at < 40; at += 1) {
        const scene = await createScene();
        const dying = async () => {
          const count = { left: at };
          const died = await scene
            .run({
              controls: mortal(scene.controls, count, when),
              incidents: mortal(scene.incidents, count, when),
            })
            .then(
              () => false,
              () => true,
            );
          deaths += died ? 1 : 0;
          scene.now += MINUTE;
          await scene.run();
          expect(await scene.decide(), `call ${at}`).toEqual([]);
        };
        await scene.found(OUTAGE);
        await dying();
        expect(await holdsOf(scene), `call ${at}`).toHaveLength(1);
        await scene.resolved(OUTAGE);
        await dying();
        expect(await holdsOf(scene), `call ${at}`).toEqual([]);
        const texts = actionsIn(await scene.incident(OUTAGE));
        expect(
          texts.filter((text) => text.startsWith('Sending of leads is on hold')),
          `call ${at}`,
        ).toHaveLength(1);
        expect(
          texts.filter((text) => text.startsWith('Sending of leads starts again')),
          `call ${at}`,
        ).toHaveLength(1);
      }
      expect(deaths).toBeGreaterThan(10);
    },
  );

  it('and two at once do everything once', async () => {
    const scene = await createScene();
    await scene.found(OUTAGE);
    await Promise.allSettled([scene.run(), scene.run(), scene.run()]);
    await scene.run();
    expect(await holdsOf(scene)).toHaveLength(1);
    expect(actionsIn(await scene.incident(OUTAGE))).toHaveLength(2);
  });
});
