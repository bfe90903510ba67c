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
    failed: [{ cause: 'secret.rotation-failed', says: 'A secret could not be rotated' }],
  },
});
