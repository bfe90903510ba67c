import type { EndpointConfig } from '../../config/schema.ts';
import type { ProbeContext } from './context.ts';
import { endpointProbe } from './endpoint.ts';

/**
 * Our own callback endpoint, from outside. By default anything but 404, 410 and 5xx is good: an endpoint that refuses
 * an unsigned GET is there and works.
 */
export const callbackProbe = (feed: string, endpoint: EndpointConfig, context: ProbeContext) =>
  endpointProbe(
    {
      id: `callback:${feed}`,
      subject: feed,
      title: `Callback of ${feed}`,
      where: `feeds.${feed}.callback`,
      kind: {
        surface: 'callback',
        good: 'up',
        statusCondition: 'status < 500 && status != 404 && status != 410',
        named: { 404: 'not-found', 410: 'not-found' },
      },
      endpoint,
    },
    context,
  );
