import { bullet, field, numbered } from '../layout.ts';

/** One line of the communication template: a name with a text, or with a list. */
export interface DraftField {
  readonly name: string;
  readonly text?: string;
  readonly items?: readonly string[];
  /** The items are steps in their order. */
  readonly ordered?: boolean;
  /** A link of our own, whole on a line of its own; never text by others. */
  readonly url?: string;
}

/** Nobody is called by a draft that is pasted into a chat. */
const withoutMentions = (text: string): string => text.replace(/@(?=[\p{L}\p{N}])/gu, '(at)');

const plainLines = ({ name, text, items = [], ordered = false, url }: DraftField): readonly string[] => [
  text === undefined ? `${name}:` : field(name, withoutMentions(text)),
  ...items.map((item, index) =>
    ordered ? numbered(index, withoutMentions(item)) : bullet(withoutMentions(item)),
  ),
  ...(url === undefined ? [] : [`  ${url}`]),
];

/** As plain text of at most 74 columns, in which only the names of the fields begin a line. */
export const writePlain = (fields: readonly DraftField[]): string => fields.flatMap(plainLines).join('\n');

/** Whatever formats, links or embeds in CommonMark and on GitHub, in the middle of a line and at its beginning. */
export const escapeMarkdown = (text: string): string =>
  withoutMentions(text)
    .replace(/[\\`*_[\]<>~|&#$]/g, '\\$&')
    .replace(/^([-+=])/, '\\$1')
    .replace(/^(\d+)([.)])/, '$1\\$2');

const markdownLines = ({ name, text, items = [], ordered = false, url }: DraftField): string => {
  const said = url === undefined ? text && escapeMarkdown(text) : `<${url}>`;
  const head = said === undefined ? `**${name}:**` : `**${name}:** ${said}`;
  const list = items.map((item, index) => `${ordered ? `${index + 1}.` : '-'} ${escapeMarkdown(item)}`);
  return [head, ...(list.length > 0 ? ['', ...list] : [])].join('\n');
};

/** As Markdown under a heading; text by others formats nothing, links nothing and calls nobody. */
export const writeMarkdown = (heading: string, fields: readonly DraftField[]): string =>
  [`## ${escapeMarkdown(heading)}`, ...fields.map(markdownLines)].join('\n\n');
