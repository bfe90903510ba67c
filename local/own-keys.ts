import type { Grant } from '../functions/manifest.ts';
import type { Config } from '../shared/config/schema.ts';
import { keepKey } from './key-file.ts';
import type { StateDirectory } from './state-directory.ts';

/** A secret that the configuration leaves to whoever runs it, and what it is read as. */
export interface OwnKey {
  readonly variable: string;
  readonly file: string;
  readonly value: string;
  /** Functions that may do this are given it, and no others. */
  readonly grant: Grant;
}

export type OwnKeys = Readonly<Record<'rows' | 'link' | 'respond' | 'session', OwnKey | null>>;

export const ROWS_KEY_VARIABLE = 'CLAYWATCH_ROWS_KEY';
const LINK_KEY_VARIABLE = 'CLAYWATCH_LINK_KEY';
const RESPOND_KEY_VARIABLE = 'CLAYWATCH_RESPOND_KEY';
const SESSION_KEY_VARIABLE = 'CLAYWATCH_SESSION_KEY';

const REMEDIES = {
  rows: 'Put the key back that was there; without it, start with --fresh, which forgets the rows that wait.',
  link: 'Put the key back that was there, or delete the file: links in earlier messages then work no more.',
  respond:
    'Put the key back that was there, or delete the file: whoever has the old key must then read the new one.',
  session: 'Put the key back that was there, or delete the file: everybody then signs in again.',
} as const;

type Keyed = Pick<Config, 'relay' | 'respond' | 'console'>;

/**
 * Keeps in the state directory what the configuration names no secret for: the key that seals rows, the one that signs
 * links in messages, the one by which people and programs act on incidents, and the one that signs sessions of the
 * console. Rejects with `local.state-unusable`.
 */
export const keepOwnKeys = async (
  { relay, respond, console }: Keyed,
  state: Pick<StateDirectory, 'rowsKey' | 'linkKey' | 'respondKey' | 'sessionKey'>,
): Promise<OwnKeys> => {
  const keep = async (file: string, remedy: string, variable: string, grant: Grant): Promise<OwnKey> => ({
    variable,
    file,
    grant,
    value: await keepKey(file, remedy),
  });
  return {
    rows:
      relay.rowsKey === undefined
        ? await keep(state.rowsKey, REMEDIES.rows, ROWS_KEY_VARIABLE, 'rows-key')
        : null,
    link:
      respond.linkSecret === undefined
        ? await keep(state.linkKey, REMEDIES.link, LINK_KEY_VARIABLE, 'link-secret')
        : null,
    respond:
      respond.secret === undefined
        ? await keep(state.respondKey, REMEDIES.respond, RESPOND_KEY_VARIABLE, 'respond-secrets')
        : null,
    session:
      console.sessionSecret === undefined
        ? await keep(state.sessionKey, REMEDIES.session, SESSION_KEY_VARIABLE, 'session-secret')
        : null,
  };
};

/** The configuration that functions get: messages link to this machine, by keys of its own, unless it says otherwise. */
export const withOwnEndpoint = (config: Config, url: string): Config => {
  const { respond, console } = config;
  return {
    ...config,
    respond: {
      ...respond,
      publicUrl: respond.publicUrl ?? url,
      linkSecret: respond.linkSecret ?? `env:${LINK_KEY_VARIABLE}`,
      secret: respond.secret ?? `env:${RESPOND_KEY_VARIABLE}`,
    },
    console: { ...console, sessionSecret: console.sessionSecret ?? `env:${SESSION_KEY_VARIABLE}` },
  };
};
