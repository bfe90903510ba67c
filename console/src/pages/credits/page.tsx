import { useSession } from '../../api/context.ts';
import type { PageProps } from '../../pages.ts';
import { Notice, PageHead, Panel } from '../../ui/panel.tsx';
import { spanOf } from '../../ui/span.ts';
import { SpanSwitch } from '../../ui/span-switch.tsx';
import { Loaded, Skeleton } from '../../ui/state.tsx';
import { useUsage } from '../feeds/use-usage.ts';
import { CreditCharts } from './credit-charts.tsx';
import { MeterPanel } from './meter-panel.tsx';
import { Spend } from './spend.tsx';
import type { CreditUsage } from './words.ts';

const Meters = ({ usage }: { readonly usage: CreditUsage }) => {
  const { credits, actions } = usage;
  if (!credits && !actions)
    return (
      <Notice tone="note" title="No balance was read yet.">
        Clay tells its balance to whoever has an API key: name it as <code>clay.apiKey</code>.
      </Notice>
    );
  return (
    <>
      <div class="grid">
        {credits && <MeterPanel title="Data credits" name="data credits" meter={credits} />}
        {actions && <MeterPanel title="Actions" name="actions" meter={actions} />}
      </div>
      {!actions && (
        <p class="muted small">
          Clay tells one meter only: the workspace has the legacy billing, without actions.
        </p>
      )}
    </>
  );
};

const Credits = ({ route }: PageProps) => {
  const usage = useUsage();
  const span = spanOf(route.query.span, useSession());
  return (
    <>
      <PageHead
        title="Credits"
        lead="Both meters of the workspace: what is left, how fast it goes, and whether it lasts until the refill."
      />
      <div class="stack">
        <Loaded
          of={usage}
          skeleton={
            <div class="grid">
              <Skeleton height={290} />
              <Skeleton height={290} />
            </div>
          }
        >
          {({ credits }) => (
            <div class="stack">
              <Meters usage={credits} />
              <Spend usage={credits} />
            </div>
          )}
        </Loaded>
        <Panel title="Over time" actions={<SpanSwitch route={route} span={span} />}>
          <CreditCharts span={span} />
        </Panel>
      </div>
    </>
  );
};

export default Credits;
