import type { Observation } from '../observation.ts';
import { type RelayContext, seenInRelay } from './context.ts';

/**
 * What can take over when the webhook in use is full: said once there was a rotation, or while something can. A feed
 * that never had a standby is warned by its count alone.
 */
export const observeStandby = (context: RelayContext): Observation | null => {
  const { feed, settings, control, choice, standbys } = context;
  const { active, rotation } = control;
  if (settings.webhooks.length < 2 || active === null) return null;
  const { fresh, spare } = standbys;
  const said = {
    surface: 'standby',
    probe: 'standby',
    subject: feed,
    facts: { active, standbys: fresh.length, spare: spare.length },
  } as const;
  if (fresh.length > 0)
    return seenInRelay(context, {
      ...said,
      finding: 'ready',
      summary: `Rows go to ${active}; ${fresh.join(', ')} can take over.`,
    });
  const hasRotated = rotation !== undefined && rotation.from !== null;
  // That nothing takes rows at all is worse, and said of the webhook in use.
  if (!hasRotated || choice.kind === 'none') return null;
  const rest = spare.length > 0 ? ` What ${spare.join(', ')} has left is used after that.` : '';
  return seenInRelay(context, {
    ...said,
    finding: 'last-in-use',
    summary: `Rows go to ${active}, and nothing can take over when it is full.${rest}`,
  });
};
