import type { AuditResponse } from '../../shared/report/setup-shape.ts';
import type { StoreSource } from '../store.ts';
import { hang, joined, jsonText, type Page, plain } from './text.ts';
import { sourceText } from './usage.ts';

const entryLines = (
  { at, what, text, by, via, about }: AuditResponse['entries'][number],
  { style, width }: Page,
): string[] => {
  const who = `${plain(by)}${via === null ? '' : ` by ${plain(via)}`}`;
  return [`${style.dim(at)}  ${style.bold(what)}  ${plain(about)}  ${who}`, ...hang('  ', text, width)];
};

const olderLines = ({ more, entries, back_to }: AuditResponse, { width }: Page): string[] => {
  const last = entries.at(-1);
  return more && last
    ? hang('', `There may be more: claywatch audit --before ${last.at}`, width)
    : hang('', `That is all since ${back_to}.`, width);
};

/** The trail, newest first. */
export const renderAudit = (trail: AuditResponse, source: StoreSource, page: Page): string =>
  joined([
    ...hang('', `In ${sourceText(source)}:`, page.width),
    ...(trail.entries.length === 0
      ? hang('  ', 'Nobody has changed anything.', page.width)
      : trail.entries.flatMap((entry) => entryLines(entry, page))),
    '',
    ...olderLines(trail, page),
  ]);

export const renderAuditJson = (trail: AuditResponse, source: StoreSource): string =>
  jsonText({ version: 1, source, ...trail });
