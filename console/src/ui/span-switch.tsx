import { hrefOf, type Route } from '../route.ts';
import { Segmented } from './field.tsx';
import { SPANS, type Span } from './span.ts';

/** Chooses how far back charts look; it stands in the address. */
export const SpanSwitch = ({ route, span }: { readonly route: Route; readonly span: Span }) => (
  <Segmented
    label="How far back"
    value={span.id}
    choices={SPANS.map(({ id, label }) => ({ value: id, label }))}
    onChange={(id) => {
      if (route.page !== 'unknown')
        location.replace(hrefOf(route.page, route.id, { ...route.query, span: id }));
    }}
  />
);
