import type { Config } from '../config/schema.ts';
import type { Incident } from '../incident/incident.ts';
import { knownHosts } from '../notify/known-hosts.ts';
import { type PostmortemStores, readPostmortem } from '../postmortem/read.ts';
import { renderHtml } from '../postmortem/render/html.ts';
import { renderJson } from '../postmortem/render/json.ts';
import { renderMarkdown } from '../postmortem/render/markdown.ts';
import type { PostmortemFormat } from './postmortem-format.ts';

const RENDER = { md: renderMarkdown, json: renderJson, html: renderHtml } as const satisfies Readonly<
  Record<PostmortemFormat, unknown>
>;

/** The postmortem of an incident as a document, whoever asks for it. Rejects when a store does not answer. */
export const postmortemText = async (
  incident: Incident,
  format: PostmortemFormat,
  stores: PostmortemStores,
  { config, now }: { readonly config: Config; readonly now: number },
): Promise<string> =>
  RENDER[format](await readPostmortem(incident, stores, { config, now }), {
    timeZone: config.incidents.calendar.timeZone,
    knownHosts: knownHosts(config),
  });
