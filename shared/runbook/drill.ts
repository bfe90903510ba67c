import type { RunbookEntry } from './entry.ts';

/** What people read when they are only practising: `claywatch drill --live`. */
export const drill = {
  drill: {
    title: 'DRILL: nothing is wrong',
    meaning:
      'This is a drill: somebody practises with this installation, to see whether messages arrive and how long it takes. Clay and your rows are not touched.',
    impact: 'None: this is a drill. No row is held, and nothing is sent to Clay.',
    publicImpact: 'No impact on users.',
    reach: 'nobody',
    automatic: [
      {
        action:
          'Tells everybody who would hear of an incident of this severity, escalates when nobody acknowledges in time, and says in every message that it is a drill.',
        shownBy: 'told',
      },
      {
        action:
          'Ends the drill by itself after the minutes it was started with, and at once when a real P1 or P2 opens.',
        shownBy: 'seen-working',
      },
    ],
    steps: [
      {
        do: 'DRILL: acknowledge it, as you would in earnest.',
        where:
          'The link in this message, the button in Slack, PagerDuty, or npx claywatch incidents ack <incident>',
        expect: 'Everybody is told who has it, and no further page comes.',
      },
      {
        do: 'DRILL: look whether you could do your work from where you are: Clay, AWS and the command line.',
        where: 'https://app.clay.com; AWS > CloudWatch; npx claywatch triage',
      },
      {
        do: 'DRILL: tell whoever started it what did not arrive, or arrived late.',
        where: 'npx claywatch incidents note <incident> "What was missing"',
        expect: 'It is on the timeline, and in the postmortem.',
      },
    ],
    verify: ['The drill has ended, and the message about its end arrived everywhere.'],
    afterwards: [
      'Compare the times of the drill with the deadlines: npx claywatch postmortem <incident>.',
      'Mend what did not arrive: npx claywatch doctor says how.',
    ],
    prevent: ['Nothing is to be prevented. Practise again after every change of people or channels.'],
    rootCause: 'A drill that somebody started.',
    sms: 'Drill: just acknowledge it.',
    smsAfterwards: 'Drill over: nothing to do.',
    questions: [],
  },
} as const satisfies Record<string, RunbookEntry>;
