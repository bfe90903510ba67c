import type { Config } from '../../config/schema.ts';
import type { ProbeContext } from './context.ts';
import { endpointProbe } from './endpoint.ts';

const TITLES = { crm: 'CRM', provider: 'Provider', service: 'Service' } as const;

/** A probe that the user named: a CRM, an enrichment provider, an internal service, or anything else. */
export const userDefinedProbe = (
  name: string,
  probe: Config['probes'][string] & { readonly kind: keyof typeof TITLES },
  context: ProbeContext,
) =>
  endpointProbe(
    {
      id: `probe:${name}`,
      subject: name,
      title: `${TITLES[probe.kind]} ${name}`,
      where: `probes.${name}`,
      kind: {
        surface: probe.kind,
        good: 'passing',
        statusCondition: 'status >= 200 && status < 300',
        named: { 429: 'rate-limited' },
      },
      endpoint: probe,
    },
    context,
  );
