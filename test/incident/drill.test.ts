import { describe, expect, it } from 'vitest';
import { act } from '../../shared/incident/act.ts';
import { decide } from '../../shared/incident/decide.ts';
import {
  drillEndsAt,
  drillKey,
  drillOver,
  drillsOver,
  drillVerdict,
  isGrave,
} from '../../shared/incident/drill.ts';
import type { Incident, PendingNotification } from '../../shared/incident/incident.ts';
import { incidentPolicy } from '../../shared/incident/policy.ts';
import { createRenderer } from '../../shared/notify/render.ts';
import { SEVERITIES, type Severity } from '../../shared/severity.ts';
import { configOf, incidentOf, THREE_AM, TWO_FEEDS } from '../notify/messages.ts';

const MINUTE = 60_000;
const config = configOf(TWO_FEEDS);
const policy = incidentPolicy(config);

const start = (severity: Severity = 'P1', minutes = 10, now = THREE_AM): Incident => {
  const verdict = drillVerdict({ severity, minutes, by: 'Ada', now });
  const opened = decide(null, drillKey(now), { kind: 'verdict', verdict, detectedAt: now }, policy, now);
  if (!opened) throw new Error('a drill opens');
  return opened;
};

const end = (drill: Incident, now: number): Incident => {
  const evidence = drillOver('its time has passed.', now);
  const over = decide(drill, drill, { kind: 'cleared', evidence }, policy, now);
  if (!over) throw new Error('a drill ends');
  return over;
};

const tell = (incident: Incident, index = -1) =>
  createRenderer(config)(incident, incident.pending.at(index) as PendingNotification);

describe('a drill', () => {
  it('is an incident that owes its first message, and ends after its minutes', () => {
    const drill = start('P2', 7);
    expect(drill).toMatchObject({ cause: 'drill', severity: 'P2', status: 'triggered' });
    expect(drill.pending).toMatchObject([{ transition: 'triggered', urgency: 'page' }]);
    expect(drillEndsAt(drill)).toBe(drill.openedAt + 7 * MINUTE);
    expect(drillsOver([drill], drillEndsAt(drill) - 1)).toEqual([]);
    expect(drillsOver([drill], drillEndsAt(drill))).toMatchObject([
      { cause: 'drill', subject: drill.subject, evidence: [{ summary: 'DRILL over: its time has passed.' }] },
    ]);
  });

  it('ends when a real P1 or P2 opens after it, and not for one that was open before or is less urgent', () => {
    const drill = start();
    const later = { openedAt: drill.openedAt + MINUTE };
    const overWith = (other: Incident) => drillsOver([drill, other], drill.openedAt + 2 * MINUTE).length;
    expect(overWith(incidentOf('clay.outage', later))).toBe(1);
    expect(overWith(incidentOf('crm.sync-failing', later))).toBe(1);
    expect(overWith(incidentOf('provider.failing', later))).toBe(0);
    expect(overWith(incidentOf('clay.outage', { openedAt: drill.openedAt - MINUTE }))).toBe(0);
    expect(
      overWith(
        incidentOf('enrichment.slow', { ...later, hiddenBy: { cause: 'clay.outage', subject: 'clay' } }),
      ),
    ).toBe(0);
    expect(overWith(start('P1', 10, THREE_AM + MINUTE))).toBe(0);
    expect(isGrave(drill)).toBe(false);
  });

  it('neither reopens the one before nor is held back by it', () => {
    const closed = act(
      start(),
      { kind: 'resolve', force: true },
      { name: 'Ada', via: 'cli' },
      { policy, now: THREE_AM },
    );
    expect(closed.kind).toBe('done');
    expect(drillKey(THREE_AM + MINUTE)).not.toEqual(drillKey(THREE_AM));
  });

  it.each(SEVERITIES)(
    'of %s says that it is one in every message, on the timeline and at its end',
    (severity) => {
      const drill = start(severity);
      const by = { name: 'Ada', via: 'link' } as const;
      const taken = act(drill, { kind: 'acknowledge' }, by, { policy, now: THREE_AM + MINUTE });
      if (taken.kind !== 'done') throw new Error('it can be acknowledged');
      const over = end(taken.incident, THREE_AM + 10 * MINUTE);
      expect(over.status).toBe('resolved');
      for (const incident of [drill, taken.incident, over]) {
        const { subject, emailText, smsText, bulletin, attributes } = tell(incident);
        expect(subject).toContain('DRILL');
        expect(emailText.split('\n')[0]).toContain('DRILL');
        expect(smsText).toContain('DRILL');
        expect(bulletin?.title).toContain('DRILL');
        expect(bulletin?.summary).toContain('DRILL');
        expect(attributes.cause).toBe('drill');
        expect(bulletin?.affected).toEqual([]);
      }
      expect(over.timeline[0]?.text).toContain('DRILL');
      expect(over.timeline.at(-1)?.text).toContain('DRILL over');
      expect(tell(over).emailText).toContain('WHAT ENDED THE DRILL');
      expect(tell(over).emailText).not.toContain('SEEN WORKING AGAIN');
    },
  );

  it('is not told to the public', () => {
    const update = { kind: 'update', text: 'We practise.', audience: 'public' } as const;
    const deps = { policy, now: THREE_AM + MINUTE };
    expect(act(start(), update, { name: 'Ada', via: 'cli' }, deps)).toMatchObject({ why: 'drill' });
    expect(act(start(), { ...update, audience: 'responders' }, { name: 'Ada', via: 'cli' }, deps).kind).toBe(
      'done',
    );
  });
});
