import { describe, expect, it } from 'vitest';
import { flowBetween, secondsPerDash } from '../../console/src/pages/overview/flow.ts';

const stage = (
  state: 'working' | 'slow' | 'held' | 'broken' | 'unknown',
  rows_per_minute: number | null = 0,
) => ({ stage: 'queue' as const, state, rows_per_minute });

describe('the way between two stages', () => {
  it('moves only where rows were seen to pass', () => {
    expect(flowBetween(stage('working', 5), stage('working', 5))).toBe('moving');
    expect(flowBetween(stage('working', 5), stage('working', 0))).toBe('still');
    expect(flowBetween(stage('working', 5), stage('unknown', null))).toBe('unknown');
  });

  it('is blocked before what is broken and behind what holds, and not behind what is broken', () => {
    expect(flowBetween(stage('working', 5), stage('broken', 0))).toBe('blocked');
    expect(flowBetween(stage('held', 5), stage('working', 0))).toBe('blocked');
    expect(flowBetween(stage('broken', 0), stage('working', 0))).toBe('still');
  });

  it('still moves into what is broken while rows pass', () => {
    expect(flowBetween(stage('working', 5), stage('broken', 3))).toBe('moving');
  });

  it('runs faster the more rows move, within what can be watched', () => {
    const rates = [null, 0, 1, 10, 60, 600, 100_000].map(secondsPerDash);
    expect(rates).toEqual(rates.toSorted((a, b) => b - a));
    expect(rates.every((seconds) => seconds >= 0.25 && seconds <= 2.5)).toBe(true);
  });
});
