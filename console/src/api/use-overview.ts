import type { OverviewResponse } from '../../../shared/report/overview-shape.ts';
import { useResource, type Watched } from './use-resource.ts';

const EVERY_MS = 3_000;

/** The overview is what tells every page whether anything is open; it is read at one pace by all. */
export const useOverview = (): Watched<OverviewResponse> =>
  useResource<OverviewResponse>('v1/overview', EVERY_MS);
