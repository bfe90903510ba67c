/** A label: letters and digits of any script, hyphens within. */
const LABEL = /^(?!-)[\p{L}\p{M}\p{N}-]{1,63}(?<!-)$/u;
/** What stands before the @ without quotes, letters of any script included (RFC 5322, RFC 6532). */
const LOCAL = /^[\p{L}\p{M}\p{N}!#$%&'*+/=?^_`{|}~-]+(?:\.[\p{L}\p{M}\p{N}!#$%&'*+/=?^_`{|}~-]+)*$/u;

/** The name of an internet domain in lower case, as it would be written into an address; null for anything else. */
export const domainOf = (text: string): string | null => {
  if (text.length > 253) return null;
  const labels = text.split('.');
  const top = labels.at(-1) ?? '';
  const isName = labels.length >= 2 && labels.every((label) => LABEL.test(label)) && !/^\d+$/.test(top);
  return isName ? text.toLowerCase() : null;
};

/** The domain of an e-mail address in lower case; null when it is none. Whether anybody reads it there, nobody knows. */
export const addressDomainOf = (text: string): string | null => {
  if (text.length > 254) return null;
  const at = text.lastIndexOf('@');
  const local = text.slice(0, Math.max(0, at));
  return local.length <= 64 && LOCAL.test(local) ? domainOf(text.slice(at + 1)) : null;
};
