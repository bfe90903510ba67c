import { describe, expect, it } from 'vitest';
import { CAUSE_IDS } from '../../shared/cause.ts';
import { supportFacts, supportLines, supportRequest } from '../../shared/notify/support-request.ts';
import { refundOf } from '../../shared/postmortem/cost.ts';
import { configOf, incidentOf, messageOf, THREE_AM } from './messages.ts';

const CONFIG = configOf({
  feeds: {
    leads: { webhooks: [{ id: 'leads-1', url: 'env:FAKE_URL', table: 'Inbound leads' }] },
    accounts: { tables: { Accounts: {} } },
  },
  postmortem: { workspace: 'Acme Growth' },
});
const show = (text: string) => text;
const EMPTY = incidentOf('enrichment.all-empty', {
  subject: 'workspace',
  evidence: [
    {
      probe: 'rows:leads/hit-rate',
      at: THREE_AM,
      summary: '0 of 358 rows were found',
      finding: 'all-empty',
      kind: 'measured',
      facts: { found: 0, lookedUp: 358, email: 'ada@example.com' },
    },
  ],
});

describe('the text for Clay support', () => {
  it('of an account whose providers are all empty has workspace, tables, times and counts, and asks for the block', () => {
    const text = (supportRequest(EMPTY, CONFIG, show) ?? []).join('\n');
    for (const part of [
      'Workspace: Acme Growth',
      'Tables: Inbound leads, Accounts',
      'Since: 2026-11-03 03:00 UTC',
    ])
      expect(text).toContain(part);
    expect(text).toContain('found 0, lookedUp 358');
    expect(text).toContain('check our account for a block or a limit');
  });

  it('has no row, no URL and no secret', () => {
    const text = (supportRequest(EMPTY, CONFIG, show) ?? []).join('\n');
    expect(text).not.toMatch(/ada@|https?:|FAKE_URL/);
  });

  it.each(['rows.looping', 'credits.burn-spike'] as const)(
    'of %s asks for a refund in the lines of the postmortem',
    (cause) => {
      const text = supportRequest(incidentOf(cause, { subject: 'workspace' }), CONFIG, show) ?? [];
      const facts = supportFacts(['leads', 'accounts'], CONFIG);
      expect(text).toEqual(expect.arrayContaining([...supportLines(facts)]));
      expect(refundOf(['leads', 'accounts'], CONFIG, 12)).toEqual({ ...facts, credits: 12 });
      expect(text).toContain('Credits: <number>');
    },
  );

  it('says what to configure where workspace or table are not known', () => {
    const text = supportRequest(EMPTY, configOf(), show) ?? [];
    expect(text).toContain('Workspace: not configured (postmortem.workspace)');
    expect(text).toContain('Tables: not configured (feeds.<feed>.webhooks[].table)');
  });

  it('is in the mail of exactly the causes with which support can help', () => {
    const withText = CAUSE_IDS.filter((cause) =>
      messageOf(incidentOf(cause)).emailText.includes('TEXT TO SEND TO CLAY SUPPORT'),
    );
    expect(withText.sort()).toEqual([
      ...['clay.degraded', 'clay.outage', 'credits.burn-spike', 'enrichment.all-empty'],
      ...['rows.looping', 'webhook.intake-failing'],
    ]);
  });
});
