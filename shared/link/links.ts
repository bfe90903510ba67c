import type { Clock } from '../clock.ts';
import { ClaywatchError } from '../errors.ts';
import { type Incident, isOpen } from '../incident/incident.ts';
import type { LinksOf, MessageLinks } from '../notify/links.ts';
import { type LinkKey, type LinkPurpose, signLink } from './token.ts';

export interface LinksOptions {
  /** What `respond.linkSecret` names. */
  readonly key: string;
  /** `respond.publicUrl`. */
  readonly publicUrl: string;
  /** How long a link works, from when it is made. */
  readonly hours: number;
  readonly clock: Pick<Clock, 'now'>;
}

const HOUR_S = 3_600;
const SHORTEST_KEY = 32;

/** The key by which links are signed. Throws `link-key.invalid` for one that could be guessed. */
export const linkKey = (secret: string): LinkKey => {
  if (secret.trim().length >= SHORTEST_KEY) return secret.trim();
  throw new ClaywatchError(
    'link-key.invalid',
    `The key that signs links is shorter than ${SHORTEST_KEY} characters.`,
    'Make one with `openssl rand -base64 32`, and put it where `respond.linkSecret` says.',
  );
};

/**
 * Makes the links of messages. Signing is asynchronous and writing a message is not: `prepare` signs for the incidents
 * that messages may be about and gives what the renderer takes. Throws `link-key.invalid`.
 */
export const createLinks = ({ key, publicUrl, hours, clock }: LinksOptions) => {
  const signer = linkKey(key);
  const base = publicUrl.replace(/\/+$/, '');
  const link = async (incidentId: string, purpose: LinkPurpose): Promise<string> => {
    const expiresAt = Math.ceil(clock.now() / 1_000 + hours * HOUR_S);
    return `${base}/i/${await signLink(signer, { incidentId, purpose, expiresAt })}`;
  };
  /** Opens a page that shows the incident and can do nothing. */
  const view = ({ id }: Pick<Incident, 'id'>) => link(id, 'view');
  /** Opens a page whose one button acknowledges. */
  const acknowledge = ({ id }: Pick<Incident, 'id'>) => link(id, 'acknowledge');

  const both = async (incident: Incident): Promise<readonly [string, MessageLinks]> => [
    incident.id,
    {
      view: await view(incident),
      ...(isOpen(incident) && { acknowledge: await acknowledge(incident) }),
    },
  ];

  return {
    view,
    acknowledge,
    /** Null of an incident that was not among them. */
    prepare: async (incidents: readonly Incident[]): Promise<LinksOf> => {
      const made = new Map(await Promise.all(incidents.map(both)));
      return ({ id }) => made.get(id) ?? null;
    },
  };
};

export type Links = ReturnType<typeof createLinks>;
