/** Things to do, each at its time; a binary heap, so that 50,000 waiting rows cost nothing to speak of. */
export interface Agenda<T> {
  add(at: number, item: T): void;
  /** Takes out the earliest item that is due at `now`. */
  takeDue(now: number): T | undefined;
  /** When the earliest item is due; undefined when there is none. */
  nextAt(): number | undefined;
  readonly size: number;
}

interface Entry<T> {
  readonly at: number;
  /** Keeps the order of insertion among items due at the same time. */
  readonly order: number;
  readonly item: T;
}

const precedes = <T>(a: Entry<T>, b: Entry<T>) => a.at < b.at || (a.at === b.at && a.order < b.order);

export const createAgenda = <T>(): Agenda<T> => {
  const heap: Entry<T>[] = [];
  let order = 0;

  const rise = (entry: Entry<T>) => {
    let index = heap.length;
    heap.push(entry);
    while (index > 0) {
      const parentIndex = (index - 1) >> 1;
      const parent = heap[parentIndex];
      if (!parent || !precedes(entry, parent)) break;
      heap[index] = parent;
      index = parentIndex;
    }
    heap[index] = entry;
  };

  const earlierChild = (index: number): number | undefined => {
    const left = heap[2 * index + 1];
    const right = heap[2 * index + 2];
    if (!left) return undefined;
    return right && precedes(right, left) ? 2 * index + 2 : 2 * index + 1;
  };

  const sink = (entry: Entry<T>) => {
    let index = 0;
    for (;;) {
      const childIndex = earlierChild(index);
      const child = childIndex === undefined ? undefined : heap[childIndex];
      if (childIndex === undefined || !child || precedes(entry, child)) break;
      heap[index] = child;
      index = childIndex;
    }
    heap[index] = entry;
  };

  return {
    add: (at, item) => rise({ at, order: order++, item }),
    takeDue: (now) => {
      const first = heap[0];
      if (!first || first.at > now) return undefined;
      const last = heap.pop();
      if (last && heap.length > 0) sink(last);
      return first.item;
    },
    nextAt: () => heap[0]?.at,
    get size() {
      return heap.length;
    },
  };
};
