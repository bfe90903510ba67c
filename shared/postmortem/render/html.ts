import type { Postmortem } from '../postmortem.ts';
import { type Block, documentOf, type Plain, type RenderOptions } from './document.ts';

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
  '`': '&#96;',
};

/** Text as text, in an element or in a quoted attribute. */
export const escapeHtml = (text: Plain): string =>
  text.replace(/[&<>"'`]/g, (character) => ENTITIES[character] ?? '');

/** The only style of the page, for whoever sends it with a policy. */
export const POSTMORTEM_STYLE = [
  ':root{color-scheme:light dark}',
  'body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}',
  'table{border-collapse:collapse;width:100%;font-size:.9rem}',
  'th,td{border:1px solid #8886;padding:.35rem .5rem;text-align:left;vertical-align:top;overflow-wrap:anywhere}',
  '.wide{overflow-x:auto}',
].join('');

/** Nothing is loaded and nothing runs, wherever the file is opened. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

const cells = (tag: 'th scope="col"' | 'td', texts: readonly Plain[]): string => {
  const end = tag === 'td' ? 'td' : 'th';
  return `<tr>${texts.map((text) => `<${tag}>${escapeHtml(text)}</${end}>`).join('')}</tr>`;
};

const rendered = (block: Block): string => {
  switch (block.kind) {
    case 'text':
      return `<p>${escapeHtml(block.text)}</p>`;
    case 'list':
      return `<ul>${block.items.map((item) => `<li>${escapeHtml(item)}</li>`).join('')}</ul>`;
    case 'table':
      return `<div class="wide"><table><thead>${cells('th scope="col"', block.head)}</thead><tbody>${block.rows
        .map((texts) => cells('td', texts))
        .join('\n')}</tbody></table></div>`;
  }
};

/** The postmortem as one page of HTML that needs nothing else: no script, no address that is loaded. */
export const renderHtml = (postmortem: Postmortem, options: RenderOptions): string => {
  const { title, intro, sections } = documentOf(postmortem, options);
  return `${[
    '<!doctype html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="${escapeHtml(POLICY)}">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    `<title>${escapeHtml(title)}</title>`,
    `<style>${POSTMORTEM_STYLE}</style>`,
    '</head>',
    '<body>',
    `<h1>${escapeHtml(title)}</h1>`,
    `<p>${escapeHtml(intro)}</p>`,
    ...sections.flatMap((section) => [
      `<h2>${escapeHtml(section.title)}</h2>`,
      ...section.blocks.map(rendered),
    ]),
    '</body>',
    '</html>',
  ].join('\n')}\n`;
};
