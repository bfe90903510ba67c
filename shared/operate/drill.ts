import type { Config } from '../config/schema.ts';
import { ClaywatchError } from '../errors.ts';
import { changeIncident } from '../incident/change.ts';
import { decide } from '../incident/decide.ts';
import { drillKey, drillOver, drillVerdict, isDrill, isGrave } from '../incident/drill.ts';
import type { IncidentFact, IncidentKey } from '../incident/fact.ts';
import { type Incident, isOpen } from '../incident/incident.ts';
import { incidentPolicy } from '../incident/policy.ts';
import type { IncidentStore } from '../incident/store.ts';
import { matchesFilter, routedChannels, subscriptionsOf } from '../notify/filter-policy.ts';
import { createRenderer } from '../notify/render.ts';
import type { Severity } from '../severity.ts';
import { silenceFor } from '../silence/match.ts';
import type { Silence, SilenceStore } from '../silence/silence.ts';

export interface DrillAsked {
  readonly severity: Severity;
  /** When it ends by itself. */
  readonly minutes: number;
  readonly by: string;
  /** Although something real is open. */
  readonly force: boolean;
}

export interface DrillPorts {
  readonly incidents: Pick<IncidentStore, 'active' | 'current' | 'write'>;
  readonly silences: Pick<SilenceStore, 'current'>;
}

/** Who would hear of a drill, and the silence that would hold its messages back. */
export interface DrillPlan {
  readonly severity: Severity;
  readonly minutes: number;
  readonly told: readonly string[];
  readonly silence: Silence | null;
}

const refuseWhile = (active: readonly Incident[], force: boolean): void => {
  const open = active.filter(isOpen);
  const running = open.find(isDrill);
  if (running)
    throw new ClaywatchError(
      'incident.refused',
      `The drill ${running.id} runs already.`,
      'It ends by itself; `claywatch drill --live --end` ends it now.',
    );
  const real = open.find(isGrave);
  if (real && !force)
    throw new ClaywatchError(
      'incident.refused',
      `${real.id} is open, a real ${real.severity}: ${real.summary}`,
      'Look after that one first; --force practises all the same.',
    );
};

/** The drill as it would be opened at a time; nothing is written. */
const drafted = ({ severity, minutes, by }: DrillAsked, config: Config, now: number): Incident => {
  const verdict = drillVerdict({ severity, minutes, by, now });
  const fact = { kind: 'verdict', verdict, detectedAt: now } as const;
  const draft = decide(null, drillKey(now), fact, incidentPolicy(config), now);
  if (!draft) throw new RangeError('a drill opens an incident');
  return draft;
};

const toldOf = (draft: Incident, config: Config): readonly string[] => {
  const [first] = draft.pending;
  if (!first) throw new RangeError('a drill owes a message');
  const { attributes } = createRenderer(config)(draft, first);
  return [
    ...subscriptionsOf(config)
      .filter(({ filterPolicy }) => matchesFilter(filterPolicy, attributes))
      .map(({ protocol, endpoint }) => `${protocol === 'sms' ? 'SMS' : 'e-mail'} ${endpoint}`),
    ...routedChannels(config, attributes),
  ];
};

/**
 * Who would be told of a drill; changes nothing. Throws `incident.refused` while another drill runs or something real
 * and grave is open, and `usage.invalid` where nobody would be told or it is too short.
 */
export const planDrill = async (
  asked: DrillAsked,
  config: Config,
  { incidents, silences }: DrillPorts,
  now: number,
): Promise<DrillPlan> => {
  const { severity, minutes, force } = asked;
  if (minutes < 1)
    throw new ClaywatchError(
      'usage.invalid',
      'A drill lasts a minute at least.',
      'For example: --minutes 10.',
    );
  refuseWhile(await incidents.active(), force);
  const draft = drafted(asked, config, now);
  const told = toldOf(draft, config);
  if (told.length === 0)
    throw new ClaywatchError(
      'usage.invalid',
      `Nobody is told of ${severity}, so there is nothing to practise.`,
      'Name somebody in notify of the configuration, or choose another severity with --severity.',
    );
  const silence = silenceFor(await silences.current(now), { ...draft, feed: null }, now);
  return { severity, minutes, told, silence };
};

/** What a person does to the stored drill, by what decides it in earnest. */
const record = async (
  store: DrillPorts['incidents'],
  config: Config,
  { cause, subject }: IncidentKey,
  fact: (current: Incident | null) => { readonly fact: IncidentFact; readonly now: number } | null,
): Promise<Incident> => {
  const { after } = await changeIncident(store, { cause, subject }, (current) => {
    const known = fact(current);
    return known
      ? decide(current, { cause, subject }, known.fact, incidentPolicy(config), known.now)
      : current;
  });
  if (!after) throw new ClaywatchError('incident.contended', 'The drill was not opened.', 'Try again.');
  return after;
};

/** Opens the drill that was planned. May be repeated with the same time: one that is over stays over. */
export const startDrill = (
  { severity, minutes, by }: DrillAsked,
  config: Config,
  { incidents }: Pick<DrillPorts, 'incidents'>,
  at: number,
): Promise<Incident> =>
  record(incidents, config, drillKey(at), (current) =>
    current?.openedAt === at
      ? null
      : {
          fact: {
            kind: 'verdict',
            verdict: drillVerdict({ severity, minutes, by, now: at }),
            detectedAt: at,
          },
          now: at,
        },
  );

/** The drill that runs. Throws `incident.not-found`. */
export const runningDrill = async ({ incidents }: Pick<DrillPorts, 'incidents'>): Promise<Incident> => {
  const running = (await incidents.active()).find((incident) => isOpen(incident) && isDrill(incident));
  if (running) return running;
  throw new ClaywatchError(
    'incident.not-found',
    'No drill is running.',
    'Start one with `claywatch drill --live`.',
  );
};

/** Ends a drill. May be repeated: one that is over stays as it is. */
export const endDrill = (
  drill: IncidentKey & Pick<Incident, 'id'>,
  by: string,
  config: Config,
  { incidents }: Pick<DrillPorts, 'incidents'>,
  now: number,
): Promise<Incident> =>
  record(incidents, config, drill, (current) =>
    current?.id === drill.id && isOpen(current)
      ? { fact: { kind: 'cleared', evidence: drillOver(`ended by ${by}.`, now) }, now }
      : null,
  );
