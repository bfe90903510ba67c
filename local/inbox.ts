import { access, mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../shared/clock.ts';
import type { Subscription } from '../shared/notify/filter-policy.ts';
import type { Mailbox } from './mailboxes.ts';
import type { LocalMessaging } from './messaging.ts';

/** One e-mail or text message as its recipient would have got it. */
export interface InboxMessage {
  /** SNS's own message id: the same for every recipient of one publication. */
  readonly id: string;
  readonly at: number;
  readonly protocol: Subscription['protocol'];
  readonly to: string;
  /** Who was paged by name; left out when everybody was told who hears of such incidents. */
  readonly person?: string;
  /** Of an e-mail. */
  readonly subject: string;
  readonly text: string;
  readonly attributes: Readonly<Record<string, string>>;
  /** Where it is kept. */
  readonly file: string;
}

export interface Inbox {
  /** Every message since the start, oldest first; at most the last 500. */
  messages(): readonly InboxMessage[];
  /** Resolves once everything published so far is in the inbox, or after five seconds of trying. */
  settle(): Promise<void>;
  stop(): Promise<void>;
}

export interface InboxOptions {
  readonly messaging: Pick<LocalMessaging, 'queues' | 'mailboxes'>;
  /** Directory of the files. */
  readonly dir: string;
  readonly onMessage: (message: InboxMessage) => void;
  /** A message that could not be taken; it is tried again. */
  readonly onError: (error: unknown) => void;
  readonly clock: Clock;
}

/** Files and messages kept; older ones are deleted. */
const KEPT = 500;
const RETRY_AFTER_MS = 1_000;
const SETTLE_WITHIN_MS = 5_000;
const SETTLE_POLL_MS = 10;

interface Envelope {
  readonly MessageId: string;
  readonly Timestamp: string;
  readonly Message: string;
  readonly Subject?: string;
  readonly MessageAttributes?: Readonly<Record<string, { readonly Value: string }>>;
}

const parseObject = (text: string): Readonly<Record<string, unknown>> | undefined => {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
};

/**
 * What SNS would have sent by this protocol. The emulator does not know `MessageStructure: json` and passes on the
 * whole document, with an entry per protocol; choosing the entry, or `default` without one, is SNS's part and is done
 * here. A message without structure is the text itself.
 */
export const textFor = (protocol: Subscription['protocol'], message: string): string => {
  const structured = parseObject(message);
  const entry = structured?.[protocol] ?? structured?.default;
  return typeof entry === 'string' ? entry : message;
};

const fileName = (message: Omit<InboxMessage, 'file'>): string => {
  const stamp = `${new Date(message.at).toISOString().slice(0, 19).replaceAll(':', '-')}Z`;
  const { severity, transition, kind } = message.attributes;
  const what = transition === undefined || transition === 'none' ? kind : transition;
  const to = message.person === undefined ? [message.to] : [message.person, message.to];
  const words = [stamp, message.protocol, severity, what, ...to, message.id.slice(0, 8)];
  return `${words
    .filter(Boolean)
    .join('_')
    .replaceAll(/[^A-Za-z0-9@+._-]/g, '-')
    .slice(0, 200)}.txt`;
};

const fileText = ({ protocol, to, person, subject, text }: InboxMessage): string =>
  [
    `To: ${to}`,
    ...(person === undefined ? [] : [`Paged by name: ${person}`]),
    ...(protocol === 'email' ? [`Subject: ${subject}`] : []),
    '',
    text,
    '',
  ].join('\n');

const received = (body: string, recipient: Mailbox['recipient'], dir: string): InboxMessage | undefined => {
  const envelope = parseObject(body) as Envelope | undefined;
  if (typeof envelope?.Message !== 'string') return undefined;
  const attributes = Object.fromEntries(
    Object.entries(envelope.MessageAttributes ?? {}).map(([name, { Value }]) => [name, Value]),
  );
  const { person } = attributes;
  const message = {
    id: envelope.MessageId,
    at: Date.parse(envelope.Timestamp),
    protocol: recipient.protocol,
    to: recipient.endpoint,
    ...(person === undefined ? {} : { person }),
    subject: envelope.Subject ?? '',
    text: textFor(recipient.protocol, envelope.Message),
    attributes,
  };
  return { ...message, file: join(dir, fileName(message)) };
};

/** A file is there whole or not at all, so that whoever follows the directory never reads half a message. */
const keep = async (message: InboxMessage): Promise<void> => {
  const partial = `${message.file}.part`;
  await writeFile(partial, fileText(message), { mode: 0o600 });
  await rename(partial, message.file);
};

const isThere = (file: string): Promise<boolean> =>
  access(file).then(
    () => true,
    () => false,
  );

const discardOldest = async (dir: string): Promise<void> => {
  // Names begin with the time, so the order of names is the order of messages.
  const names = (await readdir(dir)).filter((name) => name.endsWith('.txt')).sort();
  await Promise.all(names.slice(0, -KEPT).map((name) => rm(join(dir, name), { force: true })));
};

/**
 * Empties every recipient's queue into one directory, a file per message, for as long as the runtime runs. A message
 * leaves its queue only after its file is written.
 */
export const openInbox = async ({
  messaging,
  dir,
  onMessage,
  onError,
  clock,
}: InboxOptions): Promise<Inbox> => {
  await mkdir(dir, { recursive: true });
  const stopping = new AbortController();
  const kept: InboxMessage[] = [];

  const take = async (mailbox: Mailbox, body: string): Promise<void> => {
    const message = received(body, mailbox.recipient, dir);
    // One that is there was told of by a runtime that was killed before it could say so.
    if (!message || (await isThere(message.file))) return;
    await keep(message);
    kept.push(message);
    if (kept.length > KEPT) kept.shift();
    onMessage(message);
  };

  const empty = async (mailbox: Mailbox): Promise<void> => {
    const { queues } = messaging;
    for (const { body, receiptHandle } of await queues.receive(mailbox.queueUrl, stopping.signal)) {
      await take(mailbox, body);
      await queues.remove(mailbox.queueUrl, receiptHandle);
    }
    await discardOldest(dir);
  };

  const follow = async (mailbox: Mailbox): Promise<void> => {
    while (!stopping.signal.aborted) {
      await empty(mailbox).catch(async (error) => {
        if (stopping.signal.aborted) return;
        onError(error);
        await clock.sleep(RETRY_AFTER_MS);
      });
    }
  };

  const settle = async (): Promise<void> => {
    const until = clock.now() + SETTLE_WITHIN_MS;
    while (clock.now() < until) {
      const counts = await Promise.all(
        messaging.mailboxes.map(({ queueUrl }) => messaging.queues.count(queueUrl)),
      );
      if (counts.every((count) => count === 0)) return;
      await clock.sleep(SETTLE_POLL_MS);
    }
  };

  const following = messaging.mailboxes.map(follow);
  return {
    messages: () => [...kept],
    settle,
    stop: async () => {
      stopping.abort();
      await Promise.all(following);
    },
  };
};
