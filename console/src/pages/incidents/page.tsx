import type { Route } from '../../route.ts';
import { IncidentPage } from './incident-page.tsx';
import { IncidentsPage } from './incidents-page.tsx';

export default ({ route }: { readonly route: Route }) =>
  route.id === null ? <IncidentsPage /> : <IncidentPage key={route.id} id={route.id} />;
