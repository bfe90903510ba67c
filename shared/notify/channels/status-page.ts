import type { Config } from '../../config/schema.ts';
import { readAnother } from '../../config/secret-reference.ts';
import type { IncidentStatus } from '../../incident/incident.ts';
import type { Severity } from '../../severity.ts';
import {
  type ChannelDependencies,
  callsTo,
  delivered,
  endpoint,
  isFailed,
  readSecret,
  refused,
  theirWords,
} from './exchange.ts';
import { isOvertaken, keyOf, orderOf } from './order.ts';
import type { PageApi, PageCall, Publication } from './page-api.ts';
import type { Bulletin, Channel, ChannelMemory, ChannelOutcome } from './port.ts';
import { rootlyApi } from './rootly.ts';
import { statuspageApi } from './statuspage.ts';
import { lineOf } from './words.ts';

type StatusPageConfig = Config['notify']['statusPages'][number];
type Known = Readonly<Record<string, string>>;

const VENDORS = {
  rootly: { name: 'Rootly', scheme: 'Bearer', media: 'application/vnd.api+json' },
  statuspage: { name: 'Statuspage', scheme: 'OAuth', media: 'application/json' },
} as const;

const LONGEST_TITLE = 120;
const LONGEST_BODY = 5_000;
const OVER = 'This incident is resolved.';

const STATUSES: Readonly<Record<IncidentStatus, Publication['status']>> = {
  triggered: 'investigating',
  acknowledged: 'identified',
  mitigated: 'monitoring',
  resolved: 'resolved',
  reviewed: 'resolved',
};

/** A P4 hits nobody outside. */
const CONDITIONS: Readonly<Record<Severity, Publication['condition']>> = {
  P1: 'major-outage',
  P2: 'partial-outage',
  P3: 'degraded',
  P4: 'operational',
};

/** Pages differ in whether they take HTML: signs that look alike are right on either kind. */
const publicText = (text: string, max: number): string =>
  lineOf(text.replaceAll('<', '‹').replaceAll('>', '›'), max);

/** Components of the feeds that it is about; of all feeds when it is about none in particular. */
const componentsOf = (
  { feed, subject, alsoAbout }: Bulletin,
  { components }: StatusPageConfig,
): readonly string[] => {
  const feeds = [
    ...(feed === null ? [] : [feed]),
    ...[subject, ...alsoAbout].map((one) => one.split('/')[0]),
  ];
  const hit = Object.entries(components).filter(([name]) => feeds.includes(name));
  const ids = hit.length === 0 && feed === null ? Object.values(components) : hit.map(([, id]) => id);
  return [...new Set(ids)];
};

const isConfirmed = ({ transition, update }: Bulletin): boolean =>
  transition === 'updated' && update?.audience === 'public';

const publicationOf = (bulletin: Bulletin, config: StatusPageConfig): Publication => {
  const status = STATUSES[bulletin.status];
  const title = publicText(bulletin.publicImpact, LONGEST_TITLE) || 'Disruption';
  const words = isConfirmed(bulletin) ? publicText(bulletin.update?.text ?? '', LONGEST_BODY) : OVER;
  return {
    incidentId: bulletin.incidentId,
    key: keyOf(bulletin),
    title,
    body: words || title,
    status,
    condition: status === 'resolved' ? 'operational' : CONDITIONS[bulletin.severity],
    components: componentsOf(bulletin, config),
  };
};

interface Publishing {
  readonly api: PageApi;
  readonly memory: ChannelMemory;
  readonly known: Known;
  readonly bulletin: Bulletin;
}

/** An incident of the page; the memory knows it, or an earlier attempt began it, or it is begun now. */
const begun = async (publishing: Publishing, publication: Publication) => {
  const { api, memory, known, bulletin } = publishing;
  const trying = `trying:begin:${publication.key}`;
  const found = known[trying] === undefined ? null : await api.find(bulletin.incidentId);
  if (isFailed(found)) return found;
  if (found === null) await memory.save(bulletin.incidentId, { [trying]: '1' });
  const page = found ?? (await api.begin(publication));
  if (isFailed(page)) return page;
  await memory.save(bulletin.incidentId, {
    page: page.id,
    over: '',
    components: publication.components.join(' '),
    ...(page.said && saved(publishing, page.id, publication)),
  });
  return page;
};

const saved = ({ bulletin, known }: Publishing, id: string, publication: Publication) => ({
  [`said:${publication.key}`]: id,
  status: publication.status,
  over: publication.status === 'resolved' ? 'yes' : '',
  ...(publication.status === 'resolved' && { ended: String(orderOf(bulletin)) }),
  ...(!isOvertaken(bulletin, known) && { order: String(orderOf(bulletin)) }),
});

const TOO_LATE = 'It was over before the page could be told of it, and what is over is not opened again.';

/** Whether a later message said that it is over. */
const isEnded = (bulletin: Bulletin, known: Known): boolean =>
  orderOf(bulletin) < Number(known.ended ?? Number.NEGATIVE_INFINITY);

/** What was confirmed before may still be on its way, and must not open the page for what is over. */
const endedUnsaid = async (
  bulletin: Bulletin,
  known: Known,
  memory: ChannelMemory,
): Promise<ChannelOutcome> => {
  if (!isEnded(bulletin, known)) await memory.save(bulletin.incidentId, { ended: String(orderOf(bulletin)) });
  return delivered('nothing for the public');
};

const isPageOpen = (known: Known): boolean => known.page !== undefined && known.over !== 'yes';

const publish = async (publishing: Publishing, publication: Publication): Promise<ChannelOutcome> => {
  const { api, memory, known, bulletin } = publishing;
  const isKept = isPageOpen(known) || (known.page !== undefined && publication.status === 'resolved');
  const page = isKept ? { id: known.page ?? '', said: false } : await begun(publishing, publication);
  if (isFailed(page)) return page;
  if (page.said) return delivered(page.id);

  const trying = `trying:${publication.key}`;
  const before = known[trying] === undefined ? false : await api.hasSaid(page.id, publication);
  if (isFailed(before)) return before;
  if (!before) {
    await memory.save(bulletin.incidentId, { [trying]: '1' });
    const outcome = await api.say(page.id, publication);
    if (outcome) return outcome;
  }
  await memory.save(bulletin.incidentId, {
    ...saved(publishing, page.id, publication),
    ...(publication.components.length > 0 && { components: publication.components.join(' ') }),
  });
  return delivered(page.id);
};

/** A late message says its words and leaves the page's state, which is newer, as it is. */
const atPresent = (publication: Publication, { bulletin, known }: Publishing): Publication =>
  isOvertaken(bulletin, known) && isStatus(known.status)
    ? { ...publication, status: known.status, components: [] }
    : publication;

const isStatus = (text: string | undefined): text is Publication['status'] =>
  Object.values(STATUSES).some((status) => status === text);

/** What was hit works again, unless another incident of the page is about it too. */
const freed = async ({ api, known }: Publishing, publication: Publication) => {
  const hit = [
    ...new Set([...(known.components ?? '').split(' ').filter(Boolean), ...publication.components]),
  ];
  const held = hit.length === 0 ? [] : await api.heldByOthers(known.page ?? '', hit);
  return isFailed(held) ? held : { ...publication, components: hit.filter((id) => !held.includes(id)) };
};

/**
 * A public status page. It hears only what a person confirmed (an update for the public) and, of incidents that it was
 * told of, that they are over; it shows the public impact and the person's words, nothing else.
 */
export const createStatusPage = (config: StatusPageConfig, deps: ChannelDependencies): Channel => {
  const vendor = VENDORS[config.kind];

  const apiWith = (token: string): PageApi => {
    const call = callsTo(vendor.name, deps);
    const callWith = (known: string, [method, path, body]: Parameters<PageCall>) =>
      call({
        method,
        url: endpoint(config.apiUrl, path),
        headers: {
          authorization: `${vendor.scheme} ${known}`,
          accept: vendor.media,
          ...(body && { 'content-type': vendor.media }),
        },
        ...(body && { body: JSON.stringify(body) }),
        maxBodyBytes: 1_048_576,
      });
    const pageCall: PageCall = async (...request) => {
      let answer = await callWith(token, request);
      if (!isFailed(answer) && (answer.status === 401 || answer.status === 403)) {
        // It may have been rotated meanwhile.
        const other = await readAnother(deps.secrets, config.token, token);
        if (other !== null) answer = await callWith(other, request);
      }
      if (isFailed(answer) || (answer.status >= 200 && answer.status < 300)) return answer;
      const words = answer.body === '' ? '' : `: ${theirWords(answer.body, [token])}`;
      return refused(
        `${vendor.name} answered ${answer.status}${words}. Look at the API key in the secret, at \`pageId\` and at \`components\` in notify.statusPages.`,
      );
    };
    return config.kind === 'rootly'
      ? rootlyApi(config.pageId, pageCall)
      : statuspageApi(config.pageId, Object.values(config.components), pageCall);
  };

  return {
    id: config.id,
    kind: 'status-page',

    deliver: async (bulletin, memory) => {
      const confirmed = isConfirmed(bulletin);
      if (!confirmed && STATUSES[bulletin.status] !== 'resolved') return delivered('nothing for the public');
      const known = await memory.load(bulletin.incidentId);
      const said = known[`said:${keyOf(bulletin)}`];
      if (said !== undefined) return delivered(said);
      if (confirmed && isEnded(bulletin, known)) return refused(TOO_LATE);
      if (!confirmed && !isPageOpen(known)) return endedUnsaid(bulletin, known, memory);
      const token = await readSecret(deps.secrets, config.token);
      if (isFailed(token)) return token;

      const publishing: Publishing = { api: apiWith(token.value), memory, known, bulletin };
      const publication = atPresent(publicationOf(bulletin, config), publishing);
      if (publication.status !== 'resolved' || !isPageOpen(known)) return publish(publishing, publication);
      const over = await freed(publishing, publication);
      return isFailed(over) ? over : publish(publishing, over);
    },

    check: async () => {
      const token = await readSecret(deps.secrets, config.token);
      return isFailed(token)
        ? {
            result: token.kind === 'later' ? 'unknown' : 'not-ready',
            found: token.why,
            fix: 'Put the API key of the status page into the secret that notify.statusPages names.',
          }
        : apiWith(token.value).check();
    },
  };
};
