import { isIPv6 } from 'node:net';
import type { PageEvent } from '../http/csrf.ts';

/** The first 64 bits of an IPv6 address: whoever has one has all that share them. */
const networkOf = (address: string): string => {
  const [before = '', after] = address.split('%')[0]?.split('::') ?? [];
  const groups = (text: string | undefined) => (text ? text.split(':') : []);
  const [first, last] = [groups(before), groups(after)];
  const missing = after === undefined ? 0 : Math.max(0, 8 - first.length - last.length);
  return [...first, ...Array<string>(missing).fill('0'), ...last]
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':');
};

/** Where a request comes from, as the gateway saw it: no header that whoever sends it could write. */
export const sourceOf = ({ requestContext }: PageEvent): string => {
  const address = requestContext?.http?.sourceIp ?? '';
  const inside = /^::ffff:(\d{1,3}(?:\.\d{1,3}){3})$/i.exec(address)?.[1];
  if (inside !== undefined) return inside;
  return isIPv6(address) ? `${networkOf(address)}::/64` : address;
};
