import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Bulletin } from '../../../shared/notify/channels/port.ts';
import type { PageServer } from '../../support/statuspage-server.ts';
import { acknowledged, bulletinOf, publicUpdate, reopened, resolved } from './bulletins.ts';
import { COMPONENTS, PAGE, rootlyUnderTest, statuspageUnderTest } from './under-test.ts';
import type { UnderTest } from './world.ts';

const KINDS = [
  ['Statuspage', statuspageUnderTest, 'major_outage', 'operational'],
  ['Rootly', rootlyUnderTest, 'down', 'operational'],
] as const;

describe.each(KINDS)('a status page of %s', (_name, start, down, up) => {
  let test: UnderTest<PageServer>;
  beforeEach(async () => {
    test = await start();
  });
  afterEach(() => test[Symbol.asyncDispose]());

  const deliver = (bulletin: Bulletin) => test.channel.deliver(bulletin, test.memory);
  const updates = () =>
    test.server.incidents.map(({ updates: all }) => all.map(({ status, body }) => `${status}: ${body}`));

  it('hears nothing that no person confirmed for the public', async () => {
    const update = { text: 'The token of the CRM expired', by: 'alex' } as const;
    for (const bulletin of [
      bulletinOf(1),
      bulletinOf(2, { transition: 'escalated' }),
      acknowledged(3),
      acknowledged(4, { transition: 'updated', update: { ...update, audience: 'responders' } }),
      acknowledged(5, { transition: 'updated', update: { ...update, audience: 'stakeholders' } }),
      acknowledged(6, { transition: 'updated', update: null }),
      acknowledged(7, { transition: 'note' as never, update: { ...update, audience: 'public' } }),
      resolved(8),
      reopened(9),
    ])
      expect(await deliver(bulletin)).toMatchObject({ kind: 'delivered' });
    expect(test.server.requests).toHaveLength(0);
  });

  it('shows the public impact and the words of the person, and nothing else of the incident', async () => {
    await deliver(publicUpdate(1, 'We are looking into it.', { done: ['Failed over to leads-2'] }));
    await deliver(resolved(2));
    expect(test.server.incidents[0]?.name).toBe('Enrichment of new leads is delayed.');
    expect(updates()).toStrictEqual([
      ['identified: We are looking into it.', 'resolved: This incident is resolved.'],
    ]);
    const sent = test.server.requests.map(({ path, body }) => path + body).join('\n');
    expect(sent).not.toMatch(/leads-1|leads-2|403|alex|"P1|webhook|claywatch\.example/i);
  });

  it('begins one incident, adds what is said, ends it, and begins another when it is back', async () => {
    await deliver(bulletinOf(1));
    await deliver(publicUpdate(2, 'First', { status: 'triggered' }));
    await deliver(publicUpdate(3, 'Second'));
    await deliver(publicUpdate(4, 'Third', { status: 'mitigated' }));
    await deliver(resolved(5));
    await deliver(reopened(6));
    await deliver(publicUpdate(7, 'Again', { status: 'triggered' }));
    expect(updates()).toStrictEqual([
      [
        'investigating: First',
        'identified: Second',
        'monitoring: Third',
        'resolved: This incident is resolved.',
      ],
      ['investigating: Again'],
    ]);
    expect(test.server.incidents.map(({ status }) => status === 'resolved')).toStrictEqual([true, false]);
  });

  it('marks the components of its feed, and frees them at the end', async () => {
    await deliver(publicUpdate(1, 'First'));
    expect(test.server.components).toStrictEqual({ [COMPONENTS.leads]: down, [COMPONENTS.accounts]: up });
    await deliver(resolved(2));
    expect(test.server.components).toStrictEqual({ [COMPONENTS.leads]: up, [COMPONENTS.accounts]: up });
  });

  it('marks every component when it is about no feed, and those of the incidents that it speaks for', async () => {
    await deliver(publicUpdate(1, 'All', { feed: null, subject: 'workspace' }));
    expect(Object.values(test.server.components)).toStrictEqual([down, down]);
    await deliver(resolved(2, { feed: null, subject: 'workspace' }));
    const grouped = { incidentId: 'inc-20261103-11111111', alsoAbout: ['accounts/accounts-1'] };
    await deliver(publicUpdate(3, 'Both', grouped));
    expect(Object.values(test.server.components)).toStrictEqual([down, down]);
  });

  it('does not show a component as working while another incident of the page is about it', async () => {
    const other = { incidentId: 'inc-20261103-22222222' };
    await deliver(publicUpdate(1, 'One'));
    await deliver(publicUpdate(1, 'Two', other));
    await deliver(resolved(2));
    expect(test.server.components[COMPONENTS.leads]).toBe(down);
    await deliver(resolved(3, other));
    expect(test.server.components[COMPONENTS.leads]).toBe(up);
  });

  it('does not open again what is over because an earlier message comes late', async () => {
    await deliver(publicUpdate(2, 'Second'));
    await deliver(resolved(3));
    expect(await deliver(publicUpdate(1, 'First'))).toMatchObject({ kind: 'refused' });
    expect(test.server.incidents).toMatchObject([{ status: 'resolved' }]);
    expect(updates()[0]).toHaveLength(2);
  });

  it('is not opened for what was over before the page could be told of it', async () => {
    expect(await deliver(resolved(3))).toMatchObject({ kind: 'delivered' });
    expect(await deliver(publicUpdate(2, 'Late'))).toMatchObject({
      kind: 'refused',
      why: expect.stringContaining('over'),
    });
    expect(test.server.incidents).toHaveLength(0);
    expect(await deliver(publicUpdate(5, 'It is back'))).toMatchObject({ kind: 'delivered' });
    expect(updates()).toStrictEqual([['identified: It is back']]);
  });

  it('says the words of a late message without turning the state back', async () => {
    await deliver(publicUpdate(2, 'Second', { status: 'mitigated' }));
    await deliver(publicUpdate(1, 'First', { status: 'triggered' }));
    expect(updates()).toStrictEqual([['monitoring: Second', 'monitoring: First']]);
  });

  it('adds a last word to what is over', async () => {
    await deliver(publicUpdate(1, 'First'));
    await deliver(resolved(2));
    await deliver(publicUpdate(3, 'It was the limit.', { status: 'resolved' }));
    expect(updates()).toStrictEqual([
      ['identified: First', 'resolved: This incident is resolved.', 'resolved: It was the limit.'],
    ]);
  });

  it('shows markup as text', async () => {
    await deliver(publicUpdate(1, '<script>alert(1)</script> <a href="https://evil.example">here</a>'));
    expect(updates().flat().join()).not.toMatch(/[<>]/);
  });

  it('is refused with what to do when the page or a component is not there', async () => {
    test.server.fail({ kind: 'answer', status: 404, body: { error: 'Not found' } });
    expect(await deliver(publicUpdate(1, 'First'))).toMatchObject({
      kind: 'refused',
      why: expect.stringContaining('pageId'),
    });
    test.server.fail({ kind: 'answer', status: 404, body: { error: 'Not found' } });
    expect(await test.channel.check()).toMatchObject({
      result: 'not-ready',
      fix: expect.stringContaining('pageId'),
    });
  });
});

describe('the APIs of status pages', () => {
  it('are called as they are documented', async () => {
    await using statuspage = await statuspageUnderTest();
    await statuspage.channel.deliver(publicUpdate(1, 'First'), statuspage.memory);
    await statuspage.channel.deliver(publicUpdate(2, 'Second'), statuspage.memory);
    await statuspage.channel.deliver(resolved(3), statuspage.memory);
    expect(statuspage.server.requests.map(({ method, path }) => `${method} ${path}`)).toStrictEqual([
      `POST /v1/pages/${PAGE}/incidents`,
      `PATCH /v1/pages/${PAGE}/incidents/p1qrs`,
      `GET /v1/pages/${PAGE}/incidents/unresolved`,
      `PATCH /v1/pages/${PAGE}/incidents/p1qrs`,
    ]);
    expect(statuspage.server.requests[0]?.json).toStrictEqual({
      incident: {
        name: 'Enrichment of new leads is delayed.',
        status: 'identified',
        body: 'First',
        deliver_notifications: true,
        component_ids: [COMPONENTS.leads],
        components: { [COMPONENTS.leads]: 'major_outage' },
        metadata: { claywatch: { incident: 'inc-20261103-0a1b2c3d' } },
      },
    });

    await using rootly = await rootlyUnderTest();
    await rootly.channel.deliver(publicUpdate(1, 'First'), rootly.memory);
    await rootly.channel.deliver(resolved(2), rootly.memory);
    const incident = '/v1/incidents/0067db7f-18dc-4ad2-8f89-000000000001';
    expect(rootly.server.requests.map(({ method, path }) => `${method} ${path}`)).toStrictEqual([
      'POST /v1/incidents',
      `POST ${incident}/status-page-events`,
      `POST ${incident}/status-page-events`,
      `PUT ${incident}`,
    ]);
    expect(rootly.server.requests[1]?.json).toStrictEqual({
      data: {
        type: 'incident_status_page_events',
        attributes: {
          event: 'First',
          status_page_id: PAGE,
          status: 'identified',
          notify_subscribers: true,
        },
      },
    });
    expect(rootly.server.requests[1]?.headers['content-type']).toBe('application/vnd.api+json');
  });

  it('slow down with 420 as with 429', async () => {
    await using test = await statuspageUnderTest();
    test.server.fail({ kind: 'answer', status: 420 });
    expect(await test.channel.deliver(publicUpdate(1, 'First'), test.memory)).toMatchObject({
      kind: 'later',
    });
  });

  it('name the components that the page does not have', async () => {
    await using test = await statuspageUnderTest();
    test.server.fail({ kind: 'answer', status: 200, body: [{ id: COMPONENTS.leads }] });
    expect(await test.channel.check()).toMatchObject({
      result: 'not-ready',
      found: expect.stringContaining(COMPONENTS.accounts),
    });
  });
});
