import type { Incident } from '../../shared/incident/incident.ts';
import type { IncidentStore } from '../../shared/incident/store.ts';
import { POSTMORTEM_STYLE } from '../../shared/postmortem/render/html.ts';
import type { PostmortemFormat } from '../../shared/respond/postmortem-format.ts';
import { type HttpAnswer, problem } from '../http/answer.ts';
import { pageHeaders } from './html.ts';
import { postmortemQuery, wrongPlaces } from './request.ts';

export interface PostmortemDependencies {
  readonly store: Pick<IncidentStore, 'byId'>;
  /** Writes it by what is stored at this moment; rejects when a store does not answer. */
  readonly postmortem: (incident: Incident, format: PostmortemFormat) => Promise<string>;
}

const textHeaders = (type: string) => ({
  'content-type': type,
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
});

const HEADERS: Readonly<Record<PostmortemFormat, Readonly<Record<string, string>>>> = {
  md: textHeaders('text/markdown; charset=utf-8'),
  json: textHeaders('application/json'),
  html: pageHeaders(POSTMORTEM_STYLE, "'none'"),
};

/** `GET /v1/incidents/{id}/postmortem`: the same document as `claywatch postmortem`; a draft until the incident is over. */
export const answerPostmortem = async (
  { store, postmortem }: PostmortemDependencies,
  id: string,
  query: string | undefined,
): Promise<HttpAnswer> => {
  const asked = postmortemQuery.safeParse(Object.fromEntries(new URLSearchParams(query)));
  if (!asked.success) return problem('request.malformed', wrongPlaces(asked.error));
  const { format } = asked.data;
  const incident = await store.byId(id);
  if (!incident) return problem('incident.not-found');
  return {
    statusCode: 200,
    headers: {
      ...HEADERS[format],
      'content-disposition': `inline; filename="postmortem-${incident.id}.${format}"`,
    },
    body: await postmortem(incident, format),
  };
};
