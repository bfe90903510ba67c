import { nearest } from '../shared/config/problem.ts';
import { shownKey } from '../shared/config/redact.ts';
import type { Config, WebhookConfig } from '../shared/config/schema.ts';
import { ClaywatchError } from '../shared/errors.ts';
import { membersOf, rotatableSecrets } from '../shared/rotate/kinds.ts';

const LISTED = 10;

const hint = (typed: string, names: readonly string[]): string => {
  if (names.length === 0) return '';
  const meant = names.length === 1 ? names[0] : nearest(typed, names);
  if (meant !== undefined) return ` Did you mean ${meant}?`;
  const more = names.length - LISTED;
  return ` Known: ${names.slice(0, LISTED).join(', ')}${more > 0 ? ` and ${more} more` : ''}.`;
};

const unknown = (what: string, typed: string, names: readonly string[]): ClaywatchError =>
  new ClaywatchError(
    'usage.invalid',
    `There is no ${what} ${shownKey(typed)}.${hint(typed, names)}`,
    names.length === 0
      ? 'The configuration names none; docs/configuration.md says how to add one.'
      : 'Names are those of the configuration; --config FILE uses another one.',
  );

/** A feed by its name as it was typed. Throws `usage.invalid`. */
export const feedNamed = (config: Config, typed: string): string => {
  if (Object.hasOwn(config.feeds, typed)) return typed;
  throw unknown('feed', typed, Object.keys(config.feeds));
};

export interface NamedWebhook {
  readonly feed: string;
  readonly webhook: WebhookConfig;
}

/** A webhook by `FEED/WEBHOOK` as it was typed. Throws `usage.invalid`. */
export const webhookNamed = (config: Config, typed: string): NamedWebhook => {
  const all = Object.entries(config.feeds).flatMap(([feed, { webhooks }]) =>
    webhooks.map((webhook) => ({ name: `${feed}/${webhook.id}`, feed, webhook })),
  );
  const found = all.find(({ name }) => name === typed);
  if (found) return { feed: found.feed, webhook: found.webhook };
  const alone = all.filter(({ webhook }) => webhook.id === typed).map(({ name }) => name);
  throw unknown('webhook', typed, alone.length > 0 ? alone : all.map(({ name }) => name));
};

/** A chat channel by its id as it was typed. Throws `usage.invalid`. */
export const channelNamed = ({ notify }: Pick<Config, 'notify'>, typed: string): string => {
  const ids = [...notify.slack, ...notify.pagerduty, ...notify.webhooks].map(({ id }) => id);
  if (ids.includes(typed)) return typed;
  throw unknown('channel', typed, ids);
};

/** A secret that can be rotated, by its name as it was typed. Throws `usage.invalid`. */
export const rotatableSecretNamed = (config: Config, typed: string): string => {
  const name = typed.replace(/^secretsmanager:/, '').replace(/#.*$/, '');
  const names = rotatableSecrets(config);
  if (names.includes(name)) return name;
  if (membersOf(config, name).length > 0)
    throw new ClaywatchError(
      'rotation.refused',
      `The secret ${name} is never rotated: rows that wait are sealed with it.`,
      'A new one would lock them out; docs/rotation.md says which secrets rotate.',
    );
  throw unknown('secret that can be rotated,', name, names);
};
