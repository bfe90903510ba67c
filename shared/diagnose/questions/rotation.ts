import { CHANGE } from '../../observe/rotation.ts';
import { countQuestion } from './rows.ts';

/** First runbook, "Secret rotation fails: permission denied, escalate to admin". */
export const secretsRotate = countQuestion({
  id: 'secrets-rotate',
  question: 'Are secrets rotated when they are due?',
  surface: 'rotation',
  notLooked: 'no secret is rotated by Claywatch',
  causes: {
    denied: [
      {
        cause: 'secret.rotation-failed',
        says: 'A rotation was denied; for an administrator',
      },
    ],
    unfinished: [
      { cause: 'secret.rotation-failed', says: 'Some still send the old secret, long after its rotation' },
    ],
    'rolled-back': [{ cause: 'secret.rotation-failed', says: 'A rotation was taken back' }],
    changing: [{ cause: 'secret.rotated', says: 'A secret was rotated' }],
    failed: [{ cause: 'secret.rotation-failed', says: 'A secret could not be rotated' }],
  },
  // How an attempt ended says nothing of a change that is under way, and the other way round.
  clears: (cause, { evidence }) => (cause === 'secret.rotated') === evidence.probe.endsWith(CHANGE),
});
