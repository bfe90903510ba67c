import type { Config } from '../../config/schema.ts';
import {
  type ChannelDependencies,
  callsTo,
  delivered,
  type Failed,
  isFailed,
  readAllValid,
  readSecret,
  refused,
} from './exchange.ts';
import { keyOf } from './order.ts';
import type { Bulletin, Channel, ChannelCheck } from './port.ts';
import { keyBytes, signWebhook } from './standard-webhooks.ts';
import { isoOf, lineOf, linesOf } from './words.ts';

type WebhookConfig = Config['notify']['webhooks'][number];

/** Standard Webhooks asks for keys of 24 to 64 bytes. */
const SHORTEST_KEY = 24;

/** Names no host: the address itself is a secret. */
const PROVIDER = 'The webhook';

/** An id that is safe in a header and in what is signed: no full stop, no space. */
const safeId = (id: string): string => id.replace(/[^A-Za-z0-9_:-]/g, '-').slice(0, 250);

const shortened = (bulletin: Bulletin) => ({
  id: bulletin.id.slice(0, 300),
  installation: lineOf(bulletin.installation, 100),
  incident: {
    id: bulletin.incidentId.slice(0, 100),
    cause: bulletin.cause,
    subject: lineOf(bulletin.subject, 300),
    feed: bulletin.feed === null ? null : lineOf(bulletin.feed, 100),
    status: bulletin.status,
    severity: bulletin.severity,
    peak_severity: bulletin.peakSeverity,
    title: lineOf(bulletin.title, 300),
    summary: lineOf(bulletin.summary, 2_000),
    impact: lineOf(bulletin.impact, 1_000),
    affected: linesOf(bulletin.affected, 20, 200),
    acknowledged_by: bulletin.acknowledgedBy === null ? null : lineOf(bulletin.acknowledgedBy, 200),
    assignee: bulletin.assignee === null ? null : lineOf(bulletin.assignee, 200),
    done: linesOf(bulletin.done, 20, 500),
    changes: linesOf(bulletin.changes ?? [], 20, 500),
    steps: bulletin.steps.slice(0, 20).map((step) => ({
      do: lineOf(step.do, 500),
      where: step.where === undefined ? null : lineOf(step.where, 300),
    })),
    also_about: linesOf(bulletin.alsoAbout, 50, 300),
    detected_at: isoOf(bulletin.detectedAt),
    opened_at: isoOf(bulletin.openedAt),
    resolved_at: bulletin.resolvedAt === null ? null : isoOf(bulletin.resolvedAt),
    respond_by: isoOf(bulletin.respondBy),
    next_update_at: isoOf(bulletin.nextUpdateAt),
    url: bulletin.url?.slice(0, 2_000) ?? null,
  },
  transition: bulletin.transition,
  urgency: bulletin.urgency,
  update:
    bulletin.update === null
      ? null
      : {
          text: lineOf(bulletin.update.text, 2_000),
          by: lineOf(bulletin.update.by, 200),
          audience: bulletin.update.audience,
        },
});

/** The body: the same, byte for byte, each time that the same message is sent. */
export const webhookPayload = (bulletin: Bulletin): string =>
  JSON.stringify({
    type: `incident.${bulletin.transition.replaceAll('-', '_')}`,
    timestamp: isoOf(bulletin.at),
    data: shortened(bulletin),
  });

/**
 * A signed webhook of the operator's own, by Standard Webhooks. The address is a secret and is in no outcome. Receivers
 * deduplicate on `webhook-id`, which is the same for every repetition.
 *
 * 2xx is delivered; 410 says that nothing is wanted any more; 408, 425, 429 and 5xx are tried again; the rest never.
 */
export const createSignedWebhook = (config: WebhookConfig, deps: ChannelDependencies): Channel => {
  const { secrets, clock } = deps;

  const readAll = async (): Promise<
    { readonly kind: 'ready'; readonly url: string; readonly keys: readonly string[] } | Failed
  > => {
    const url = await readSecret(secrets, config.url);
    if (isFailed(url)) return url;
    const parsed = URL.parse(url.value);
    if (!parsed || !/^https?:$/.test(parsed.protocol))
      return refused(
        `The secret ${config.url} holds no http or https URL. Put the URL of the endpoint there.`,
      );
    const keys: string[] = [];
    for (const reference of config.signingSecrets) {
      // During a rotation the key before signs as well: the receiver goes by either.
      const valid = await readAllValid(secrets, reference);
      if (isFailed(valid)) return valid;
      if (valid.values.some((key) => !keyBytes(key)))
        return refused(
          `The secret ${reference} holds no key of Standard Webhooks. Put "whsec_" and base64 of 24 to 64 random bytes there.`,
        );
      keys.push(...valid.values);
    }
    return { kind: 'ready', url: url.value, keys };
  };

  return {
    id: config.id,
    kind: 'webhook',

    deliver: async (bulletin, memory) => {
      const said = `said:${keyOf(bulletin)}`;
      const before = (await memory.load(bulletin.incidentId))[said];
      if (before !== undefined) return delivered(before);
      const ready = await readAll();
      if (isFailed(ready)) return ready;

      const id = safeId(bulletin.id);
      const payload = webhookPayload(bulletin);
      const timestamp = Math.floor(clock.now() / 1_000);
      const signature = await signWebhook({ id, timestamp, payload, secrets: ready.keys });
      const answer = await callsTo(
        PROVIDER,
        deps,
      )({
        method: 'POST',
        url: ready.url,
        headers: {
          'content-type': 'application/json; charset=utf-8',
          'webhook-id': id,
          'webhook-timestamp': String(timestamp),
          'webhook-signature': signature ?? '',
        },
        body: payload,
        maxBodyBytes: 1_024,
      });
      if (isFailed(answer)) return answer;
      const { status } = answer;
      if (status === 410)
        return {
          ...refused(
            `${PROVIDER} answered 410: it wants no messages any more. Take it out of notify.webhooks.`,
          ),
          disabled: true,
        };
      if (status < 200 || status > 299)
        return refused(`${PROVIDER} answered ${status}: look at what the endpoint logs, and at its keys`);
      const receipt = `${status} ${id}`;
      await memory.save(bulletin.incidentId, { [said]: receipt });
      return delivered(receipt);
    },

    check: async (): Promise<ChannelCheck> => {
      const ready = await readAll();
      if (isFailed(ready))
        return { result: ready.kind === 'later' ? 'unknown' : 'not-ready', found: ready.why, fix: ready.why };
      const short = ready.keys.some((key) => (keyBytes(key)?.length ?? 0) < SHORTEST_KEY);
      if (short)
        return {
          result: 'not-ready',
          found: 'A signing key is shorter than 24 bytes.',
          fix: 'Make a key of 24 to 64 random bytes, in base64, with "whsec_" before it.',
        };
      const answer = await callsTo(PROVIDER, deps)({ method: 'HEAD', url: ready.url });
      if (isFailed(answer))
        return {
          result: answer.kind === 'later' ? 'unknown' : 'not-ready',
          found: answer.why,
          fix: 'Look at the URL in the secret, and whether the endpoint is up.',
        };
      if (answer.status === 410)
        return {
          result: 'not-ready',
          found: 'The endpoint answered 410: it wants no messages any more.',
          fix: 'Take it out of notify.webhooks, or open it again.',
        };
      return {
        result: 'unknown',
        found: `The endpoint can be reached (it answered ${answer.status} to HEAD). Whether it takes the signature shows only with a message.`,
        fix: 'Send a test with `claywatch notify test`.',
      };
    },
  };
};
