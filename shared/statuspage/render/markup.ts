/** Markup that is safe to send: everything put into it was escaped. */
export interface Markup {
  readonly markup: string;
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** What XML 1.0 has no place for, not even escaped. */
const NOT_XML = /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu;

/** Text as text: in an element or a quoted attribute, of HTML or of XML. */
export const escaped = (text: string): string =>
  text
    .toWellFormed()
    .replace(NOT_XML, '')
    .replace(/[&<>"']/g, (sign) => ENTITIES[sign] ?? '');

type Part = string | number | Markup | readonly Markup[];

const shown = (part: Part): string => {
  if (typeof part === 'string' || typeof part === 'number') return escaped(String(part));
  return 'markup' in part ? part.markup : part.map(({ markup }) => markup).join('');
};

/** Markup of a template; every text that is put in is escaped. */
export const markup = (literal: TemplateStringsArray, ...parts: readonly Part[]): Markup => ({
  markup: literal.map((text, index) => (index === 0 ? '' : shown(parts[index - 1] ?? '')) + text).join(''),
});

export const NOTHING: Markup = { markup: '' };
