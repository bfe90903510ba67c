import { isOk } from '../board.ts';
import { countQuestion } from './rows.ts';

/** Second runbook, "Webhook test returns nothing: webhook URL malformed". */
export const webhookUrlsRight = countQuestion({
  id: 'webhook-urls-right',
  question: 'Are the URLs of the webhooks whole?',
  surface: 'webhook-url',
  notLooked: 'no rows go through the relay',
  causes: {
    malformed: [
      { cause: 'webhook.gone', says: 'Rows cannot be sent, because the URL of the webhook is malformed' },
    ],
    'standby-malformed': [
      {
        cause: 'webhook.gone',
        severity: 'P3',
        says: 'A standby cannot take over, because its URL is malformed',
      },
    ],
  },
  // The right form does not outweigh what the webhook itself last answered.
  clears: (_cause, { subject }, board) =>
    board.of('webhook').every((signal) => signal.subject !== subject || isOk(signal)),
});
