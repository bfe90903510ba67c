import type { ComponentType } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { PAGE_LOADERS, type PageProps } from '../pages.ts';
import { hrefOf, PAGES, type PageName, type Route } from '../route.ts';
import { Button, LinkButton } from '../ui/button.tsx';
import { Notice, PageHead } from '../ui/panel.tsx';
import { Skeleton } from '../ui/state.tsx';

type Page = ComponentType<PageProps>;

const known = new Map<PageName, Page>();

const fetchPage = async (name: PageName): Promise<Page> => {
  const page = known.get(name) ?? (await PAGE_LOADERS[name]()).default;
  known.set(name, page);
  return page;
};

/** Fetches a page while it is still asked who is signed in. */
export const prefetchPage = (name: PageName | 'unknown'): void => {
  if (name !== 'unknown') fetchPage(name).catch(() => {});
};

/** Fetches the other pages before they are asked for. */
export const prefetchPages = (): void => {
  const whenIdle = window.requestIdleCallback ?? ((run: () => void) => window.setTimeout(run, 1_000));
  whenIdle(() => {
    for (const name of PAGES) prefetchPage(name);
  });
};

const usePage = (name: PageName | 'unknown') => {
  const [, redraw] = useState({});
  const [broken, setBroken] = useState(false);
  useEffect(() => {
    setBroken(false);
    if (name === 'unknown' || known.has(name)) return;
    fetchPage(name).then(
      () => redraw({}),
      () => setBroken(true),
    );
  }, [name]);
  return { page: name === 'unknown' ? undefined : known.get(name), broken };
};

/** When another page is opened its heading has the focus, so that it is what a screen reader tells next. */
const useFocusOnChange = (route: Route, shown: boolean): void => {
  const place = `${route.page}/${route.id ?? ''}`;
  const told = useRef(place);
  useEffect(() => {
    if (!shown || told.current === place) return;
    told.current = place;
    window.scrollTo(0, 0);
    document.getElementById('page-title')?.focus({ preventScroll: true });
  }, [place, shown]);
};

export const PageOutlet = ({ route }: { readonly route: Route }) => {
  const { page: Page, broken } = usePage(route.page);
  useFocusOnChange(route, Page !== undefined || route.page === 'unknown');
  if (route.page === 'unknown')
    return (
      <>
        <PageHead
          title="There is no such page"
          lead="The address may be mistyped, or from another version."
        />
        <LinkButton href={hrefOf('overview')}>To the overview</LinkButton>
      </>
    );
  if (broken)
    return (
      <Notice
        tone="warn"
        title="This page could not be fetched"
        action={<Button onClick={() => location.reload()}>Load anew</Button>}
      >
        The console may have been updated since it was opened here.
      </Notice>
    );
  // Another feed or incident is another page: nothing of the last one is kept.
  return Page ? <Page key={`${route.page}/${route.id ?? ''}`} route={route} /> : <Skeleton height={320} />;
};
