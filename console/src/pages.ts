import type { ComponentType } from 'preact';
import type { PageName, Route } from './route.ts';

export interface PageProps {
  readonly route: Route;
}

type PageModule = { readonly default: ComponentType<PageProps> };

/** Each page is fetched when it is first opened, or while nothing else is to do. */
export const PAGE_LOADERS: Readonly<Record<PageName, () => Promise<PageModule>>> = {
  overview: () => import('./pages/overview/page.tsx'),
  feeds: () => import('./pages/feeds/page.tsx'),
  credits: () => import('./pages/credits/page.tsx'),
  incidents: () => import('./pages/incidents/page.tsx'),
  operations: () => import('./pages/operations/page.tsx'),
  audit: () => import('./pages/audit/page.tsx'),
};
