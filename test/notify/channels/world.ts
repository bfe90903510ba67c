import type { SecretReader } from '../../../shared/config/secret-reference.ts';
import { ClaywatchError } from '../../../shared/errors.ts';
import { createNodeClient } from '../../../shared/http/node-client.ts';
import type { ChannelDependencies } from '../../../shared/notify/channels/exchange.ts';
import type { Bulletin, Channel, ChannelMemory } from '../../../shared/notify/channels/port.ts';
import { createMemoryChannelMemory } from '../../support/memory-channel-memory.ts';
import type { Provider } from '../../support/provider-server.ts';
import { THREE_AM } from './bulletins.ts';

/** Obviously fake, and of the shapes that real ones have. */
export const SECRETS = {
  SLACK_TOKEN: 'xoxb-000000000000-not-a-real-token-fake0fake0',
  SLACK_SIGNING: '00000000000000000000000000fake00',
  PAGERDUTY_KEY: '0fake0fake0fake0fake0fake0fake00',
  WEBHOOK_KEY: `whsec_${Buffer.from('fake-key-fake-key-fake-key').toString('base64')}`,
  WEBHOOK_OLD_KEY: `whsec_${Buffer.from('old-fake-key-old-fake-key-').toString('base64')}`,
  STATUSPAGE_TOKEN: '00000000-fake-fake-fake-000000000000',
  ROOTLY_TOKEN: 'rootly_0000fake0000fake0000fake0000fake',
} as const;

export interface World {
  readonly deps: ChannelDependencies;
  readonly memory: ChannelMemory;
  /** Values by name; what is deleted is not found, null is a store that does not answer. */
  readonly values: Map<string, string | null>;
  advance(ms: number): void;
}

/** Real HTTP to a provider that stands still; virtual time. */
export const worldFor = (server: Pick<Provider, 'isSilent'>): World => {
  let now = THREE_AM;
  const clock = { now: () => now };
  const client = createNodeClient({ version: '0.0.0-test' });
  const values = new Map<string, string | null>(Object.entries(SECRETS));
  const secrets: SecretReader = {
    read: async (reference) => {
      const value = values.get(reference.replace('env:', ''));
      if (value === null)
        throw new ClaywatchError('secret.unavailable', `${reference} could not be read.`, 'Wait.');
      if (value === undefined)
        throw new ClaywatchError('secret.not-found', `${reference} does not exist.`, 'Set it.');
      return value;
    },
  };
  return {
    deps: {
      clock,
      secrets,
      // Nobody waits seconds for an answer that never comes.
      http: (request, signal) =>
        client(
          { ...request, timeoutMs: server.isSilent ? 150 : Math.max(request.timeoutMs, 20_000) },
          signal,
        ),
    },
    memory: createMemoryChannelMemory({ clock }),
    values,
    advance: (ms) => {
      now += ms;
    },
  };
};

/** A memory whose `n`th call fails, once: the process dies there. Counted from 1. */
export const dyingAt = (memory: ChannelMemory, n: number): ChannelMemory & { readonly calls: number } => {
  let calls = 0;
  const counted = async <T>(call: () => Promise<T>): Promise<T> => {
    calls += 1;
    if (calls === n) throw new Error('the process died');
    return call();
  };
  return {
    load: (id) => counted(() => memory.load(id)),
    save: (id, values) => counted(() => memory.save(id, values)),
    claim: (id, holder, forMs) => counted(() => memory.claim(id, holder, forMs)),
    release: (id, holder) => counted(() => memory.release(id, holder)),
    get calls() {
      return calls;
    },
  };
};

/** What the contract of channels needs to know about one of them. */
export interface UnderTest<S extends Provider = Provider> extends World, AsyncDisposable {
  readonly channel: Channel;
  readonly server: S;
  /** The name of the secret that admits it. */
  readonly secret: string;
  /** A message that this channel tells of; each `version` is another one, and none is more urgent than another. */
  news(version: number, over?: Partial<Bulletin>): Bulletin;
  /** How often people or programs were told, what the provider deduplicates aside. */
  told(): number;
}
