import { useEffect, useRef, useState } from 'preact/hooks';
import { useConsole, useSession } from '../api/context.ts';
import { useOverview } from '../api/use-overview.ts';
import { plural } from '../format.ts';
import { hrefOf, type PageName, type Route } from '../route.ts';
import { Button } from '../ui/button.tsx';
import { cx } from '../ui/class-names.ts';
import { Icon } from '../ui/icon.tsx';
import { SEVERITY_TONES } from '../ui/tone.ts';
import { BrandMark } from './brand-mark.tsx';
import { FreshnessMark } from './freshness.tsx';
import './navigation.css';
import { ThemeSwitch } from './theme-switch.tsx';

const PLACES: readonly { readonly page: PageName; readonly label: string; readonly onBar: boolean }[] = [
  { page: 'overview', label: 'Overview', onBar: true },
  { page: 'incidents', label: 'Incidents', onBar: true },
  { page: 'feeds', label: 'Feeds', onBar: true },
  { page: 'credits', label: 'Credits', onBar: true },
  { page: 'operations', label: 'Operations', onBar: false },
  { page: 'audit', label: 'Audit trail', onBar: false },
];

/** How many are open, in the tone of the most urgent. */
const OpenCount = () => {
  const { data } = useOverview();
  const [worst] = data?.incidents ?? [];
  if (!data || !worst) return null;
  const tone = SEVERITY_TONES[worst.severity];
  return (
    <span class={cx('nav-count', `tone-${tone}`)}>
      {data.incidents.length}
      <span class="visually-hidden"> open</span>
    </span>
  );
};

const Place = ({
  page,
  label,
  current,
  onGo,
}: {
  readonly page: PageName;
  readonly label: string;
  readonly current: boolean;
  readonly onGo?: () => void;
}) => (
  <a class="nav-place" href={hrefOf(page)} aria-current={current ? 'page' : undefined} onClick={onGo}>
    <Icon name={page} />
    <span class="nav-label">{label}</span>
    {page === 'incidents' && <OpenCount />}
  </a>
);

const Person = () => {
  const { signOut } = useConsole();
  const { name, role } = useSession();
  return (
    <div class="nav-person">
      <Icon name="person" />
      <span class="nav-person-text">
        <span class="nav-person-name" title={name}>
          {name}
        </span>
        <span class="muted small">{role === 'reader' ? 'may read' : 'responder'}</span>
      </span>
      <Button look="quiet" small icon="leave" iconOnly onClick={signOut}>
        Sign out
      </Button>
    </div>
  );
};

const Brand = () => {
  const { data } = useOverview();
  return (
    <div class="brand">
      <BrandMark size={22} />
      <span class="brand-text">
        <span class="brand-name">Claywatch</span>
        <span class="brand-installation">{data?.installation ?? ' '}</span>
      </span>
    </div>
  );
};

/** The consoles of other installations, where there are any: one for each further Clay workspace. */
const Others = () => {
  const { others } = useSession();
  if (others.length === 0) return null;
  return (
    <nav aria-label="Other workspaces" class="nav-others">
      <p class="small muted">Other workspaces</p>
      <ul>
        {others.map(({ name, url }) => (
          <li key={url}>
            <a class="nav-place" href={url} rel="noreferrer">
              <Icon name="external" />
              <span class="nav-label">{name}</span>
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
};

/** Beside the page, on wide screens. */
export const SideBar = ({ route }: { readonly route: Route }) => (
  <header class="side-bar">
    <Brand />
    <nav aria-label="Pages">
      <ul class="nav-places">
        {PLACES.map(({ page, label }) => (
          <li key={page}>
            <Place page={page} label={label} current={route.page === page} />
          </li>
        ))}
      </ul>
    </nav>
    <Others />
    <div class="side-foot">
      <div class="row apart">
        <FreshnessMark />
        <ThemeSwitch name="theme-side" />
      </div>
      <Person />
    </div>
  </header>
);

/** Below the page, on phones: four places, and the rest in a sheet. */
export const BottomBar = ({ route }: { readonly route: Route }) => {
  const [open, setOpen] = useState(false);
  const box = useRef<HTMLDivElement>(null);
  const rest = PLACES.filter(({ onBar }) => !onBar);
  useEffect(() => {
    if (!open) return;
    const onKey = (event: KeyboardEvent): void => {
      if (event.key === 'Escape') setOpen(false);
    };
    const onPress = (event: PointerEvent): void => {
      if (event.target instanceof Node && !box.current?.contains(event.target)) setOpen(false);
    };
    document.addEventListener('keydown', onKey);
    document.addEventListener('pointerdown', onPress);
    return () => {
      document.removeEventListener('keydown', onKey);
      document.removeEventListener('pointerdown', onPress);
    };
  }, [open]);
  return (
    <nav class="bottom-bar" ref={box} aria-label="Pages">
      {open && (
        <div class="bottom-sheet" id="more-places">
          {rest.map(({ page, label }) => (
            <Place
              key={page}
              page={page}
              label={label}
              current={route.page === page}
              onGo={() => setOpen(false)}
            />
          ))}
          <Others />
          <div class="row apart bottom-sheet-foot">
            <FreshnessMark />
            <ThemeSwitch name="theme-bottom" />
          </div>
          <Person />
        </div>
      )}
      <div class="bottom-places">
        <ul class="nav-places">
          {PLACES.filter(({ onBar }) => onBar).map(({ page, label }) => (
            <li key={page}>
              <Place page={page} label={label} current={route.page === page} onGo={() => setOpen(false)} />
            </li>
          ))}
          <li>
            <button
              type="button"
              class={cx('nav-place', rest.some(({ page }) => page === route.page) && 'has-current')}
              aria-expanded={open}
              aria-controls="more-places"
              onClick={() => setOpen(!open)}
            >
              <Icon name="more" />
              <span class="nav-label">More</span>
            </button>
          </li>
        </ul>
      </div>
    </nav>
  );
};

/** `(2) Feeds · Claywatch`: how many are open can be seen from another tab. */
export const useTitle = (route: Route): void => {
  const { data } = useOverview();
  const open = data?.incidents.length ?? 0;
  const place = PLACES.find(({ page }) => page === route.page)?.label ?? 'Claywatch';
  useEffect(() => {
    document.title = `${open > 0 ? `(${open}) ` : ''}${route.id ?? place} · Claywatch`;
  }, [open, place, route.id]);
};

/** The news of a screen reader: the sentence of the overview, and how many are open. */
export const newsOf = (sentence: string, open: number): string =>
  (open === 0 ? sentence : `${sentence} ${plural(open, 'open incident')}.`).replaceAll('`', '');
