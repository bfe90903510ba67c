import { randomBytes } from 'node:crypto';
import { createDynamoIncidentStore } from '../shared/aws/dynamodb/incident-store.ts';
import { createDynamoSilenceStore } from '../shared/aws/dynamodb/silence-store.ts';
import { CAUSE_IDS, type Cause } from '../shared/cause.ts';
import { systemClock } from '../shared/clock.ts';
import { nearest } from '../shared/config/problem.ts';
import { shownKey } from '../shared/config/redact.ts';
import type { Config } from '../shared/config/schema.ts';
import { ClaywatchError } from '../shared/errors.ts';
import { isOpen } from '../shared/incident/incident.ts';
import { feedOf } from '../shared/notify/affected.ts';
import { isAbout } from '../shared/silence/match.ts';
import type { Silence, SilenceStore } from '../shared/silence/silence.ts';
import { accountName } from './account.ts';
import type { SilenceAddFlags, SilenceEndFlags, SilenceListFlags } from './commands/silence.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import { feedNamed } from './names.ts';
import {
  renderSilenceAdded,
  renderSilenceEnded,
  renderSilences,
  renderSilencesJson,
} from './render/silence.ts';
import { plain } from './render/text.ts';
import { withStore } from './store.ts';
import { styleOf, type Terminal, widthOf } from './terminal.ts';
import { lengthOf, timeOf } from './when.ts';

const DAY = 86_400_000;
/** Longer is no silence but a configuration: it would be forgotten. */
const LONGEST = 90 * DAY;
const LISTED_SINCE = 90 * DAY;
const LISTED = 500;
const TEXT = 240;
const NAME = 80;

const usage = (message: string, remedy: string): ClaywatchError =>
  new ClaywatchError('usage.invalid', message, remedy);

const causeNamed = (typed: string): Cause => {
  const known: readonly string[] = CAUSE_IDS;
  if (known.includes(typed)) return typed as Cause;
  const meant = nearest(typed, known);
  throw usage(
    `There is no cause ${shownKey(typed)}.${meant ? ` Did you mean ${meant}?` : ''}`,
    'docs/causes/README.md lists every cause.',
  );
};

const spanOf = (flags: SilenceAddFlags, now: number): Pick<Silence, 'from' | 'to'> => {
  if ((flags.for === undefined) === (flags.until === undefined))
    throw usage('How long is said with one of --for and --until.', 'For example: --for 2h.');
  const from = flags.from === undefined ? now : timeOf(flags.from, now, '--from');
  const to =
    flags.for === undefined ? timeOf(flags.until ?? '', now, '--until') : from + lengthOf(flags.for, '--for');
  if (to <= from) throw usage('The silence ends before it begins.', 'Look at --from and --until.');
  if (to <= now) throw usage('The silence is over already.', 'Look at --until, and at its time zone.');
  if (to - from > LONGEST)
    throw usage(
      'A silence lasts 90 days at most.',
      'For what shall never be told, set its severity or who hears of it in the configuration.',
    );
  return { from, to };
};

const matchOf = (flags: SilenceAddFlags, config: Config): Silence['match'] => {
  const { cause, subject, feed, atMost, everything } = flags;
  const match: Silence['match'] = {
    ...(cause && { causes: cause.map(causeNamed) }),
    ...(subject !== undefined && { subject }),
    ...(feed !== undefined && { feed: feedNamed(config, feed) }),
    ...(atMost !== undefined && { atMost }),
  };
  const isEverything = Object.keys(match).length === 0;
  if (isEverything !== (everything === true))
    throw usage(
      isEverything
        ? 'What shall be silenced was not said.'
        : '--everything, and yet only a part of it was named.',
      'Name it with --feed, --cause, --subject or --at-most; or say --everything, alone.',
    );
  return match;
};

const written = (text: string, what: string, longest: number): string => {
  const line = plain(text);
  if (line === '') throw usage(`${what} is empty.`, 'It is what others read when they miss a message.');
  if ([...line].length > longest) throw usage(`${what} is longer than ${longest} characters.`, 'Shorten it.');
  return line;
};

const create = async (store: SilenceStore, silence: Omit<Silence, 'id'>): Promise<Silence> => {
  // Four bytes collide once in a blue moon; a second choice settles it.
  for (;;) {
    const made: Silence = { id: `sil-${randomBytes(4).toString('hex')}`, ...silence };
    if ((await store.create(made)) === 'written') return made;
  }
};

/** `claywatch silence add`. Throws ClaywatchError; nothing was changed then. */
export const silenceAdd = (flags: SilenceAddFlags, terminal: Terminal): Promise<ExitCode> =>
  withStore(flags, terminal, async ({ config, source, table }) => {
    const now = systemClock.now();
    const wanted: Omit<Silence, 'id'> = {
      kind: flags.kind,
      ...spanOf(flags, now),
      reason: written(flags.reason, '--reason', TEXT),
      by: written(flags.by ?? accountName(), '--by', NAME),
      createdAt: now,
      endedAt: null,
      match: matchOf(flags, config),
    };
    const silence = flags.dryRun
      ? { id: 'sil-(dry-run)', ...wanted }
      : await create(createDynamoSilenceStore(table), wanted);
    const active = await createDynamoIncidentStore(table).active();
    const covered = active.filter(
      (incident) => isOpen(incident) && isAbout(silence, { ...incident, feed: feedOf(incident, config) }),
    );
    const outcome = flags.dryRun ? 'dry-run' : 'made';
    const page = { style: styleOf(terminal), width: widthOf(terminal) };
    terminal.stdout.write(
      flags.json
        ? renderSilencesJson([silence], source, now, { outcome, covers: covered.map(({ id }) => id) })
        : renderSilenceAdded(silence, covered, { outcome, source, now }, page),
    );
    return EXIT.healthy;
  });

/** `claywatch silence list`. */
export const silenceList = (flags: SilenceListFlags, terminal: Terminal): Promise<ExitCode> =>
  withStore(flags, terminal, async ({ source, table }) => {
    const now = systemClock.now();
    const store = createDynamoSilenceStore(table);
    const all = flags.all === true;
    const silences = all
      ? await store.list({ since: now - LISTED_SINCE, limit: LISTED })
      : await store.current(now);
    const page = { style: styleOf(terminal), width: widthOf(terminal) };
    terminal.stdout.write(
      flags.json
        ? renderSilencesJson(silences, source, now)
        : renderSilences(silences, { source, now, all }, page),
    );
    return EXIT.healthy;
  });

/** `claywatch silence end`. Throws `silence.not-found`. */
export const silenceEnd = (id: string, flags: SilenceEndFlags, terminal: Terminal): Promise<ExitCode> =>
  withStore(flags, terminal, async ({ source, table }) => {
    const now = systemClock.now();
    if ((await createDynamoSilenceStore(table).end(id, now)) === 'gone')
      throw new ClaywatchError(
        'silence.not-found',
        `There is no silence ${shownKey(id)} that could be ended: it is over, or was never made.`,
        '`claywatch silence list` names those in force and to come.',
      );
    terminal.stdout.write(
      flags.json ? renderSilencesJson([], source, now, { outcome: 'ended', id }) : renderSilenceEnded(id),
    );
    return EXIT.healthy;
  });
