import { describe, expect, it } from 'vitest';
import type { Cause } from '../../shared/cause.ts';
import { septets } from '../../shared/notify/gsm7.ts';
import { RUNBOOK, runbookFor, VARIANTS } from '../../shared/runbook/index.ts';

const all = Object.entries(VARIANTS).flatMap(([cause, variants]) =>
  variants.map((variant) => [`${cause}: ${variant.when}`, cause as Cause, variant] as const),
);

describe.each(all)('%s', (_name, cause, { when, entry }) => {
  const whole = { ...RUNBOOK[cause], ...entry };

  it('has words that survive every channel and fit where they are shown', () => {
    const texts = [
      ...[when, whole.title, whole.meaning, whole.impact, whole.publicImpact, whole.rootCause],
      ...[whole.sms, whole.smsAfterwards, ...whole.automatic.map(({ action }) => action)],
      ...whole.steps.flatMap((step) => [step.do, step.where ?? '-', step.expect ?? '-']),
      ...[...whole.verify, ...whole.afterwards, ...whole.prevent],
    ];
    for (const text of texts) {
      expect(text).toMatch(/^[\x20-\x7e]+$/);
      expect(text.length).toBeLessThanOrEqual(500);
    }
    expect(whole.title.length).toBeLessThanOrEqual(46);
    expect(septets(whole.sms)).toBeLessThanOrEqual(60);
    expect(septets(whole.smsAfterwards)).toBeLessThanOrEqual(60);
    expect(whole.meaning.split(/[.!?](?: |$)/).filter(Boolean).length).toBeLessThanOrEqual(2);
    expect(whole.publicImpact).not.toMatch(/clay|webhook|credit/i);
    expect(whole.steps.length).toBeGreaterThanOrEqual(3);
    expect(whole.steps.filter(({ where }) => where).length).toBeGreaterThanOrEqual(2);
  });
});

const told = (
  cause: Cause,
  subject: string,
  ...evidence: readonly (readonly [probe: string, finding: string])[]
) => runbookFor({ cause, subject, evidence: evidence.map(([probe, finding]) => ({ probe, finding })) });

describe('the words for the case at hand', () => {
  it.each([
    ['monitoring.gap', 'clay.status', ['clay.status', 'blocked'], "Clay's status page cannot be read"],
    ['monitoring.gap', 'clay.balance', ['clay.balance', 'not-run'], 'The credit balance cannot be read'],
    ['monitoring.gap', 'own-network', ['connectivity', 'offline'], 'Claywatch has no network'],
    ['monitoring.gap', 'schedule', ['schedule', 'missed-runs'], 'Claywatch did not run'],
    ['monitoring.gap', 'rows:leads', ['rows:leads', 'not-run'], 'Claywatch cannot read its own counts'],
    ['monitoring.gap', 'probe:errors', ['probe:errors', 'unreachable'], 'A source of metrics cannot be read'],
    ['monitoring.gap', 'webhook-url:a/b', ['webhook-url:a/b', 'not-run'], 'A webhook cannot be looked at'],
    ['monitoring.gap', 'probe:hubspot', ['probe:hubspot', 'not-run'], 'Claywatch cannot see something'],
    ['clay.degraded', 'clay', ['clay.app', 'server-error'], 'The Clay dashboard does not open'],
    ['clay.degraded', 'clay', ['clay.key', 'server-error'], 'Clay is degraded'],
    ['webhook.gone', 'a/b', ['webhook-url:a/b', 'malformed'], 'The URL of a webhook is malformed'],
    ['webhook.gone', 'a/b', ['webhook:a/b', 'gone'], 'Webhook does not exist'],
    ['crm.sync-failing', 'a/crm', ['rows:a/crm', 'wrong'], 'The CRM receives wrong data'],
    ['crm.sync-failing', 'a/crm', ['rows:a/crm', 'failing'], 'The CRM is not updated'],
    ['secret.rotation-failed', 'relay', ['rotation:relay', 'denied'], 'A secret may not be rotated'],
  ] as const)('of %s (%s), seen as %j, begin with "%s"', (cause, subject, seen, title) => {
    expect(told(cause, subject, seen).title).toBe(title);
  });

  it('are those of the whole outage as soon as more than the dashboard fails', () => {
    const seen = [
      ['clay.web', 'server-error'],
      ['clay.api', 'server-error'],
    ] as const;
    expect(told('clay.degraded', 'clay', ...seen).title).toBe('Clay is degraded');
  });

  it('stay the same when the end of it is seen: what works again is evidence too', () => {
    const seen = [
      ['clay.api', 'up'],
      ['clay.web', 'up'],
      ['clay.web', 'server-error'],
    ] as const;
    expect(told('clay.degraded', 'clay', ...seen).title).toBe('The Clay dashboard does not open');
  });

  it('offer other places to look where the status page does not open, and ways to work without the dashboard', () => {
    const page = JSON.stringify(told('monitoring.gap', 'clay.status', ['clay.status', 'unreachable']).steps);
    for (const place of ['community.clay.com', 'mobile phone', 'VPN', 'your inbox', 'npx claywatch triage'])
      expect(page).toContain(place);
    const dashboard = JSON.stringify(told('clay.degraded', 'clay', ['clay.app', 'timed-out']).steps);
    for (const way of [
      'incognito',
      'different browser',
      'mobile',
      'npx claywatch usage',
      'npx claywatch hold',
    ])
      expect(dashboard).toContain(way);
  });

  it('tell an administrator the exact actions and the resource', () => {
    const steps = JSON.stringify(told('secret.rotation-failed', 'relay', ['rotation:relay', 'denied']).steps);
    for (const action of ['DescribeSecret', 'GetSecretValue', 'PutSecretValue', 'UpdateSecretVersionStage'])
      expect(steps).toContain(`secretsmanager:${action}`);
    for (const rest of [
      'kms:Decrypt',
      'kms:GenerateDataKey',
      'lambda:InvokeFunction',
      'arn:aws:secretsmanager',
    ])
      expect(steps).toContain(rest);
  });

  it('of wrong data in the CRM stop it first, re-map, name the rows by ids, and send to the CRM only', () => {
    const { steps, afterwards } = told('crm.sync-failing', 'a/crm', ['rows:a/crm', 'wrong']);
    expect(steps[0]?.do).toMatch(/^Stop it first: pause/);
    expect(JSON.stringify(steps)).toContain('re-map the body fields');
    expect(JSON.stringify(steps)).toContain('_claywatch_row_id');
    expect(afterwards.join(' ')).toContain('Do not replay rows into Clay for this');
  });
});
