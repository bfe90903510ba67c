import { randomUUID } from 'node:crypto';
import { createDynamoIncidentStore } from '../shared/aws/dynamodb/incident-store.ts';
import { systemClock } from '../shared/clock.ts';
import { shownKey } from '../shared/config/redact.ts';
import { ClaywatchError } from '../shared/errors.ts';
import { dayOfId } from '../shared/incident/id.ts';
import { type Incident, isOpen } from '../shared/incident/incident.ts';
import { incidentPolicy } from '../shared/incident/policy.ts';
import type { IncidentStore } from '../shared/incident/store.ts';
import { draftUpdate } from '../shared/notify/drafts.ts';
import { actOnIncident, type Request } from '../shared/respond/act-on-incident.ts';
import type { Severity } from '../shared/severity.ts';
import { accountName } from './account.ts';
import type {
  IncidentsActFlags,
  IncidentsFlags,
  IncidentsListFlags,
  IncidentsUpdateFlags,
  IncidentsVerb,
} from './commands/incidents.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import {
  renderActed,
  renderActedJson,
  renderDraft,
  renderDraftJson,
  renderIncident,
  renderIncidentJson,
  renderIncidents,
  renderIncidentsJson,
} from './render/incidents.ts';
import { plain } from './render/text.ts';
import { type OpenStore, withStore } from './store.ts';
import { styleOf, type Terminal, widthOf } from './terminal.ts';

const LISTED_SINCE = 30 * 86_400_000;
const LISTED = 200;

const pageOf = (terminal: Terminal) => ({ style: styleOf(terminal), width: widthOf(terminal) });

const IDEMPOTENCY_KEY = /^[\x20-\x7e]{1,255}$/;

/** Without one of the caller's the command has its own, so that no repetition of ours does it twice. */
const keyOf = ({ idempotencyKey }: IncidentsActFlags): string => {
  if (idempotencyKey === undefined) return randomUUID();
  if (IDEMPOTENCY_KEY.test(idempotencyKey)) return idempotencyKey;
  throw new ClaywatchError(
    'usage.invalid',
    '--idempotency-key is not 1 to 255 printable ASCII characters.',
    'Use what names this command in your script, e.g. a date or a UUID.',
  );
};

const notFound = (id: string): ClaywatchError =>
  new ClaywatchError(
    'incident.not-found',
    `There is no incident ${shownKey(id)}.`,
    '`claywatch incidents list --all` names those of the last 30 days.',
  );

const incidentNamed = async (store: IncidentStore, id: string): Promise<Incident> => {
  const found = dayOfId(id) === null ? null : await store.byId(id);
  if (!found) throw notFound(id);
  return found;
};

/** `claywatch incidents list`. */
export const incidentsList = (flags: IncidentsListFlags, terminal: Terminal): Promise<ExitCode> =>
  withStore(flags, terminal, async ({ source, table }) => {
    const now = systemClock.now();
    const store = createDynamoIncidentStore(table);
    const all = flags.all === true;
    const incidents = all
      ? await store.list({ since: now - LISTED_SINCE, limit: LISTED })
      : (await store.active()).filter(isOpen).toSorted((one, other) => other.openedAt - one.openedAt);
    terminal.stdout.write(
      flags.json
        ? renderIncidentsJson(incidents, source)
        : renderIncidents(incidents, { source, now, all }, pageOf(terminal)),
    );
    return EXIT.healthy;
  });

/** `claywatch incidents show`. Throws `incident.not-found`. */
export const incidentsShow = (id: string, flags: IncidentsFlags, terminal: Terminal): Promise<ExitCode> =>
  withStore(flags, terminal, async ({ source, table }) => {
    const incident = await incidentNamed(createDynamoIncidentStore(table), id);
    terminal.stdout.write(
      flags.json
        ? renderIncidentJson(incident, source)
        : renderIncident(incident, { source, now: systemClock.now() }, pageOf(terminal)),
    );
    return EXIT.healthy;
  });

const carryOut = async (
  { config, source, table }: OpenStore,
  id: string,
  request: Request,
  flags: IncidentsActFlags,
  terminal: Terminal,
): Promise<ExitCode> => {
  if (dayOfId(id) === null) throw notFound(id);
  const by = { name: plain(flags.by ?? '') || accountName(), via: 'cli' } as const;
  const store = createDynamoIncidentStore(table);
  const deps = { store, policy: incidentPolicy(config), clock: systemClock };
  const result = await actOnIncident(deps, id, request, by, keyOf(flags));
  switch (result.kind) {
    case 'not-found':
      throw notFound(result.id);
    case 'conflict':
      throw new ClaywatchError(
        'request.conflict',
        'The --idempotency-key was used before, for something else; nothing was changed.',
        'Give every command a key of its own, or leave it out.',
      );
    case 'archived':
      throw new ClaywatchError(
        'incident.refused',
        `A newer incident has taken the place of ${id}; it can only be read.`,
        '`claywatch incidents list` names the newer one.',
      );
    case 'refused':
      if (result.why === 'empty')
        throw new ClaywatchError('usage.invalid', result.text, 'Put it in quotes behind the id.');
      if (result.why === 'no-such-step')
        throw new ClaywatchError(
          'usage.invalid',
          result.text,
          `\`claywatch incidents show ${id}\` numbers them.`,
        );
      throw new ClaywatchError(
        'incident.refused',
        result.text,
        result.why === 'still-failing'
          ? 'Look at it with `claywatch incidents show`, or add --force.'
          : '`claywatch incidents show` says how it stands.',
      );
    default: {
      const { kind: outcome, incident } = result;
      terminal.stdout.write(
        flags.json
          ? renderActedJson(incident, outcome, source)
          : renderActed(incident, outcome, request.kind, pageOf(terminal)),
      );
      return EXIT.healthy;
    }
  }
};

interface Said {
  readonly verb: IncidentsVerb;
  readonly id: string;
  /** What stood behind the id; empty where it was left out. */
  readonly words: readonly string[];
}

const requestOf = (
  { verb, words: [first = '', second = ''] }: Said,
  flags: Pick<IncidentsActFlags, 'force' | 'undo'>,
): Request => {
  switch (verb) {
    case 'ack':
      return { kind: 'acknowledge' };
    case 'unack':
      return { kind: 'unacknowledge' };
    case 'assign':
      return { kind: 'assign', to: first };
    case 'severity':
      return { kind: 'set-severity', severity: first as Severity, text: second };
    case 'note':
      return { kind: 'note', text: first };
    case 'mitigate':
      return { kind: 'mitigate', text: first };
    case 'resolve':
      return { kind: 'resolve', force: flags.force === true, text: first };
    case 'merge':
      return { kind: 'merge', intoId: first };
    case 'unmerge':
      return { kind: 'unmerge' };
    case 'review':
      return { kind: 'review' };
    case 'step':
      return { kind: 'step', step: Number(first), done: flags.undo !== true };
  }
};

/** What a person does to an incident, by one word. Throws ClaywatchError; nothing was changed then. */
export const incidentsAct = (said: Said, flags: IncidentsActFlags, terminal: Terminal): Promise<ExitCode> =>
  withStore(flags, terminal, (open) => carryOut(open, said.id, requestOf(said, flags), flags, terminal));

/** `claywatch incidents update`. Without a text it prints a draft and changes nothing. */
export const incidentsUpdate = (
  id: string,
  text: string | undefined,
  flags: IncidentsUpdateFlags,
  terminal: Terminal,
): Promise<ExitCode> =>
  withStore(flags, terminal, async (open) => {
    const { audience } = flags;
    if (text === undefined) {
      const incident = await incidentNamed(createDynamoIncidentStore(open.table), id);
      const draft = draftUpdate(incident, audience, open.config, systemClock.now());
      terminal.stdout.write(
        flags.json ? renderDraftJson(draft, { id, audience, source: open.source }) : renderDraft(draft),
      );
      return EXIT.healthy;
    }
    if (audience === 'public' && flags.confirm !== true)
      throw new ClaywatchError(
        'usage.invalid',
        'Nothing goes outside before a person has confirmed it.',
        'Read the words once more, and add --confirm.',
      );
    return carryOut(open, id, { kind: 'update', text, audience }, flags, terminal);
  });
