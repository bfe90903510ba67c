import type { Clock } from '../clock.ts';
import type { Config } from '../config/schema.ts';
import { memberOf, parseSecretReference, type SecretReader } from '../config/secret-reference.ts';
import type { HttpClient, HttpOutcome } from '../http/port.ts';
import { createChannels } from '../notify/channels/create-channels.ts';
import { createSlackApi } from '../notify/channels/slack-api.ts';
import { keyBytes } from '../notify/channels/standard-webhooks.ts';
import type { Observation } from '../observe/observation.ts';
import type { Probe } from '../observe/probe.ts';
import { createProbes } from '../observe/probes/index.ts';
import { webhookProbe } from '../observe/probes/webhook.ts';
import { kindOfKey } from './kinds.ts';

/** A new value of a secret, and the keys of the configuration that will read another value than before. */
export interface NewValue {
  readonly secret: string;
  readonly text: string;
  readonly keys: readonly string[];
}

/** `why` is safe to keep and to show. unknown: it could not be told now, and may be another time. */
export type Tested =
  | { readonly kind: 'passed' }
  | { readonly kind: 'refused'; readonly why: string }
  | { readonly kind: 'unknown'; readonly why: string };

/** Tries a new value where that costs nothing and changes nothing. */
export type CheckSecret = (value: NewValue) => Promise<Tested>;

export interface CheckDependencies {
  readonly config: Config;
  readonly http: HttpClient;
  readonly clock: Clock;
  /** For what else a look takes. */
  readonly secrets: SecretReader;
}

const PASSED: Tested = { kind: 'passed' };
const refused = (why: string): Tested => ({ kind: 'refused', why });
const unknown = (why: string): Tested => ({ kind: 'unknown', why });

/** Findings by which the other side says that it does not take the value, whenever it is asked. */
const REFUSALS: ReadonlySet<string> = new Set([
  'unauthorized',
  'forbidden',
  'gone',
  'limit-reached',
  'rejecting',
  'not-found',
]);
/** Of a webhook that is asked for nothing: it answers, whatever else it says of the empty request. */
const TAKES_NOTHING: ReadonlySet<string> = new Set(['rate-limited']);

const testedBy = ({ finding, outcome, summary }: Observation): Tested => {
  if (outcome === 'ok' || finding === 'slow' || TAKES_NOTHING.has(finding)) return PASSED;
  // Not run: the value cannot even be sent, or is no URL of a webhook.
  return REFUSALS.has(finding) || finding === 'not-run' ? refused(summary) : unknown(summary);
};

const lookWith = async (probe: Probe | null | undefined): Promise<Tested> => {
  const [seen] = (await probe?.run()) ?? [];
  return seen ? testedBy(seen) : PASSED;
};

/** Someone else's words for a refusal, of which only what the probe itself says is kept. */
const endpointTested = async (probe: Probe | undefined): Promise<Tested> => {
  const [seen] = (await probe?.run()) ?? [];
  if (!seen || seen.outcome === 'ok') return PASSED;
  const { status } = seen.facts;
  if (status === 401 || status === 403 || seen.finding === 'not-run') return refused(seen.summary);
  return unknown(seen.summary);
};

/** Whether there is somebody at all; whether they take the signature shows with the first message. */
const urlAnswered = (answer: HttpOutcome): Tested => {
  if (answer.kind === 'failure') return unknown(`The endpoint did not answer (${answer.failure}).`);
  const said = `The endpoint answered ${answer.status}.`;
  if (answer.status === 404 || answer.status === 410) return refused(said);
  return answer.status >= 500 ? unknown(said) : PASSED;
};

const indexIn = (key: string): number => Number(/\[(\d+)\]/.exec(key)?.[1] ?? -1);
const feedIn = (key: string): string => /^feeds\.([^.]+)\./.exec(key)?.[1] ?? '';

/** Reads the new value where the configuration names the secret, and everything else as ever. */
const withNewValue = ({ secret, text }: NewValue, secrets: SecretReader): SecretReader => ({
  read: async (reference) => {
    const parsed = parseSecretReference(reference);
    if (parsed.store !== 'secretsmanager' || parsed.name !== secret) return secrets.read(reference);
    return memberOf(parsed, text)?.trim() ?? '';
  },
});

/**
 * Tries a new value by the very looks that the watch and `doctor` take: `GET /me` for the API key, a POST that Clay
 * refuses before it makes a row for a webhook, `auth.test` for Slack, an event that concerns no alert for PagerDuty. What
 * no free look can tell passes, and is verified by what happens first with it. Values of our own making need no test.
 */
export const createCheck =
  ({ config, http, clock, secrets }: CheckDependencies): CheckSecret =>
  async (value) => {
    const reader = withNewValue(value, secrets);
    const deps = { http, clock, secrets: reader, confirm: true };
    const probes = createProbes(config, deps);
    const probeOf = (id: string) => probes.find((probe) => probe.id === id);
    const channelTested = async (id: string | undefined): Promise<Tested> => {
      const said = await createChannels(config, deps)
        .get(id ?? '')
        ?.check();
      if (!said || said.result === 'ready') return PASSED;
      return said.result === 'not-ready' ? refused(said.found) : unknown(said.found);
    };
    const slackTested = async (index: number): Promise<Tested> => {
      const channel = config.notify.slack[index];
      if (!channel) return PASSED;
      const token = await reader.read(channel.botToken);
      const answer = await createSlackApi({ ...channel, token }, deps).authTest();
      if (answer.kind === 'ok') return PASSED;
      return answer.outcome.kind === 'refused' ? refused(answer.outcome.why) : unknown(answer.outcome.why);
    };
    const urlTested = async (index: number): Promise<Tested> => {
      const channel = config.notify.webhooks[index];
      if (!channel) return PASSED;
      const url = URL.parse(await reader.read(channel.url));
      if (!url || !/^https?:$/.test(url.protocol)) return refused('It is no http or https URL.');
      const { timeoutMs } = config.observe;
      return urlAnswered(await http({ method: 'HEAD', url: url.href, timeoutMs, maxBodyBytes: 1_024 }));
    };
    const endpointOf = (key: string): Probe | undefined => {
      const [section = '', name = ''] = key.split('.');
      if (section === 'integration') return probeOf('integration');
      return section === 'probes' ? probeOf(`probe:${name}`) : probeOf(`callback:${feedIn(key)}`);
    };

    const testOf = async (key: string): Promise<Tested> => {
      const index = indexIn(key);
      switch (kindOfKey(key).name) {
        case 'clay-key':
          return lookWith(probeOf('clay.key'));
        case 'webhook': {
          const webhook = config.feeds[feedIn(key)]?.webhooks[index];
          if (!webhook) return PASSED;
          const context = { ...deps, policy: config.observe };
          return lookWith(webhookProbe(feedIn(key), { ...webhook, check: 'rejected-post' }, context));
        }
        case 'slack':
          return slackTested(index);
        case 'pagerduty':
          return channelTested(config.notify.pagerduty[index]?.id);
        case 'status-page':
          return channelTested(config.notify.statusPages[index]?.id);
        case 'channel-webhook':
          return urlTested(index);
        case 'signature': {
          const reference =
            config.notify.webhooks[index]?.signingSecrets[Number(/\[(\d+)\]$/.exec(key)?.[1])];
          const isKey = reference !== undefined && keyBytes(await reader.read(reference)) !== null;
          return isKey ? PASSED : refused('It is no key of Standard Webhooks ("whsec_" and base64).');
        }
        case 'endpoint':
          return endpointTested(endpointOf(key));
        default:
          return PASSED;
      }
    };

    const tests = await Promise.all(
      [...new Set(value.keys)].map(async (key) => ({ key, tested: await testOf(key) })),
    );
    const worst =
      tests.find(({ tested }) => tested.kind === 'refused') ??
      tests.find(({ tested }) => tested.kind === 'unknown');
    if (!worst || worst.tested.kind === 'passed') return PASSED;
    return { ...worst.tested, why: `${worst.key}: ${worst.tested.why}` };
  };
