import type { Clock } from '../clock.ts';
import type { Config } from '../config/schema.ts';
import type { SecretReader } from '../config/secret-reference.ts';
import type { RendererFor } from '../notify/publisher.ts';
import { createRenderer } from '../notify/render.ts';
import { createLinks } from './links.ts';

export interface LinkedRendererDependencies {
  readonly secrets: SecretReader;
  readonly clock: Pick<Clock, 'now'>;
}

/**
 * Makes the renderer for messages about these incidents, with signed links where `respond` says where they lead and by
 * which key. Rejects when the key cannot be read or used; whoever sends then writes messages without links.
 */
export const createLinkedRenderer = (
  config: Config,
  { secrets, clock }: LinkedRendererDependencies,
): RendererFor => {
  const plain = createRenderer(config);
  const { publicUrl, linkSecret, linkHours: hours } = config.respond;
  return async (incidents) => {
    if (publicUrl === undefined || linkSecret === undefined || incidents.length === 0) return plain;
    const links = createLinks({ key: await secrets.read(linkSecret), publicUrl, hours, clock });
    return createRenderer(config, await links.prepare(incidents));
  };
};
