/**
 * How triage looks at webhooks. none: not at all, because every accepted POST is a real row (default). free: a POST
 * that Clay refuses before it makes a row. row: one real row to each.
 */
export const WEBHOOK_CHECKS = ['none', 'free', 'row'] as const;
export type WebhookCheck = (typeof WEBHOOK_CHECKS)[number];
