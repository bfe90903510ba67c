/** Whether objects and arrays go deeper than so many levels, the value itself included. Calls itself for nothing. */
export const isDeeperThan = (value: unknown, levels: number): boolean => {
  const rest: { readonly value: unknown; readonly level: number }[] = [{ value, level: 1 }];
  for (let next = rest.pop(); next; next = rest.pop()) {
    if (typeof next.value !== 'object' || next.value === null) continue;
    if (next.level > levels) return true;
    const { level } = next;
    for (const member of Object.values(next.value)) {
      if (typeof member === 'object') rest.push({ value: member, level: level + 1 });
    }
  }
  return false;
};
