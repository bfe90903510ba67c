import type { ComponentChildren } from 'preact';
import type { Problem } from '../api/problem.ts';
import { useNow } from '../api/use-now.ts';
import type { Watched } from '../api/use-resource.ts';
import { formatRelative } from '../format.ts';
import './state.css';
import { Button } from './button.tsx';
import { Notice } from './panel.tsx';

/** Stands where something will be, and is as large. `lines` of text, or a block of `height` px. */
export const Skeleton = ({ lines, height }: { readonly lines?: number; readonly height?: number }) =>
  height === undefined ? (
    <div class="skeleton-lines" aria-hidden="true">
      {Array.from({ length: lines ?? 3 }, (_, index) => (
        <span key={index} class="skeleton skeleton-line" />
      ))}
    </div>
  ) : (
    <div class="skeleton" aria-hidden="true" style={{ height: `${height}px` }} />
  );

/** There is nothing, and that is an answer. */
export const Empty = ({
  title,
  children,
}: {
  readonly title: string;
  readonly children?: ComponentChildren;
}) => (
  <div class="empty">
    <p class="empty-title">{title}</p>
    {children !== undefined && <div class="muted">{children}</div>}
  </div>
);

const AGAIN: readonly Problem['kind'][] = ['offline', 'busy', 'fault'];

const wordsOf = ({ kind, title, detail }: Problem): string =>
  detail ?? (AGAIN.includes(kind) ? 'It is tried again by itself.' : title);

export const Failed = ({
  problem,
  retry,
}: {
  readonly problem: Problem;
  readonly retry?: (() => void) | undefined;
}) => (
  <div role="alert">
    <Notice
      tone={problem.kind === 'missing' ? 'quiet' : 'bad'}
      title={problem.title}
      action={
        retry && (
          <Button small onClick={retry}>
            Try again
          </Button>
        )
      }
    >
      {wordsOf(problem)}
    </Notice>
  </div>
);

/** One answer that fails is no news: the next one is soon. */
const TROUBLED_MS = 10_000;

const isTold = ({
  age,
  problem,
  staleAfterMs,
}: {
  readonly age: number;
  readonly problem: Problem | null;
  readonly staleAfterMs: number;
}): boolean => {
  if (age > staleAfterMs) return true;
  // The shell tells of it already.
  if (problem === null || problem.kind === 'offline') return false;
  return age > TROUBLED_MS || !AGAIN.includes(problem.kind);
};

/** Whether it was last seen so long ago that it says nothing of now. */
export const useIsOld = ({ seenAt, staleAfterMs }: Watched<unknown>): boolean => {
  const now = useNow(5_000);
  return seenAt !== null && now - seenAt > staleAfterMs;
};

/** What is shown is old, or could not be read again: says so, and since when. */
export const Staleness = ({
  of: { seenAt, problem, staleAfterMs, refresh },
}: {
  readonly of: Watched<unknown>;
}) => {
  const now = useNow(5_000);
  if (seenAt === null) return null;
  if (!isTold({ age: now - seenAt, problem, staleAfterMs })) return null;
  return (
    <div class="staleness" role="status">
      <Notice
        tone="warn"
        title={problem?.title ?? 'Not fresh'}
        action={
          <Button small onClick={() => void refresh()}>
            Read again
          </Button>
        }
      >
        Last seen {formatRelative(seenAt, now)}.{problem?.detail ? ` ${problem.detail}` : ''}
      </Notice>
    </div>
  );
};

/**
 * Draws what was read in each of its states: `skeleton` until there is an answer, the problem when there is none, and
 * what was last seen, with a note, when it could not be read again.
 */
export const Loaded = <T,>({
  of: watched,
  skeleton,
  children,
}: {
  readonly of: Watched<T>;
  readonly skeleton: ComponentChildren;
  readonly children: (data: T) => ComponentChildren;
}) => {
  const { data, problem, loading, refresh } = watched;
  if (data !== null)
    return (
      <>
        <Staleness of={watched} />
        {children(data)}
      </>
    );
  if (problem) return <Failed problem={problem} retry={() => void refresh()} />;
  return (
    <div aria-busy={loading}>
      <span class="visually-hidden" role="status">
        Loading
      </span>
      {skeleton}
    </div>
  );
};
