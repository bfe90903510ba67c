import type { Config } from '../../config/schema.ts';
import { readAnother } from '../../config/secret-reference.ts';
import {
  type Answer,
  type ChannelDependencies,
  callsTo,
  delivered,
  endpoint,
  type Failed,
  isFailed,
  readSecret,
  refused,
  theirWords,
} from './exchange.ts';
import { isOvertaken, keyOf, orderOf } from './order.ts';
import { alertEvent, changeEvent, dedupKey } from './pagerduty-events.ts';
import { planAlert, readAlert, writeAlert } from './pagerduty-plan.ts';
import type { Bulletin, Channel, ChannelMemory, ChannelOutcome } from './port.ts';
import { lineOf, TRANSITION_WORDS } from './words.ts';

type PagerDutyConfig = Config['notify']['pagerduty'][number];
type Known = Readonly<Record<string, string>>;
type Send = (path: string, event: object) => Promise<'accepted' | Failed>;

const BAD_KEY =
  'Put the integration key of an "Events API v2" integration (32 characters) into the secret that notify.pagerduty names.';

/** Not a notice of what nobody has: the page for that may come after it, and must call somebody then. */
const saysHowItStands = ({ status, current = status, urgency }: Bulletin): boolean =>
  urgency === 'page' || current !== 'triggered';

/** Long enough to tell one line from another, and short enough to remember. */
const TOLD = 300;

/** What Claywatch changed since the last message: lines after the one that was told last. */
const newChanges = ({ changes = [] }: Bulletin, known: Known): readonly string[] =>
  changes.slice(changes.findLastIndex((line) => lineOf(line, TOLD) === known.told) + 1);

const changeSummary = (bulletin: Bulletin, changes: readonly string[]): string => {
  const last = changes.at(-1);
  if (last !== undefined) return changes.length === 1 ? last : `${last} (and ${changes.length - 1} more)`;
  const { update } = bulletin;
  const said = update === null ? bulletin.title : `${update.text} (${update.by})`;
  return `${TRANSITION_WORDS[bulletin.transition]}: ${said}`;
};

/**
 * A PagerDuty service, by the Events API v2. An alert per incident: triggered, acknowledged and resolved as the
 * incident is. What changes nothing for it (an update, a mitigation, what Claywatch did) is a change event, which is
 * shown beside the alert and wakes nobody.
 *
 * Repeating an event does no harm: the key of the alert deduplicates it. 400 is never tried again.
 */
export const createPagerDuty = (config: PagerDutyConfig, deps: ChannelDependencies): Channel => {
  const senderFor = (routingKey: string): Send => {
    const call = callsTo('PagerDuty', deps);
    const post = (path: string, event: object) =>
      call({
        method: 'POST',
        url: endpoint(config.eventsUrl, path),
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(event),
      });
    return async (path, event) => {
      let answer = await post(path, event);
      if (!isFailed(answer) && answer.status >= 400) {
        // The key may have been rotated meanwhile: PagerDuty says 400 to a wrong one.
        const other = await readAnother(deps.secrets, config.routingKey, routingKey);
        if (other !== null) answer = await post(path, { ...event, routing_key: other });
      }
      if (isFailed(answer)) return answer;
      return answer.status >= 200 && answer.status < 300 ? 'accepted' : refusal(answer, routingKey);
    };
  };

  const refusal = ({ status, body }: Answer, routingKey: string): Failed =>
    refused(
      `PagerDuty answered ${status}${body === '' ? '' : `: ${theirWords(body, [routingKey])}`}. ${BAD_KEY}`,
    );

  const sendAlert = async (
    bulletin: Bulletin,
    { routingKey, known, memory, send }: Sending,
  ): Promise<Failed | { readonly sent: number }> => {
    const steps = planAlert(bulletin, readAlert(known.alert));
    for (const step of steps) {
      const outcome = await send('/v2/enqueue', alertEvent(bulletin, step, routingKey));
      if (outcome !== 'accepted') return outcome;
      await memory.save(bulletin.incidentId, {
        alert: writeAlert(step.after),
        order: String(orderOf(bulletin)),
      });
    }
    return { sent: steps.length };
  };

  const sendChange = async (
    bulletin: Bulletin,
    { routingKey, known, memory, send }: Sending,
    isAlone: boolean,
  ): Promise<Failed | null> => {
    const changes = newChanges(bulletin, known);
    if (!config.changeEvents || (changes.length === 0 && !isAlone)) return null;
    const event = changeEvent(bulletin, { summary: changeSummary(bulletin, changes), changes }, routingKey);
    const outcome = await send('/v2/change/enqueue', event);
    // Beside an alert it is an extra: what matters was taken, and what was done is told again with the next message.
    if (outcome !== 'accepted') return isAlone ? outcome : null;
    const last = changes.at(-1);
    if (last !== undefined) await memory.save(bulletin.incidentId, { told: lineOf(last, TOLD) });
    return null;
  };

  return {
    id: config.id,
    kind: 'pagerduty',

    deliver: async (bulletin, memory): Promise<ChannelOutcome> => {
      const known = await memory.load(bulletin.incidentId);
      const said = `said:${keyOf(bulletin)}`;
      const before = known[said];
      if (before !== undefined) return delivered(before);
      const receipt = dedupKey(bulletin, readAlert(known.alert).generation);
      if (isOvertaken(bulletin, known)) return delivered(`${receipt} (told by a later message)`);
      const key = await readSecret(deps.secrets, config.routingKey);
      if (isFailed(key)) return key;

      const sending: Sending = { routingKey: key.value, known, memory, send: senderFor(key.value) };
      const alert = await sendAlert(bulletin, sending);
      if (isFailed(alert)) return alert;
      const change = await sendChange(bulletin, sending, alert.sent === 0);
      if (change) return change;
      await memory.save(bulletin.incidentId, {
        [said]: receipt,
        ...(saysHowItStands(bulletin) && { order: String(orderOf(bulletin)) }),
      });
      return delivered(receipt);
    },

    // A resolution of an alert that is not open is checked, accepted and dropped.
    check: async () => {
      const key = await readSecret(deps.secrets, config.routingKey);
      if (isFailed(key))
        return { result: key.kind === 'later' ? 'unknown' : 'not-ready', found: key.why, fix: BAD_KEY };
      const outcome = await senderFor(key.value)('/v2/enqueue', {
        routing_key: key.value,
        event_action: 'resolve',
        dedup_key: 'claywatch-check',
      });
      if (outcome === 'accepted')
        return {
          result: 'ready',
          found: 'PagerDuty took an event with this key; it concerned no alert and told nobody.',
          fix: '',
        };
      return {
        result: outcome.kind === 'later' ? 'unknown' : 'not-ready',
        found: outcome.why,
        fix: outcome.kind === 'later' ? 'Try again in a minute.' : BAD_KEY,
      };
    },
  };
};

interface Sending {
  readonly routingKey: string;
  readonly known: Known;
  readonly memory: ChannelMemory;
  readonly send: Send;
}
