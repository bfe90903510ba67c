import { type Schema, Validator } from '@cfworker/json-schema';

/*
 * Events of PagerDuty's Events API v2. Shapes and requirements: the OpenAPI document that PagerDuty publishes
 * (github.com/PagerDuty/api-schema, reference/events-v2/openapiv3.json) and, for change events and all lengths, its
 * documentation (github.com/PagerDuty/developer-docs, docs/events-API-v2: "Send an Alert Event", "Send a Change
 * Event", "Overview"). Stricter in three things: no member that they do not name, a `dedup_key` with every event, and
 * nothing empty.
 */

const url: Schema = { type: 'string', format: 'uri', pattern: '^https?://' };
const text = (maxLength: number): Schema => ({ type: 'string', minLength: 1, maxLength });

/** An integration key: 32 characters. */
const routingKey: Schema = { type: 'string', pattern: '^[A-Za-z0-9]{32}$' };
const dedupKey = text(255);
const summary = text(1_024);
const source = text(1_024);
const timestamp: Schema = { type: 'string', format: 'date-time' };
const details: Schema = { type: 'object' };

const links: Schema = {
  type: 'array',
  items: {
    type: 'object',
    required: ['href'],
    additionalProperties: false,
    properties: { href: url, text: { type: 'string' } },
  },
};

const object = (required: readonly string[], properties: Readonly<Record<string, Schema>>): Schema => ({
  type: 'object',
  required: [...required],
  properties: { ...properties },
  additionalProperties: false,
});

const common = { routing_key: routingKey, dedup_key: dedupKey };

const trigger = object(['routing_key', 'event_action', 'dedup_key', 'payload'], {
  ...common,
  event_action: { const: 'trigger' },
  client: { type: 'string' },
  client_url: url,
  links,
  payload: object(['summary', 'severity', 'source'], {
    ...{ summary, source, timestamp },
    severity: { enum: ['critical', 'error', 'warning', 'info'] },
    component: { type: 'string' },
    group: { type: 'string' },
    class: { type: 'string' },
    custom_details: details,
  }),
});

const followUp = object(['routing_key', 'event_action', 'dedup_key'], {
  ...common,
  event_action: { enum: ['acknowledge', 'resolve'] },
});

const change = object(['routing_key', 'payload'], {
  routing_key: routingKey,
  links,
  payload: object(['summary'], { summary, source, timestamp, custom_details: details }),
});

const faultsBy = (schema: Schema) => {
  const validator = new Validator(schema, '2020-12', false);
  return (event: unknown): readonly string[] =>
    validator
      .validate(event)
      .errors.filter(({ keyword }) => keyword !== 'properties' && keyword !== 'items')
      .map(({ instanceLocation, error }) => `${instanceLocation}: ${error}`);
};

const faultsOfTrigger = faultsBy(trigger);
const faultsOfFollowUp = faultsBy(followUp);

/** What PagerDuty would not take in an event of `/v2/enqueue`. */
export const alertFaults = (event: Readonly<Record<string, unknown>>): readonly string[] =>
  event.event_action === 'trigger' ? faultsOfTrigger(event) : faultsOfFollowUp(event);

/** What PagerDuty would not take in an event of `/v2/change/enqueue`. */
export const changeFaults = faultsBy(change);
