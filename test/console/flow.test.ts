import { describe, expect, it } from 'vitest';
import { flowsOf, secondsPerDash } from '../../console/src/pages/overview/flow.ts';

type State = 'working' | 'slow' | 'held' | 'broken' | 'unknown';
const stage = (state: State, rows_per_minute: number | null = 0) => ({ state, rows_per_minute });

describe('the ways between stages', () => {
  it('move only where rows were seen to pass', () => {
    const stages = [stage('working', 5), stage('working', 5), stage('working', 0), stage('unknown', null)];
    expect(flowsOf(stages, 'flowing')).toEqual(['moving', 'still', 'unknown']);
  });

  it('are blocked behind what holds rows, and nothing moves after that though rates are still of before', () => {
    const stages = [
      stage('working', 9),
      stage('held', 9),
      stage('broken', 8),
      stage('broken', 8),
      stage('working', 8),
    ];
    expect(flowsOf(stages, 'stopped')).toEqual(['moving', 'blocked', 'still', 'still']);
  });

  it('are blocked before what is broken when the feed is stopped', () => {
    expect(flowsOf([stage('working', 5), stage('broken', 5)], 'stopped')).toEqual(['blocked']);
    expect(flowsOf([stage('working', 5), stage('broken', 0)], 'degraded')).toEqual(['blocked']);
  });

  it('still move into what is broken while the feed flows: one provider of many may fail', () => {
    expect(flowsOf([stage('working', 5), stage('broken', 3)], 'degraded')).toEqual(['moving']);
  });

  it('are none of a single stage', () => {
    expect(flowsOf([stage('working', 5)], 'flowing')).toEqual([]);
  });

  it('run faster the more rows move, within what can be watched', () => {
    const rates = [null, 0, 1, 10, 60, 600, 100_000].map(secondsPerDash);
    expect(rates).toEqual(rates.toSorted((a, b) => b - a));
    expect(rates.every((seconds) => seconds >= 0.25 && seconds <= 2.5)).toBe(true);
  });
});
