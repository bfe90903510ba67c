import { countQuestion } from './rows.ts';

const notLooked = 'no rows go through the relay';

/** What the relay is there for: fact 4, "429 means the row is dropped", and one limit for the whole workspace. */
export const paceKept = countQuestion({
  id: 'pace-kept',
  question: 'Does Clay take rows at the pace at which they are sent?',
  surface: 'pace',
  notLooked,
  causes: {
    limited: [{ cause: 'webhook.rate-limited', severity: 'P3', says: 'Clay answers 429 to rows' }],
    'limited-long': [
      { cause: 'webhook.rate-limited', severity: 'P2', says: 'Clay goes on answering 429 to rows' },
    ],
  },
});

/** Clay has no API to make a webhook: somebody must, before the last one is full. */
export const standbyLeft = countQuestion({
  id: 'standby-left',
  question: 'Is there a standby for the webhook in use?',
  surface: 'standby',
  notLooked,
  causes: {
    'last-in-use': [
      {
        cause: 'webhook.limit-approaching',
        severity: 'P2',
        says: 'The last standby webhook is in use',
      },
    ],
  },
});

export const rowsForwarded = countQuestion({
  id: 'rows-forwarded',
  question: 'Does our own relay send on what it took?',
  surface: 'relay',
  notLooked,
  causes: {
    'not-looking': [{ cause: 'own.unhealthy', severity: 'P2', says: 'Our own relay does not send' }],
    ageing: [{ cause: 'own.unhealthy', severity: 'P2', says: 'Rows are stuck in our own relay' }],
  },
});

export const nothingSetAside = countQuestion({
  id: 'nothing-set-aside',
  question: 'Are rows set aside only when it is their own fault?',
  surface: 'dead-letters',
  notLooked,
  causes: {
    growing: [{ cause: 'own.unhealthy', severity: 'P3', says: 'Our own relay sets rows aside' }],
  },
});
