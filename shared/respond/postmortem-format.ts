/** How a postmortem is written: Markdown, JSON, or a page of HTML that needs nothing else. */
export const POSTMORTEM_FORMATS = ['md', 'json', 'html'] as const;
export type PostmortemFormat = (typeof POSTMORTEM_FORMATS)[number];
