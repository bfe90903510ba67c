import middy from '@middy/core';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { renderStatusPage } from '../../shared/statuspage/render/html.ts';
import { renderStatusRss } from '../../shared/statuspage/render/rss.ts';
import { STATUS_STYLE } from '../../shared/statuspage/render/style.ts';
import type { StatusPageDocument } from '../../shared/statuspage/statuspage-shape.ts';
import { readEnvironment } from '../environment.ts';
import type { HttpAnswer } from '../http/answer.ts';
import { answerAlways, logFault } from '../http/edge.ts';
import type { HttpEvent } from '../http/request.ts';
import { createLogger, logged } from '../log.ts';
import { once } from '../once.ts';
import {
  answerWith,
  type Form,
  notNow,
  notPublished,
  type Prepared,
  prepare,
  STYLE_HREF,
} from './answers.ts';
import { createDependencies } from './dependencies.ts';
import { statuspageEnvironment } from './environment.ts';
import { ROUTES } from './routes.ts';

export type StatuspageEvent = HttpEvent &
  Partial<Pick<APIGatewayProxyEventV2, 'routeKey' | 'requestContext'>>;

export interface StatuspageDependencies {
  readonly published: boolean;
  /** Where people reach the endpoint, by the configuration. */
  readonly publicUrl: string | undefined;
  /**
   * The page as it stands, for who comes by this address; asked for as often as anybody wants. Rejects when nothing can be
   * read and nothing was read lately.
   */
  readonly page: (url: string | null) => Promise<StatusPageDocument>;
  /** Told of what made an answer 503; never thrown on. */
  readonly onFault: (error: unknown) => void;
}

/** Left for an answer when the function's time runs out, ms. */
const LAST_WORDS_MS = 1_000;

const FORMS: Readonly<Record<string, Form>> = {
  [ROUTES.page]: 'page',
  [ROUTES.style]: 'style',
  [ROUTES.json]: 'json',
  [ROUTES.rss]: 'rss',
};

const STYLE = once(() => prepare('style', STATUS_STYLE));

const HOST = /^[a-z0-9]([a-z0-9.-]{0,252}[a-z0-9])?(:\d{1,5})?$/i;

/** The page's address: as configured, or as API Gateway knows itself; null: not known. Never what a sender made up. */
const urlOf = ({ publicUrl }: StatuspageDependencies, { requestContext }: StatuspageEvent): string | null => {
  if (publicUrl !== undefined) return `${publicUrl}/status`;
  const domain = requestContext?.domainName ?? '';
  if (!HOST.test(domain)) return null;
  const isHere = /^(localhost|127\.0\.0\.1)(:|$)/.test(domain);
  return `${isHere ? 'http' : 'https'}://${domain}/status`;
};

const render = (form: Form, document: StatusPageDocument, url: string | null): Prepared => {
  switch (form) {
    case 'page':
      return prepare(form, renderStatusPage(document, STYLE_HREF));
    case 'rss':
      return prepare(form, renderStatusRss(document, url ?? 'https://localhost/status'));
    default:
      return prepare('json', JSON.stringify(document));
  }
};

/** Each document is rendered once in each form, however many ask for it. */
const rendered = new WeakMap<StatusPageDocument, Map<Form, Prepared>>();

const preparedOf = (form: Form, document: StatusPageDocument, url: string | null): Prepared => {
  const forms = rendered.get(document) ?? new Map<Form, Prepared>();
  rendered.set(document, forms);
  const known = forms.get(form);
  if (known) return known;
  const made = render(form, document, url);
  forms.set(form, made);
  return made;
};

/** `GET /status` and what belongs to it: the public status page, for everybody. Never throws. */
export const statuspage = async (
  deps: StatuspageDependencies,
  event: StatuspageEvent,
): Promise<HttpAnswer> => {
  const form = FORMS[event.routeKey ?? ''];
  if (!deps.published || form === undefined) return notPublished();
  try {
    if (form === 'style') return answerWith(await STYLE(), event);
    const url = urlOf(deps, event);
    return answerWith(preparedOf(form, await deps.page(url), url), event);
  } catch (error) {
    deps.onFault(error);
    return notNow();
  }
};

const log = createLogger('statuspage');
const onFault = logFault(log);
const dependencies = once(() =>
  createDependencies(readEnvironment(statuspageEnvironment, process.env), onFault),
);

const answer = async (event: StatuspageEvent): Promise<HttpAnswer> => {
  try {
    return await statuspage(await dependencies(), event);
  } catch (error) {
    onFault(error);
    return notNow();
  }
};

export const handler = logged(
  log,
  middy(answer, { timeoutEarlyInMillis: LAST_WORDS_MS }).use(answerAlways(log)),
);
