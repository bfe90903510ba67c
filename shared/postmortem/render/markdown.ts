import type { Postmortem } from '../postmortem.ts';
import { type Block, documentOf, type Plain, type RenderOptions } from './document.ts';

/**
 * Text as text in CommonMark and GitHub's tables: nothing begins a block, a link, emphasis, HTML, an entity, a cell or
 * a formula, and nobody is mentioned.
 */
export const escapeMarkdown = (text: Plain): string =>
  text
    .replace(/[\\`*_{}[\]<>|~&#$]/g, '\\$&')
    .replace(/^(\d{1,9})([.)])/, '$1\\$2')
    .replace(/^[-+=>:]/, '\\$&')
    .replace(/@(?=\w)/g, '@\u200b');

const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;

const rendered = (block: Block): string => {
  switch (block.kind) {
    case 'text':
      return escapeMarkdown(block.text);
    case 'list':
      return block.items.map((item) => `- ${escapeMarkdown(item)}`).join('\n');
    case 'table':
      return [
        row(block.head),
        row(block.head.map(() => '---')),
        ...block.rows.map((cells) => row(cells.map(escapeMarkdown))),
      ].join('\n');
  }
};

/** The postmortem as Markdown, for a wiki or a repository. */
export const renderMarkdown = (postmortem: Postmortem, options: RenderOptions): string => {
  const { title, intro, sections } = documentOf(postmortem, options);
  return `${[
    `# ${escapeMarkdown(title)}`,
    escapeMarkdown(intro),
    ...sections.flatMap((section) => [`## ${section.title}`, ...section.blocks.map(rendered)]),
  ].join('\n\n')}\n`;
};
