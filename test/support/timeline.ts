/** Things by the time when they are due: the earliest first, of the same time in the order in which they were added. */
export interface Timeline<T> {
  add(due: number, thing: T): void;
  /** The earliest that is due by `now`. */
  takeDue(now: number): T | undefined;
  nextDue(): number | undefined;
}

interface Entry<T> {
  readonly due: number;
  readonly serial: number;
  readonly thing: T;
}

const isBefore = <T>(one: Entry<T>, other: Entry<T>): boolean =>
  one.due < other.due || (one.due === other.due && one.serial < other.serial);

/** A binary heap: adding and taking cost the logarithm of what is in it. */
export const createTimeline = <T>(): Timeline<T> => {
  const heap: Entry<T>[] = [];
  let serial = 0;

  const swap = (one: number, other: number): void => {
    const [first, second] = [heap[one], heap[other]];
    if (!first || !second) return;
    heap[one] = second;
    heap[other] = first;
  };
  const precedes = (one: number, other: number): boolean => {
    const [first, second] = [heap[one], heap[other]];
    return first !== undefined && (second === undefined || isBefore(first, second));
  };
  const rise = (from: number): void => {
    for (let at = from; at > 0; ) {
      const parent = (at - 1) >> 1;
      if (!precedes(at, parent)) return;
      swap(at, parent);
      at = parent;
    }
  };
  const sink = (): void => {
    for (let at = 0; at * 2 + 1 < heap.length; ) {
      const left = at * 2 + 1;
      const child = precedes(left + 1, left) ? left + 1 : left;
      if (!precedes(child, at)) return;
      swap(at, child);
      at = child;
    }
  };

  return {
    add: (due, thing) => {
      serial += 1;
      heap.push({ due, serial, thing });
      rise(heap.length - 1);
    },
    takeDue: (now) => {
      const first = heap[0];
      if (!first || first.due > now) return undefined;
      swap(0, heap.length - 1);
      heap.pop();
      sink();
      return first.thing;
    },
    nextDue: () => heap[0]?.due,
  };
};
