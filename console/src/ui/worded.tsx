import { Time } from './time.tsx';
import { type Part, partsOf } from './wording.ts';

const draw = ({ kind, text }: Part, place: number) => {
  if (kind === 'name') return <code key={place}>{text}</code>;
  return kind === 'instant' ? <Time key={place} at={text} as="instant" /> : text;
};

/** A sentence of ours: names stand out, and times are told in the reader's zone. */
export const Worded = ({ text }: { readonly text: string }) => <>{partsOf(text).map(draw)}</>;
