import { randomBytes } from 'node:crypto';
import { createDynamoIncidentStore } from '../shared/aws/dynamodb/incident-store.ts';
import { createDynamoSilenceStore } from '../shared/aws/dynamodb/silence-store.ts';
import { CAUSE_IDS, type Cause } from '../shared/cause.ts';
import { systemClock } from '../shared/clock.ts';
import { nearest } from '../shared/config/problem.ts';
import { shownKey } from '../shared/config/redact.ts';
import type { Config } from '../shared/config/schema.ts';
import { ClaywatchError } from '../shared/errors.ts';
import {
  addSilence,
  coveredBy,
  endSilence,
  type SilenceAsked,
  silenceOf,
} from '../shared/operate/silence.ts';
import type { Silence } from '../shared/silence/silence.ts';
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
const LISTED_SINCE = 90 * DAY;
const LISTED = 500;

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
  return { from, to };
};

const matchOf = (
  { cause, subject, feed, atMost }: SilenceAddFlags,
  config: Config,
): SilenceAsked['match'] => ({
  causes: cause?.map(causeNamed),
  subject,
  feed: feed === undefined ? undefined : feedNamed(config, feed),
  atMost,
});

/** `claywatch silence add`. Throws ClaywatchError; nothing was changed then. */
export const silenceAdd = (flags: SilenceAddFlags, terminal: Terminal): Promise<ExitCode> =>
  withStore(flags, terminal, async ({ config, source, table }) => {
    const now = systemClock.now();
    const asked: SilenceAsked = {
      kind: flags.kind,
      ...spanOf(flags, now),
      reason: plain(flags.reason),
      by: plain(flags.by ?? accountName()),
      match: matchOf(flags, config),
      everything: flags.everything === true,
    };
    const make = (id: string) => silenceOf(asked, config, { id, now });
    const silence = flags.dryRun
      ? make('sil-(dry-run)')
      : await addSilence(createDynamoSilenceStore(table), make, () => randomBytes(4).toString('hex'));
    const covered = coveredBy(silence, await createDynamoIncidentStore(table).active(), config);
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
    await endSilence(createDynamoSilenceStore(table), id, now);
    terminal.stdout.write(
      flags.json ? renderSilencesJson([], source, now, { outcome: 'ended', id }) : renderSilenceEnded(id),
    );
    return EXIT.healthy;
  });
