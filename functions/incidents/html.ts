import { createHash } from 'node:crypto';
import type { HttpAnswer } from '../http/answer.ts';

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

export const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (sign) => ENTITIES[sign] ?? '');

const shown = (part: string | Markup | readonly Markup[]): string => {
  if (typeof part === 'string') return escapeHtml(part);
  return 'markup' in part ? part.markup : part.map(({ markup }) => markup).join('');
};

/** Markup of a template; every text that is put in is escaped. */
export const html = (
  literal: TemplateStringsArray,
  ...parts: readonly (string | Markup | readonly Markup[])[]
): Markup => ({
  markup: literal.map((text, index) => (index === 0 ? '' : shown(parts[index - 1] ?? '')) + text).join(''),
});

const STYLE = `
:root{color-scheme:light dark}
body{font:1rem/1.5 system-ui,sans-serif;max-width:36rem;margin:0 auto;padding:1.5rem 1rem;overflow-wrap:anywhere}
h1{font-size:1.3rem;line-height:1.3}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.25rem 1rem}
dt{opacity:.75}
dd{margin:0}
label,input,button{display:block;box-sizing:border-box;width:100%;font:inherit}
input{margin:.25rem 0 1rem;padding:.6rem;font-size:1rem}
button{padding:.9rem;border:0;border-radius:.4rem;background:#14532d;color:#fff;font-weight:600;cursor:pointer}
button:focus-visible,input:focus-visible{outline:3px solid #2563eb;outline-offset:2px}
`;

const styleHash = createHash('sha256').update(STYLE, 'utf8').digest('base64');

/** No script, nothing from elsewhere, in nobody's frame; the address, which is the permission, goes nowhere. */
const HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  'cache-control': 'no-store',
  'content-security-policy': `default-src 'none'; style-src 'sha256-${styleHash}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`,
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'x-robots-tag': 'noindex, nofollow, noarchive',
} as const;

export const page = (
  statusCode: number,
  title: string,
  content: Markup,
  headers: Readonly<Record<string, string>> = {},
): HttpAnswer => ({
  statusCode,
  headers: { ...HEADERS, ...headers },
  body: `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex, nofollow">
<meta name="referrer" content="no-referrer">
<title>${escapeHtml(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
${content.markup}
</main>
</body>
</html>
`,
});
