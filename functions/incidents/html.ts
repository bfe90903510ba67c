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
:root{color-scheme:light dark;--act:#14532d;--on-act:#fff;--quiet:#52525b}
@media (prefers-color-scheme:dark){:root{--act:#4ade80;--on-act:#052e16;--quiet:#a1a1aa}}
body{font:1rem/1.5 system-ui,sans-serif;max-width:36rem;margin:0 auto;padding:1.25rem 1rem 3rem;overflow-wrap:anywhere}
h1{font-size:1.4rem;line-height:1.25;margin:.25rem 0}
h2{font-size:1.1rem;line-height:1.3;margin:2rem 0 .5rem}
p{margin:.5rem 0}
.state{font-weight:600}
.quiet{color:var(--quiet);font-size:.9rem}
[role=status]{border-left:.3rem solid var(--act);padding:.25rem .75rem;margin:0 0 1rem;font-weight:600}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.3rem 1rem;margin:0}
dt{color:var(--quiet)}
dd{margin:0}
ol{padding-left:1.4rem;margin:0}
li{margin:0 0 .9rem}
li p{margin:.1rem 0}
form{margin:1.25rem 0}
label,input,button{display:block;box-sizing:border-box;width:100%;font:inherit}
input{margin:.25rem 0 1rem;padding:.6rem;font-size:1rem}
button{padding:1rem;border:0;border-radius:.4rem;background:var(--act);color:var(--on-act);font-weight:600;cursor:pointer}
button:focus-visible,input:focus-visible{outline:3px solid #2563eb;outline-offset:2px}
`;

/**
 * Headers of a page that runs no script, loads nothing from elsewhere and is in nobody's frame; the address, which may
 * be the permission, goes nowhere. `style` is the only one that it may have, `formAction` where its form may lead.
 */
export const pageHeaders = (style: string, formAction: "'self'" | "'none'") =>
  ({
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-store',
    'content-security-policy': `default-src 'none'; style-src 'sha256-${createHash('sha256').update(style, 'utf8').digest('base64')}'; form-action ${formAction}; base-uri 'none'; frame-ancestors 'none'`,
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'x-robots-tag': 'noindex, nofollow, noarchive',
  }) as const;

const HEADERS = pageHeaders(STYLE, "'self'");

/** `format-detection`: a number in a text is not to be called by a slip of the thumb. */
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
<meta name="format-detection" content="telephone=no, date=no, address=no, email=no">
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
