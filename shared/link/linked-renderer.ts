import type { Clock } from '../clock.ts';
import type { Config } from '../config/schema.ts';
import type { SecretReader } from '../config/secret-reference.ts';
import type { Incident } from '../incident/incident.ts';
import { createRenderer } from '../notify/render.ts';
import { createLinks } from './links.ts';

export interface LinkedRendererDependencies {
  readonly secrets: SecretReader;
  readonly clock: Pick<Clock, 'now'>;
  /** Told of a key that cannot be read or used; never thrown on. */
  readonly onFault: (error: unknown) => void;
}

/**
 * Makes the renderer for messages about these incidents, with signed links where `respond` says where they lead and by
 * which key. Without the key messages go out without them: no link is worth a page that is not sent. Never rejects.
 */
export const createLinkedRenderer = (
  config: Config,
  { secrets, clock, onFault }: LinkedRendererDependencies,
) => {
  const plain = createRenderer(config);
  const { publicUrl, linkSecret, linkHours: hours } = config.respond;
  return async (incidents: readonly Incident[]): Promise<typeof plain> => {
    if (publicUrl === undefined || linkSecret === undefined || incidents.length === 0) return plain;
    try {
      const links = createLinks({ key: await secrets.read(linkSecret), publicUrl, hours, clock });
      return createRenderer(config, await links.prepare(incidents));
    } catch (error) {
      onFault(error);
      return plain;
    }
  };
};
