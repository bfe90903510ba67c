import { draftUpdate } from '../drafts.ts';
import { WIDTH } from '../text.ts';
import type { Letter } from './letter.ts';

const LINE = '='.repeat(WIDTH);

/** The communication template of the second runbook, filled in twice, so that each can be passed on as it is. */
export const template = ({ incident, config, now, links }: Letter): readonly string[] => {
  const draft = (audience: 'responders' | 'stakeholders') =>
    draftUpdate(incident, audience, config, now, links.view).text;
  return [
    [LINE, 'CLAY INCIDENT NOTIFICATION (for responders, to pass on)', '', draft('responders'), LINE].join(
      '\n',
    ),
    [LINE, 'CLAY INCIDENT NOTIFICATION (for stakeholders, to pass on)', '', draft('stakeholders'), LINE].join(
      '\n',
    ),
  ];
};
