import { onCallAt } from '../oncall/on-call.ts';
import { runbookFor } from '../runbook/index.ts';
import { ignoredWarnings, type Told, withoutStandby } from './lessons.ts';
import type { Postmortem } from './postmortem.ts';

type Action = Postmortem['actions'][number];

const NOBODY = 'nobody yet';

/** Whose it is: whoever it was given to, has it, had it last, or is on call at its end. */
const ownerOf = ({ incident, config }: Told): string => {
  const { assignee, acknowledgement, timeline, resolvedAt, updatedAt } = incident;
  const had = timeline.findLast(({ kind }) => kind === 'acknowledged' || kind === 'mitigated')?.by;
  return (
    assignee ??
    acknowledgement?.by.name ??
    had?.name ??
    onCallAt(resolvedAt ?? updatedAt, config)?.name ??
    NOBODY
  );
};

/** Advice of the runbook that is about seeing it sooner. */
const DETECTS = /\b(alert|warn|watch|monitor|check|measure|count|notice|probe)/i;

/** What the numbers ask for beside the runbook's advice. */
const fromNumbers = (told: Told): readonly Omit<Action, 'owner'>[] => {
  const { times, proofs } = told;
  const shut = [
    ...new Set(
      proofs
        .filter(({ status }) => status === 'refused' || status === 'fallen-back')
        .map(({ channel }) => channel),
    ),
  ];
  const bare = withoutStandby(told);
  return [
    ...(times.acknowledge.kept === false
      ? [
          {
            what: 'Look at who is paged and when: the deadline to respond was missed.',
            type: 'process',
          } as const,
        ]
      : []),
    ...(shut.length > 0
      ? [
          {
            what: `Repair the channels that did not take messages: ${shut.join(', ')}.`,
            type: 'detect',
          } as const,
        ]
      : []),
    ...(bare.length > 0
      ? [{ what: `Make a standby webhook: ${bare.join(', ')}.`, type: 'mitigate' } as const]
      : []),
    ...(ignoredWarnings(told).length > 0
      ? [{ what: 'Give warnings (P4) an owner and a day in the week.', type: 'process' } as const]
      : []),
  ];
};

/** What is to be done, by whom: the runbook's advice for this cause, then what the numbers ask for. */
export const actionsOf = (told: Told): Postmortem['actions'] => {
  const owner = ownerOf(told);
  const advice = runbookFor(told.incident).prevent.map((what) => ({
    what,
    type: DETECTS.test(what) ? ('detect' as const) : ('prevent' as const),
  }));
  return [...advice, ...fromNumbers(told)].map((action) => ({ ...action, owner }));
};
