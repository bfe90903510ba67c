import { describe, expect, it } from 'vitest';
import { everyDrill } from './every-drill.ts';
import { PEOPLE_DRILLS } from './people.ts';
import { reminderProblems } from './reminders.ts';

const MINUTE = 60_000;

describe('drills of people and deadlines: the right answer is known beforehand', () => {
  everyDrill(PEOPLE_DRILLS);
});

describe('the reminders of an incident that nobody took', () => {
  const told = (minute: number, transition: 'triggered' | 'escalated' | 'update-due' | 'resolved') => ({
    at: minute * MINUTE,
    transition,
    severity: 'P1' as const,
  });

  it('are missed when none came, or too many', () => {
    expect(reminderProblems([told(0, 'triggered')], 40 * MINUTE)).toEqual([
      '0 times escalated, not 2',
      '0 times update-due, not 1',
    ]);
    expect(
      reminderProblems([told(0, 'triggered'), told(15, 'escalated'), told(16, 'escalated')], 20 * MINUTE),
    ).toEqual(['2 times escalated, not 1']);
  });

  it('end with the incident', () => {
    expect(
      reminderProblems([told(0, 'triggered'), told(15, 'escalated'), told(20, 'resolved')], 400 * MINUTE),
    ).toEqual([]);
  });
});
