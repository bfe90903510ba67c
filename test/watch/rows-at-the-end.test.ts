import { describe, expect, it } from 'vitest';
import { draftedFor } from '../../shared/incident/drafted.ts';
import { figuresOf } from '../../shared/postmortem/figures.ts';
import { readPostmortem } from '../../shared/postmortem/read.ts';
import { pagerDutyUnderTest } from '../notify/channels/under-test.ts';
import { createWorld, RELAY_CLAY, RELAY_CONFIG } from '../support/world.ts';

/** Clay is down for ten minutes while rows flow through the relay: they wait, and are sent on. */
const outage = async () => {
  const world = createWorld({
    ...{ config: RELAY_CONFIG, clay: RELAY_CLAY, traffic: { perMinute: () => 12 }, relay: true },
  });
  await world.run(5);
  world.clay.faults.on('outage');
  await world.run(10);
  world.clay.faults.clear();
  await world.run(12);
  const incident = (await world.incidents()).find(({ cause }) => cause === 'clay.outage');
  if (!incident) throw new Error('no outage');
  const { evidence, proof, rowsLedger, creditStore, config, clock } = world;
  const stores = {
    ...{ evidence, proof, rows: rowsLedger, credits: creditStore },
    incidents: { list: async () => world.incidents() },
  };
  const postmortem = await clock.run(readPostmortem(incident, stores, { config, now: clock.now() }));
  return { world, incident, postmortem };
};

describe('an outage while rows flow through the relay', () => {
  it('leaves what waited and was held, a postmortem of the same numbers, and changes for PagerDuty', async () => {
    const { world, incident, postmortem } = await outage();
    const looks = await world.clock.run(world.evidence.ofIncident(incident.id));
    const leads = (occasion: string) =>
      looks.find((look) => look.occasion === occasion)?.feeds.find(({ feed }) => feed === 'leads');
    expect(leads('opened')).toMatchObject({ onHold: true });
    expect(leads('resolved')?.waiting).toBeGreaterThan(80);
    expect(leads('resolved')).toMatchObject({ onHold: false });
    expect(leads('rows-sent-on')).toMatchObject({ waiting: 0, onHold: false });

    const drafted = draftedFor(incident);
    const later = figuresOf(postmortem, 0);
    expect(drafted?.times).toEqual(later.times);
    expect(drafted?.durationMs).toBe(later.durationMs);
    expect(drafted?.credits).toEqual(later.credits);
    const [then] = drafted?.rows ?? [];
    const [now] = later.rows;
    expect(now?.held).toBeGreaterThan(80);
    expect([then?.received, then?.held]).toEqual([now?.received, now?.held]);
    // What was sent on and came back since then is known later only.
    expect([then?.replayed, now?.replayed]).toEqual([0, now?.held]);
    expect(now?.lost).toBe(0);
    const mail = world.delivered.find(
      ({ notification }) =>
        notification.incidentId === incident.id && notification.attributes.transition === 'resolved',
    )?.notification.emailText;
    expect(mail?.replace(/\s+/g, ' ')).toContain(
      `Rows of leads: ${then?.received} received, ${then?.held} held, 0 of these sent on so far`,
    );

    await using pagerDuty = await pagerDutyUnderTest();
    const told = world.delivered.flatMap(({ notification }) =>
      notification.incidentId === incident.id && notification.bulletin ? [notification.bulletin] : [],
    );
    for (const bulletin of told) await pagerDuty.channel.deliver(bulletin, pagerDuty.memory);
    const changes = pagerDuty.server.requests
      .filter(({ path }) => path === '/v2/change/enqueue')
      .map(({ json }) =>
        [...JSON.stringify(json).matchAll(/"what was changed":\["(.{30})/g)].map(([, line]) => line),
      );
    expect(changes).toEqual([['Sending of leads is on hold, b'], ['Sending of leads starts again ']]);
  }, 60_000);
});
