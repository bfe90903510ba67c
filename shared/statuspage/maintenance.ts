import { endOf } from '../silence/match.ts';
import type { Silence } from '../silence/silence.ts';
import type { PageComponent } from './components.ts';
import type { PublicMaintenance } from './statuspage-shape.ts';
import { base36, instant } from './times.ts';

const DAY = 86_400_000;
/** How long before it begins planned work shows. */
const AHEAD_MS = 14 * DAY;

const NAME = 'Planned maintenance';

/** Silences that are planned work and took, or will take, any time at all. */
export const plannedWork = (silences: readonly Silence[]): readonly Silence[] =>
  silences.filter((silence) => silence.kind === 'maintenance' && endOf(silence) > silence.from);

/** Planned work that is under way or near, as the public sees it: when, and what it covers; never why. */
export const publicMaintenance = (
  silence: Silence,
  covered: readonly PageComponent[],
  {
    pageId,
    link,
    now,
  }: { readonly pageId: string; readonly link: (id: string) => string | null; readonly now: number },
): PublicMaintenance | null => {
  const end = endOf(silence);
  if (covered.length === 0 || end <= now || silence.from > now + AHEAD_MS) return null;
  const id = `work-${base36(silence.from)}-${base36(silence.createdAt)}`;
  const made = instant(silence.createdAt);
  return {
    id,
    name: NAME,
    status: silence.from > now ? 'scheduled' : 'in_progress',
    impact: 'maintenance',
    scheduled_for: instant(silence.from),
    scheduled_until: instant(end),
    created_at: made,
    updated_at: made,
    shortlink: link(id),
    page_id: pageId,
    components: covered.map((component) => ({ id: component.id, name: component.name })),
  };
};
