import { systemClock } from '../shared/clock.ts';
import { shownKey } from '../shared/config/redact.ts';
import { ClaywatchError } from '../shared/errors.ts';
import type { DeadLetter, DeadLetterStore } from '../shared/relay/keeping.ts';
import { dropLetters, type LetterOutcome, retryLetters } from '../shared/replay/dead-letters.ts';
import { secureRandom } from '../shared/rows/row-id.ts';
import type {
  DeadLettersDropFlags,
  DeadLettersListFlags,
  DeadLettersRetryFlags,
  DeadLettersShowFlags,
} from './commands/dead-letters.ts';
import { confirmed } from './confirm.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import { checkThatSomebodyCanBeAsked, operatorOf, relayedFeedNamed } from './relay-feed.ts';
import { rows } from './render/amounts.ts';
import {
  type LettersSeen,
  renderLetter,
  renderLetterJson,
  renderLetters,
  renderLettersJson,
  renderOutcomes,
  renderOutcomesJson,
} from './render/dead-letters.ts';
import { replay } from './replay.ts';
import { withStore } from './store.ts';
import { styleOf, type Terminal, widthOf } from './terminal.ts';

const PAGE = 200;

const pageOf = (terminal: Terminal) => ({ style: styleOf(terminal), width: widthOf(terminal) });

/** Counts all of them, and keeps the first ones. */
const look = async (
  store: DeadLetterStore,
  feed: string,
  { fault, limit }: DeadLettersListFlags,
): Promise<LettersSeen> => {
  const letters: DeadLetter[] = [];
  const reasons = new Map<string, LettersSeen['reasons'][number]>();
  let cursor: string | null | undefined;
  while (cursor !== null) {
    const page = await store.list(feed, {
      limit: PAGE,
      ...(cursor && { cursor }),
      ...(fault && { fault }),
    });
    for (const letter of page.letters) {
      const key = `${letter.fault}/${letter.reason}`;
      const known = reasons.get(key);
      reasons.set(key, { fault: letter.fault, reason: letter.reason, count: (known?.count ?? 0) + 1 });
      if (letters.length < limit) letters.push(letter);
    }
    cursor = page.cursor;
  }
  return {
    feed,
    letters,
    reasons: [...reasons.values()].toSorted((one, other) => other.count - one.count),
    total: [...reasons.values()].reduce((sum, { count }) => sum + count, 0),
  };
};

/** `claywatch dead-letters list`. */
export const listDeadLetters = (
  typed: string,
  flags: DeadLettersListFlags,
  terminal: Terminal,
): Promise<ExitCode> =>
  withStore(flags, terminal, async ({ config, source, atRest }) => {
    const { feed } = relayedFeedNamed(config, typed);
    const seen = await look(await atRest.deadLetters(), feed, flags);
    terminal.stdout.write(
      flags.json
        ? renderLettersJson(seen, source)
        : renderLetters(seen, source, systemClock.now(), pageOf(terminal)),
    );
    return EXIT.healthy;
  });

const notThere = (id: string, feed: string): ClaywatchError =>
  new ClaywatchError(
    'relay.not-found',
    `The feed ${feed} has no dead letter ${shownKey(id)}.`,
    `See \`claywatch dead-letters list ${feed}\`; it may have been sent again, dropped, or have expired.`,
  );

/** `claywatch dead-letters show`. */
export const showDeadLetter = (
  typed: string,
  id: string,
  flags: DeadLettersShowFlags,
  terminal: Terminal,
): Promise<ExitCode> =>
  withStore(flags, terminal, async ({ config, source, atRest }) => {
    const { feed } = relayedFeedNamed(config, typed);
    const letter = await (await atRest.deadLetters()).byId(feed, id);
    if (!letter) throw notThere(id, feed);
    const isRevealed = Boolean(flags.reveal);
    terminal.stdout.write(
      flags.json
        ? renderLetterJson(letter, isRevealed, source)
        : renderLetter(letter, isRevealed, systemClock.now(), pageOf(terminal)),
    );
    return EXIT.healthy;
  });

const outcomesTold = (
  outcomes: readonly LetterOutcome[],
  done: LetterOutcome['outcome'],
  json: boolean | undefined,
  terminal: Terminal,
): ExitCode => {
  terminal.stdout.write(json ? renderOutcomesJson(outcomes) : renderOutcomes(outcomes, pageOf(terminal)));
  return outcomes.every(({ outcome }) => outcome === done) ? EXIT.healthy : EXIT.problem;
};

/** `claywatch dead-letters retry`. */
export const retryDeadLetters = (
  typed: string,
  ids: readonly string[],
  { all, ...flags }: DeadLettersRetryFlags,
  terminal: Terminal,
): Promise<ExitCode> => {
  if (Boolean(all) === ids.length > 0)
    throw new ClaywatchError(
      'usage.invalid',
      all ? 'With --all no ids are named.' : 'It was not said which dead letters.',
      'Name ids as `claywatch dead-letters list` shows them, or give --all.',
    );
  if (all) return replay(typed, { ...flags, source: 'dead-letters' }, terminal);
  return withStore(flags, terminal, async ({ config, controls, atRest }) => {
    const { feed } = relayedFeedNamed(config, typed);
    const [queue, deadLetters] = await Promise.all([atRest.queue(), atRest.deadLetters()]);
    const ports = { clock: systemClock, random: secureRandom, queue, deadLetters, controls };
    const outcomes = await retryLetters(config, feed, [...new Set(ids)], operatorOf(flags, terminal), ports);
    return outcomesTold(outcomes, 'queued', flags.json, terminal);
  });
};

/** `claywatch dead-letters drop`. */
export const dropDeadLetters = (
  typed: string,
  ids: readonly string[],
  flags: DeadLettersDropFlags,
  terminal: Terminal,
): Promise<ExitCode> =>
  withStore(flags, terminal, async ({ config, controls, atRest }) => {
    const { feed } = relayedFeedNamed(config, typed);
    const named = [...new Set(ids)];
    checkThatSomebodyCanBeAsked(flags, 'the dead letters shall be dropped', terminal);
    if (!flags.yes && !(await confirmed(`Delete ${rows(named.length)} for good?`, terminal))) {
      terminal.stdout.write('Nothing was changed.\n');
      return EXIT.healthy;
    }
    const ports = { clock: systemClock, controls, deadLetters: await atRest.deadLetters() };
    const outcomes = await dropLetters(feed, named, operatorOf(flags, terminal), ports);
    return outcomesTold(outcomes, 'dropped', flags.json, terminal);
  });
