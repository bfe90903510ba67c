import type { Clock } from '../../clock.ts';
import type { FeedConfig } from '../../config/schema.ts';
import type { SendAnswer } from '../answer.ts';
import { isHeld } from '../control-change.ts';
import { lateAfterMs } from '../pace.ts';
import type { QueueDepth, ReceivedRow } from '../queue.ts';
import type { SendClaim, SendResult } from '../sends.ts';
import { createBatcher } from './batcher.ts';
import { decide } from './decide.ts';
import { createHand } from './hand.ts';
import { createJudge } from './judge.ts';
import { otherRoute, post, type Route, routeOf } from './post.ts';
import type { Run } from './run.ts';
import { createSteering } from './steering.ts';
import { renewOld } from './upkeep.ts';

/** A row in hand, and the attempt that it is to be sent in. */
export interface Ready {
  readonly received: ReceivedRow;
  readonly attempt: number;
  /** How often the ledger had begun that attempt already, against what it said. */
  readonly refusedClaims: number;
}

/** A row with a slot. */
export interface Sending {
  readonly ready: Ready;
  readonly webhook: string;
  readonly slot: number;
  readonly takenAt: number;
  /** What its claim says of when it is sent. */
  readonly claimedAt: number;
  /** `Run.pauses` when the slot was taken. */
  readonly pauses: number;
  /** Alone under way, so that it cannot bunch with others. */
  readonly isAlone: boolean;
  readonly isTrial: boolean;
}

/** A feed within one run: receives its rows, and sends them in the slots that it is given. */
export interface Lane {
  readonly name: string;
  /** Keeps the state fresh, and rows at hand if `mayReceive`; returns at once. */
  maintain(mayReceive: boolean): void;
  /** Looks into the queue that are under way. */
  looks(): number;
  /** Rows that could use a slot now. */
  wants(): number;
  /** Gives a slot to the next row; false when there is none that may go now. */
  take(slot: number): boolean;
  /** Sends what was given slots. */
  dispatch(): void;
  /** Nothing to do, as far as anybody knows. */
  isIdle(): boolean;
  /** Requests under way or about to be. */
  underWay(): number;
  /** When something is due that nobody rings for, epoch ms. */
  nextDueAt(): number;
  /** From now on nothing waits for company. */
  hurry(): void;
  /** Gives back what is left, and says what was seen. */
  finish(): Promise<void>;
  /** Why rows do not flow; null when they do. */
  stopped(): string | null;
}

/** Beside the timeout of a send: the slot that it waited for, and the writes before and after, ms. */
const CLAIM_MARGIN_MS = 5_000;
const VISIBLE_MARGIN_S = 30;
const SETTLE_GATHER_MS = 250;
const SETTLE_AT_ONCE = 100;
const SETTLE_AGAIN_AFTER_MS = [200, 500, 1_000, 3_000];
const CLAIM_AGAIN_AFTER_MS = [200, 1_000];
const AFTER_FAULT_MS = 2_000;
const ROUTE_AGAIN_MS = 10_000;
/** Between two looks that find nothing: several feeds then come to rest at the same time. */
const AFTER_EMPTY_MS = 200;
const RECEIVES_AT_ONCE = 8;
const ROWS_A_RECEIVE = 10;
/** Rows are kept at hand for so long, by what is sent, seconds. */
const AHEAD_S = 1.5;
const TALLY_EVERY_MS = 1_000;
const LOOKED_EVERY_MS = 15_000;
const MAX_REFUSED_CLAIMS = 3;

/** How many slots were used in the second before, or in this one: what this process gets of a pace that many share. */
const createPulse = (clock: Pick<Clock, 'now'>) => {
  let second = 0;
  let beats = 0;
  let before = 0;
  const turn = () => {
    const now = Math.floor(clock.now() / 1_000);
    if (now === second) return;
    before = now === second + 1 ? beats : 0;
    beats = 0;
    second = now;
  };
  return {
    beat: () => {
      turn();
      beats += 1;
    },
    perSecond: () => {
      turn();
      return Math.max(before, beats);
    },
  };
};

export const createLane = (run: Run, name: string, feed: FeedConfig): Lane => {
  const { ports, clock, report } = run;
  const { relay } = ports.config;
  const rules = { claimMs: relay.sendTimeoutMs + CLAIM_MARGIN_MS, tries: relay.tries };
  const pulse = createPulse(clock);
  const lateMs = lateAfterMs(relay);

  const steering = createSteering(run, name, feed);
  /** Messages that this run has received. */
  let found = 0;
  /** Nothing came but the one row that the run was started for; the next one starts a run of its own. */
  const isAlone = () => run.reason === 'lone-row' && found <= 1;
  const hand = createHand(run, name, isAlone);
  const settlements = createBatcher<SendResult>({
    clock,
    gatherMs: () => (isAlone() ? 0 : SETTLE_GATHER_MS),
    most: SETTLE_AT_ONCE,
    againAfterMs: SETTLE_AGAIN_AFTER_MS,
    write: (results) => ports.sends.settle(name, results),
  });

  let buffer: Ready[] = [];
  let assigned: Sending[] = [];
  const underWayBy = new Map<string, number>();
  let underWay = 0;
  let receives = 0;
  /** The last look found nothing: the next one waits for a second. */
  let isDry = false;
  let isEmpty = false;
  let hasLooked = false;
  /** The queue's depth, if the run's first look asked for it. */
  let depthAtFirst: QueueDepth | null = null;
  let lookAgainAt = Number.NEGATIVE_INFINITY;
  let isRenewed = false;
  let notBefore = Number.NEGATIVE_INFINITY;
  let trickleAt = Number.NEGATIVE_INFINITY;
  let talliedAt = clock.now();
  let answers: { webhook: string; answer: SendAnswer; status: number | null; at: number }[] = [];
  let oldestTakenAt: number | undefined;
  let closedFor: string | null = null;
  let work = 0;

  /** A clock that jumped back does not make a pause longer. */
  const isPaused = () => clock.now() < notBefore && notBefore - clock.now() <= ROUTE_AGAIN_MS;
  const pause = (ms: number) => {
    notBefore = clock.now() + ms;
  };

  const spawn = (doing: string, task: () => Promise<void>) => {
    work += 1;
    void run.spawn(doing, () =>
      task().finally(() => {
        work -= 1;
      }),
    );
  };

  const count = (webhook: string, by: number) => {
    underWay += by;
    underWayBy.set(webhook, (underWayBy.get(webhook) ?? 0) + by);
  };

  const again = (...rows: readonly Ready[]) => {
    buffer.unshift(...rows);
  };

  /** Asks the ledger what is known of rows, and does what follows. */
  const look = async (rows: readonly { received: ReceivedRow; refusedClaims: number }[]): Promise<void> => {
    const states = await ports.sends.sends(
      name,
      rows.map(({ received }) => received.row.id),
    );
    const now = clock.now();
    await Promise.all(
      rows.map(async ({ received, refusedClaims }, index) => {
        const state = states[index];
        if (!state) return;
        const decision = decide(received.row, state, now, rules);
        if (decision.kind === 'send') {
          buffer.push({ received, refusedClaims, attempt: decision.attempt });
        } else if (decision.kind === 'drop') {
          report.dropped += 1;
          await hand.remove(received.handle);
        } else if (decision.kind === 'wait') {
          await hand.putBack([received], decision.waitMs / 1_000);
        } else {
          await hand.setAside(received, {
            fault: 'ours',
            reason: 'uncertain-too-often',
            detail: `Sent ${state.attempts} times without an answer; each may have made a row.`,
            status: null,
            webhook: state.open?.webhook ?? null,
          });
        }
      }),
    );
  };

  /** Of a row that nobody has received before nothing is known; if something is, its claim says so. */
  const isNew = ({ receives: times, row }: ReceivedRow): boolean =>
    times <= 1 && row.tries === 0 && row.after === 0 && row.origin === 'sender';

  /** SQS may miss a message at a short look, and be late with the depth: only when both say nothing is it believed. */
  const isFirstOfSchedule = () => run.reason === 'schedule' && !hasLooked;

  const receive = async (waitSeconds: number): Promise<void> => {
    const left = Math.max(0, run.until - clock.now());
    const isGlance = isFirstOfSchedule();
    hasLooked = true;
    const [{ rows, unreadable }, depth] = await Promise.all([
      ports.queue.receive(
        name,
        { waitSeconds, visibilitySeconds: Math.ceil((left + rules.claimMs) / 1_000) + VISIBLE_MARGIN_S },
        run.receiving,
      ),
      // Without an answer the queue is looked into once more, and longer; what was received must not be lost with it.
      isGlance ? ports.queue.depth(name).catch(() => null) : null,
    ]);
    found += rows.length + unreadable.length;
    depthAtFirst = depth;
    isDry = rows.length + unreadable.length === 0;
    isEmpty = isDry && (waitSeconds > 0 || depth?.waiting === 0 || (isAlone() && found > 0));
    if (isEmpty) lookAgainAt = clock.now() + AFTER_EMPTY_MS;
    for (const { row } of rows) oldestTakenAt = Math.min(oldestTakenAt ?? row.takenAt, row.takenAt);
    const [fresh, known] = [rows.filter(isNew), rows.filter((row) => !isNew(row))];
    buffer.push(...fresh.map((received) => ({ received, attempt: 1, refusedClaims: 0 })));
    await hand.setAsideUnreadable(unreadable);
    if (known.length > 0) await look(known.map((received) => ({ received, refusedClaims: 0 })));
  };

  const isResting = () => clock.now() < lookAgainAt && lookAgainAt - clock.now() <= AFTER_EMPTY_MS;

  const waitSecondsNow = (): number => {
    if (isFirstOfSchedule() || (isAlone() && found > 0)) return 0;
    return isDry || receives + work === 0 ? 1 : 0;
  };

  const startReceiving = () => {
    if (run.isEnding() || isPaused() || isResting() || (isAlone() && isEmpty)) return;
    const gate = steering.gate();
    if (gate.kind === 'closed' || steering.control() === null) return;
    const wanted =
      gate.kind === 'single' && gate.isTrial ? 1 : ROWS_A_RECEIVE + Math.ceil(pulse.perSecond() * AHEAD_S);
    const short = Math.ceil((wanted - buffer.length) / ROWS_A_RECEIVE) - receives;
    const most = isDry ? 1 - receives : Math.min(short, RECEIVES_AT_ONCE - receives);
    const waitSeconds = waitSecondsNow();
    for (let started = 0; started < most && short > 0; started += 1) {
      receives += 1;
      void run.spawn('receiving rows', async () => {
        try {
          await receive(waitSeconds);
        } catch (error) {
          pause(AFTER_FAULT_MS);
          throw error;
        } finally {
          receives -= 1;
        }
      });
    }
  };

  const giveBack = () => {
    const rows = buffer.map(({ received }) => received);
    buffer = [];
    if (rows.length > 0) spawn('giving rows back', () => hand.putBack(rows, 0));
  };

  const tally = async (empty?: boolean): Promise<void> => {
    const seen = answers;
    answers = [];
    talliedAt = clock.now();
    const oldest = oldestTakenAt;
    oldestTakenAt = undefined;
    await ports.control.count(name, {
      at: talliedAt,
      answers: seen,
      ...(empty === undefined ? {} : { empty }),
      ...(oldest === undefined ? {} : { oldestTakenAt: oldest }),
    });
  };

  const judge = createJudge({
    run,
    name,
    feed,
    steering,
    hand,
    again,
    claimMs: rules.claimMs,
    settle: (result) => settlements.add(result),
  });

  /** What was claimed goes out in its slot, or not at all. */
  const isVoid = ({ slot, takenAt, pauses, isAlone, isTrial }: Sending): boolean => {
    const control = steering.control();
    return (
      (!isAlone && clock.now() - Math.max(slot, takenAt) > lateMs) ||
      pauses !== run.pauses.count ||
      run.exchanging.aborted ||
      (!isTrial && control !== null && isHeld(control))
    );
  };

  const sendOne = async (sending: Sending, route: Route, answeredOne: () => void): Promise<void> => {
    const { ready, webhook, slot } = sending;
    const waitMs = slot - clock.now();
    if (waitMs > 0) await clock.sleep(waitMs, run.exchanging).catch(() => undefined);
    if (isVoid(sending)) {
      steering.room.refused(webhook, sending.takenAt);
      return judge.unsent(sending);
    }
    const { http } = ports;
    const config = feed.webhooks.find(({ id }) => id === webhook);
    const postTo = (way: Route) =>
      post({ http, relay, now: clock.now }, way, ready.received.row.json, run.exchanging);
    let answered = await postTo(route);
    if (config && (answered.answer === 'gone' || answered.answer === 'unauthorized')) {
      const other = await otherRoute(config, ports.secrets, route);
      if (other) answered = await postTo(other);
    }
    if (config && answered.answer === 'accepted') ports.onAccepted?.(name, config);
    const at = clock.now();
    report.answers[answered.answer] = (report.answers[answered.answer] ?? 0) + 1;
    answers.push({ webhook, answer: answered.answer, status: answered.status, at });
    if (answered.answer !== 'accepted' && answered.answer !== 'uncertain')
      steering.room.refused(webhook, sending.takenAt);
    answeredOne();
    await judge.answered(sending, answered, at);
  };

  const claimAll = async (claims: readonly SendClaim[]): Promise<readonly ('claimed' | 'stale')[]> => {
    for (let attempt = 0; ; attempt += 1) {
      try {
        return await ports.sends.claim(name, claims);
      } catch (error) {
        const wait = CLAIM_AGAIN_AFTER_MS[attempt];
        if (wait === undefined || run.exchanging.aborted) throw error;
        await clock.sleep(wait);
      }
    }
  };

  const stale = async (rows: readonly Ready[]): Promise<void> => {
    const [hopeless, others] = [
      rows.filter(({ refusedClaims }) => refusedClaims + 1 >= MAX_REFUSED_CLAIMS),
      rows.filter(({ refusedClaims }) => refusedClaims + 1 < MAX_REFUSED_CLAIMS),
    ];
    if (others.length > 0)
      await look(
        others.map(({ received, refusedClaims }) => ({ received, refusedClaims: refusedClaims + 1 })),
      );
    for (const { received } of hopeless) {
      await hand.setAside(received, {
        fault: 'ours',
        reason: 'undeliverable',
        detail: 'So old that rows of its day are not counted any more; sent again, it needs a new row id.',
        status: null,
        webhook: null,
      });
    }
  };

  const routesOf = async (sendings: readonly Sending[]): Promise<ReadonlyMap<string, Route>> => {
    const ids = new Set(sendings.map(({ webhook }) => webhook));
    const webhooks = feed.webhooks.filter(({ id }) => ids.has(id));
    return new Map(
      await Promise.all(
        webhooks.map(async (webhook) => [webhook.id, await routeOf(webhook, ports.secrets)] as const),
      ),
    );
  };

  /** They were given slots, and nothing was done yet. */
  const untouched = (sendings: readonly Sending[]) => {
    for (const { webhook, takenAt } of sendings) steering.room.refused(webhook, takenAt);
    again(...sendings.map(({ ready }) => ready));
  };

  /** Before anything is claimed; whatever fails here leaves no trace. */
  const prepare = async (sendings: readonly Sending[]): Promise<ReadonlyMap<string, Route> | null> => {
    try {
      const routes = await routesOf(sendings).catch((error: unknown) => {
        pause(ROUTE_AGAIN_MS);
        throw error;
      });
      const [first] = sendings;
      if (first?.isTrial && !(await steering.takeTrial())) {
        untouched(sendings);
        return null;
      }
      const firsts = sendings.filter(({ ready }) => ready.attempt === 1);
      if (firsts.length > 0)
        await ports.outbox.keep(
          name,
          firsts.map(({ ready }) => ready.received.row),
        );
      return routes;
    } catch (error) {
      pause(Math.max(AFTER_FAULT_MS, notBefore - clock.now()));
      untouched(sendings);
      throw error;
    }
  };

  const claimOf = ({ ready, webhook, claimedAt }: Sending): SendClaim => {
    const { id, entity } = ready.received.row;
    return {
      rowId: id,
      webhook,
      at: claimedAt,
      attempt: ready.attempt,
      token: run.token(),
      ...(entity === undefined ? {} : { entity }),
    };
  };

  const sendAll = async (sendings: readonly Sending[], done: (sending: Sending) => void): Promise<void> => {
    const routes = await prepare(sendings);
    if (!routes) return;
    const claims = sendings.map(claimOf);
    let outcomes: readonly ('claimed' | 'stale')[];
    try {
      outcomes = await claimAll(claims);
    } catch (error) {
      pause(AFTER_FAULT_MS);
      // Whether they were claimed is not known. If they were, that is taken for an attempt that nobody heard of.
      spawn('giving rows back', () =>
        hand.putBack(
          sendings.map(({ ready }) => ready.received),
          rules.claimMs / 1_000,
        ),
      );
      throw error;
    }
    const lost: Ready[] = [];
    await Promise.all(
      sendings.map(async (sending, index) => {
        const route = routes.get(sending.webhook);
        if (route && outcomes[index] === 'claimed') return sendOne(sending, route, () => done(sending));
        steering.room.refused(sending.webhook, sending.takenAt);
        done(sending);
        lost.push(sending.ready);
      }),
    );
    if (lost.length > 0) await stale(lost);
  };

  return {
    name,
    looks: () => receives,
    maintain: (mayReceive) => {
      steering.maintain();
      const gate = steering.gate();
      closedFor = gate.kind === 'closed' ? gate.why : null;
      if (gate.kind === 'closed') {
        giveBack();
        if (!isRenewed) spawn('renewing rows', () => renewOld(run, name, steering.control()));
        isRenewed = true;
      }
      if (mayReceive) startReceiving();
      const age = Math.abs(clock.now() - talliedAt);
      if (age >= LOOKED_EVERY_MS || (answers.length > 0 && age >= TALLY_EVERY_MS))
        spawn('counting answers', () => tally());
    },
    wants: () => {
      if (buffer.length === 0 || isPaused() || run.isEnding()) return 0;
      const gate = steering.gate();
      switch (gate.kind) {
        case 'open':
          return buffer.length;
        case 'trickle': {
          const left = steering.control()?.trickle?.rowsLeft ?? 0;
          return clock.now() >= trickleAt && underWay + assigned.length < Math.max(1, left) ? 1 : 0;
        }
        case 'single':
          return (underWayBy.get(gate.webhook) ?? 0) + assigned.length === 0 ? 1 : 0;
        default:
          return 0;
      }
    },
    take: (slot) => {
      const gate = steering.gate();
      if (gate.kind === 'pending' || gate.kind === 'closed') return false;
      if (gate.kind === 'single' && (underWayBy.get(gate.webhook) ?? 0) > 0) return false;
      if (gate.kind === 'trickle' && clock.now() < trickleAt) return false;
      const ready = buffer.shift();
      if (!ready) return false;
      const { webhook } = gate;
      const takenAt = clock.now();
      pulse.beat();
      assigned.push({
        ready,
        webhook,
        slot,
        takenAt,
        claimedAt: Math.floor(Math.max(slot, takenAt)),
        pauses: run.pauses.count,
        isAlone: gate.kind === 'single',
        isTrial: gate.kind === 'single' && gate.isTrial,
      });
      count(webhook, 1);
      steering.room.sent(webhook, takenAt);
      if (steering.control()?.trickle)
        trickleAt = Math.max(takenAt, slot) + 1_000 / relay.trickle.rowsPerSecond;
      return true;
    },
    dispatch: () => {
      const sendings = assigned;
      assigned = [];
      if (sendings.length === 0) return;
      const left = new Set(sendings);
      const done = (sending: Sending) => {
        if (!left.delete(sending)) return;
        count(sending.webhook, -1);
        run.bell.ring();
      };
      spawn('sending rows', () => sendAll(sendings, done).finally(() => sendings.forEach(done)));
    },
    isIdle: () =>
      steering.control() !== null && buffer.length === 0 && work === 0 && (closedFor !== null || isEmpty),
    underWay: () => underWay,
    nextDueAt: () =>
      Math.min(
        trickleAt > clock.now() ? trickleAt : Number.POSITIVE_INFINITY,
        isResting() ? lookAgainAt : Number.POSITIVE_INFINITY,
      ),
    hurry: () => {
      settlements.hurry();
      hand.hurry();
    },
    stopped: () => closedFor,
    finish: async () => {
      giveBack();
      const hasSent = answers.length > 0;
      const isQuiet = isEmpty && !hasSent;
      const asked = closedFor !== null || (isQuiet && !isAlone());
      const depth = asked ? (depthAtFirst ?? (await ports.queue.depth(name))) : null;
      await tally(depth ? depth.waiting + depth.inFlight + depth.delayed === 0 : undefined);
    },
  };
};
