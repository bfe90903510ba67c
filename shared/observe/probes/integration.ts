import type { EndpointConfig } from '../../config/schema.ts';
import type { ProbeContext } from './context.ts';
import { endpointProbe } from './endpoint.ts';

/** The health endpoint of the user's own integration. */
export const integrationProbe = (endpoint: EndpointConfig, context: ProbeContext) =>
  endpointProbe(
    {
      id: 'integration',
      subject: 'integration',
      title: 'Integration health',
      where: 'integration',
      kind: {
        surface: 'integration',
        good: 'healthy',
        statusCondition: 'status >= 200 && status < 300',
        named: {},
      },
      endpoint,
    },
    context,
  );
