import { describe, expect, it } from 'vitest';
import { actionsFor, actorWords, kindWords } from '../../console/src/pages/incidents/words.ts';

const ada = {
  by: { name: 'Ada', via: 'console' as const },
  at: '2026-11-22T10:00:00Z',
  stale_at: '2026-11-22T14:00:00Z',
};

describe('the words of the incident page', () => {
  it('offer first what is to be done next', () => {
    expect(actionsFor({ status: 'triggered', acknowledged: null })[0]).toBe('acknowledge');
    expect(actionsFor({ status: 'acknowledged', acknowledged: ada })[0]).toBe('mitigate');
    expect(actionsFor({ status: 'mitigated', acknowledged: ada })[0]).toBe('resolve');
    expect(actionsFor({ status: 'resolved', acknowledged: ada })[0]).toBe('review');
    expect(actionsFor({ status: 'reviewed', acknowledged: ada })).toEqual(['note']);
  });

  it('never offer to acknowledge what somebody has, nor to give back what nobody has', () => {
    for (const status of ['triggered', 'acknowledged', 'mitigated'] as const) {
      expect(actionsFor({ status, acknowledged: ada })).not.toContain('acknowledge');
      expect(actionsFor({ status, acknowledged: null })).not.toContain('unacknowledge');
    }
  });

  it('say a kind that is not known yet in its own name, also when it is one of an object', () => {
    expect(kindWords('postponed-again')).toEqual({ words: 'Postponed again', tone: 'quiet' });
    expect(kindWords('constructor').words).toBe('Constructor');
  });

  it('say who it was, and from where', () => {
    expect(actorWords(ada.by)).toBe('Ada (console)');
    expect(actorWords(null)).toBe('Claywatch');
  });
});
