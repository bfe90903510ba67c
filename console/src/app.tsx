import { useEffect, useRef } from 'preact/hooks';
import { useOverview } from './api/use-overview.ts';
import { useAnnounce } from './shell/announcer.tsx';
import { OfflineBar } from './shell/freshness.tsx';
import { BottomBar, newsOf, SideBar, useTitle } from './shell/navigation.tsx';
import { PageOutlet, prefetchPages } from './shell/page-outlet.tsx';
import { useRoute } from './shell/use-route.ts';
import { Guide } from './trial/guide.tsx';

/** Tells a screen reader when leads stop or flow again, wherever it is. Nothing is told of the first look. */
const useNews = (): void => {
  const announce = useAnnounce();
  const { data } = useOverview();
  const told = useRef<string | null>(null);
  const news = data && newsOf(data.sentence, data.incidents.length);
  const state = data && `${data.flow} ${data.incidents.map(({ id }) => id).join(' ')}`;
  useEffect(() => {
    if (state === null || news === null) return;
    if (told.current !== null && told.current !== state) announce(news);
    told.current = state;
  }, [announce, news, state]);
};

/** The page around every page, for somebody who is signed in. */
export const App = () => {
  const route = useRoute();
  useTitle(route);
  useNews();
  useEffect(prefetchPages, []);
  return (
    <div class="shell">
      <button
        type="button"
        class="skip-link"
        // A link within the page would be a route.
        onClick={() => document.getElementById('page-title')?.focus()}
      >
        To the content
      </button>
      <SideBar route={route} />
      <div class="shell-main">
        <OfflineBar />
        <main class="page" id="main">
          <Guide />
          <PageOutlet route={route} />
        </main>
      </div>
      <BottomBar route={route} />
    </div>
  );
};
