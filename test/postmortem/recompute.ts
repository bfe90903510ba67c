/*
 * Recomputes every number of a postmortem from the raw timeline, proofs and snapshots, and says where it differs. It
 * shares no code with what makes postmortems: it works on JSON as it is stored, and does its own calendar.
 */

type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };
/** Stored documents, as they are read: nothing of their shape is taken for granted by a type. */
// biome-ignore lint/suspicious/noExplicitAny: JSON of other programs
type Raw = any;

export interface RawSources {
  readonly incident: Raw;
  readonly proofs: readonly Raw[];
  readonly snapshots: readonly Raw[];
  readonly feedSnapshots: readonly Raw[];
  readonly creditHistory: Raw;
  readonly config: Raw;
  readonly now: number;
  /** Feeds that the incident hit. */
  readonly feeds: readonly string[];
}

const MINUTES = 60 * 1000;
const FIVE = 5 * MINUTES;
const PAGE_KINDS = ['triggered', 'reopened', 'severity-raised', 'acknowledgement-stale', 'escalated'];
const DAYS = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'];

/** What a clock on the wall of the time zone shows, as if it were UTC. */
const wall = (at: number, timeZone: string): number => {
  const texts: Record<string, string> = {};
  const format = new Intl.DateTimeFormat('en-US', {
    ...{ timeZone, hourCycle: 'h23', year: 'numeric', month: 'numeric', day: 'numeric' },
    ...{ hour: 'numeric', minute: 'numeric', second: 'numeric' },
  } as Intl.DateTimeFormatOptions);
  for (const { type, value } of format.formatToParts(at)) texts[type] = value;
  const part = (name: string) => Number(texts[name]);
  return Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'), part('second'));
};

/** The end of the first working day after the day of `at`. */
const endOfNextWorkday = (at: number, calendar: Raw): number => {
  const shown = wall(at, calendar.timeZone);
  const [hour, minute] = calendar.endsAt.split(':').map(Number);
  let day = shown - (shown % (24 * 60 * MINUTES));
  for (let tries = 0; tries < 400; tries += 1) {
    day += 24 * 60 * MINUTES;
    const date = new Date(day);
    const isFree = calendar.holidays.includes(date.toISOString().slice(0, 10));
    if (calendar.workdays.includes(DAYS[date.getUTCDay()]) && !isFree) break;
  }
  const wanted = day + (hour * 60 + minute) * MINUTES;
  const guess = wanted - (wall(wanted, calendar.timeZone) - wanted);
  return guess + (wanted - wall(guess, calendar.timeZone));
};

const deadline = (severity: string, from: number, config: Raw): number =>
  severity === 'P4'
    ? endOfNextWorkday(from, config.incidents.calendar)
    : from + config.incidents.respondWithinMinutes[severity] * MINUTES;

const least = (values: readonly number[]): number | null =>
  values.length === 0 ? null : Math.min(...values);
const cents = (amount: number): number => Math.round(amount * 100) / 100;
const total = (values: readonly number[]): number => {
  let sum = 0;
  for (const value of values) sum += value;
  return sum;
};

/** Every number of the part `times`. */
const recomputeTimes = ({ incident, proofs, config, now }: RawSources): Json => {
  const at = (kinds: readonly string[]) =>
    incident.timeline.filter((entry: Raw) => kinds.includes(entry.kind)).map((entry: Raw) => entry.at);
  const mitigated = least(at(['mitigated'])) ?? incident.mitigatedAt ?? null;
  const taken = least(at(['acknowledged'])) ?? incident.acknowledgement?.at ?? null;
  const acknowledged = least([taken, mitigated].filter((one) => one !== null));
  const paged = least(
    proofs
      .filter(
        (proof) =>
          proof.incidentId === incident.id &&
          proof.status === 'delivered' &&
          proof.deliveredAt !== null &&
          PAGE_KINDS.includes(proof.transition),
      )
      .map((proof) => proof.deliveredAt),
  );
  const opened = incident.openedAt;
  // Part of another, or explained by one: nobody waits for it any more from then on.
  const until = [incident.resolvedAt ?? now];
  for (const [into, outOf] of [
    ['merged', 'unmerged'],
    ['hidden-by-upstream', 'unhidden'],
  ]) {
    const turns = incident.timeline.filter(({ kind }: Raw) => kind === into || kind === outOf);
    const newest = turns[turns.length - 1];
    if (newest?.kind === into) until.push(newest.at);
  }
  const waited = Math.min(...until) - opened;
  const heard = incident.deliveries.filter(
    (delivery: Raw) => acknowledged === null || delivery.deliveredAt <= acknowledged,
  );
  const first = heard.find((delivery: Raw) => delivery.transition === 'triggered');
  const by = [deadline(first?.severity ?? incident.peakSeverity, opened, config)];
  for (const delivery of heard)
    if (delivery.transition === 'severity-raised' && delivery.severity)
      by.push(deadline(delivery.severity, delivery.deliveredAt, config));

  const since = (from: number, to: number | null) => (to === null ? null : to > from ? to - from : 0);
  const free = (tookMs: number | null) => ({ tookMs, deadlineMs: null, kept: null });
  const held = (tookMs: number | null, deadlineMs: number) => {
    const late = (tookMs ?? waited) > deadlineMs;
    return { tookMs, deadlineMs, kept: late ? false : tookMs === null ? null : true };
  };
  return {
    detect: free(since(incident.detectedAt, opened)),
    notify: held(since(opened, paged), config.notify.fallback.afterMinutes * MINUTES),
    acknowledge: held(since(opened, acknowledged), Math.min(...by) - opened),
    mitigate: free(since(incident.detectedAt, mitigated)),
    resolve: free(since(incident.detectedAt, incident.resolvedAt ?? null)),
  };
};

interface Kept {
  readonly first: Raw;
  readonly last: Raw;
  /** Kept last of all, also after the end. */
  readonly newest: Raw;
  readonly all: readonly Raw[];
}

/** The looks from opening to end; null when there are not two. */
const keptOf = ({ incident, snapshots }: RawSources): Kept | null => {
  const own = [...snapshots]
    .filter((snapshot) => snapshot.incidentId === incident.id)
    .sort((one, other) => one.at - other.at);
  const over = incident.resolvedAt;
  const index = over === undefined ? own.length - 1 : own.findIndex((snapshot) => snapshot.at >= over);
  return index < 1
    ? null
    : { first: own[0], last: own[index], newest: own[own.length - 1], all: own.slice(0, index + 1) };
};

const inFeed = (snapshot: Raw, feed: string): Raw => snapshot.feeds.find((one: Raw) => one.feed === feed);

/** Rows that Clay took and that may not have come back, at most. */
const missingOf = (raw: RawSources, feed: string, endAt: number, atEnd: number): number => {
  const ledger = raw.feedSnapshots.find((one) => one.feed === feed);
  if (!ledger || ledger.asOf < endAt) return atEnd;
  const { oldestAt, total: waiting } = ledger.outstanding;
  return oldestAt !== null && oldestAt <= endAt ? Math.min(atEnd, waiting) : 0;
};

const recomputeFeed = (raw: RawSources, feed: string): Json => {
  const nothing = { feed, received: null, held: null, replayed: null, duplicated: null, lost: null };
  const kept = keptOf(raw);
  const before = kept && inFeed(kept.first, feed);
  const after = kept && inFeed(kept.last, feed);
  if (!kept || !before || !after) return nothing;
  const accepted = after.submitted < before.submitted ? null : after.submitted - before.submitted;
  if (before.waiting === null || after.waiting === null) return { ...nothing, received: accepted };
  const longest = Math.max(...kept.all.map((snapshot) => inFeed(snapshot, feed)?.waiting ?? 0));
  const left = inFeed(kept.newest, feed)?.waiting ?? after.waiting;
  const sentOn = longest - (left > before.waiting ? left : before.waiting);
  const received = accepted === null ? -1 : accepted + (after.waiting - before.waiting);
  return {
    ...nothing,
    received: received < 0 ? null : received,
    held: longest - before.waiting,
    replayed: sentOn < 0 ? 0 : sentOn,
    lost: missingOf(raw, feed, kept.last.at, after.outstanding) === 0 ? 0 : null,
  };
};

const recomputeRows = (raw: RawSources): Json => raw.feeds.map((feed) => recomputeFeed(raw, feed));

/** What had been burnt at a moment, on the straight line between two samples. */
const burntBy = (samples: readonly Raw[], at: number): number | null => {
  for (let index = 0; index < samples.length; index += 1) {
    const one = samples[index];
    if (one.at === at) return one.burnt;
    const next = samples[index + 1];
    if (next && one.at < at && at < next.at)
      return one.burnt + ((next.burnt - one.burnt) * (at - one.at)) / (next.at - one.at);
  }
  return null;
};

const recomputeSpent = (raw: RawSources, until: number): number | null => {
  const samples = raw.creditHistory?.credits?.samples ?? [];
  const from = burntBy(samples, raw.incident.detectedAt);
  const to = burntBy(samples, until);
  if (from !== null && to !== null) return cents(to - from);
  const kept = keptOf(raw);
  const before = kept?.first.credits.balance ?? null;
  const after = kept?.last.credits.balance ?? null;
  return before === null || after === null || after > before ? null : cents(before - after);
};

const wasteIn = (raw: RawSources, feed: string, until: number): readonly [number, number] | null => {
  const kept = keptOf(raw);
  const stored = kept && inFeed(kept.last, feed)?.cost;
  if (stored) return [stored.creditsWasted, stored.actionsWasted];
  const ledger = raw.feedSnapshots.find((one) => one.feed === feed);
  const from = raw.incident.detectedAt;
  if (!ledger || ledger.asOf - from > 24 * 60 * MINUTES || until - ledger.asOf > FIVE) return null;
  const touched = ledger.windows.filter((one: Raw) => one.start < until && from < one.start + FIVE);
  const actions = touched.map(({ results, actions: all }: Raw) => {
    const bad = results.missed + results.failed;
    const every = bad + results.hit + results.skipped;
    return every === 0 ? 0 : (all * bad) / every;
  });
  return [cents(total(touched.map((one: Raw) => one.creditsOnMisses))), cents(total(actions))];
};

const recomputeCredits = (raw: RawSources): Json => {
  const until = raw.incident.resolvedAt ?? raw.now;
  const each = raw.feeds.map((feed) => wasteIn(raw, feed, until));
  const isKnown = each.every((one) => one !== null);
  const wasted = isKnown ? cents(total(each.map((one) => one?.[0] ?? 0))) : null;
  const actionsWasted = isKnown ? cents(total(each.map((one) => one?.[1] ?? 0))) : null;
  const { creditPrice, actionPrice, currency } = raw.config.postmortem;
  const parts: number[] = [];
  if (creditPrice !== undefined && wasted !== null) parts.push(wasted * creditPrice);
  if (actionPrice !== undefined && actionsWasted !== null) parts.push(actionsWasted * actionPrice);
  const money = parts.length === 0 ? null : cents(total(parts));
  return { spent: recomputeSpent(raw, until), wasted, actionsWasted, money, currency };
};

/** Every number, made from what is stored. */
export const recompute = (raw: RawSources): Raw => {
  const ranks = raw.incident.timeline;
  const times = recomputeTimes(raw) as Raw;
  const credits = recomputeCredits(raw) as Raw;
  return {
    severity: raw.incident.peakSeverity,
    durationMs: times.resolve.tookMs,
    times,
    rows: recomputeRows(raw),
    credits,
    refund: { credits: credits.wasted },
    entries: ranks.length,
    deliveries: raw.proofs.filter((proof) => proof.incidentId === raw.incident.id).length,
  };
};

const differ = (path: string, claimed: Raw, found: Raw, out: string[]): void => {
  if (found !== null && typeof found === 'object') {
    if (Array.isArray(found) && claimed?.length !== found.length) out.push(`${path}.length`);
    for (const name of Object.keys(found)) differ(`${path}.${name}`, claimed?.[name], found[name], out);
    return;
  }
  if (claimed !== found) out.push(`${path}: says ${claimed}, is ${found}`);
};

/** Where a postmortem says something else than what is stored; empty when it is right. `claimed` is its JSON. */
export const differences = (claimed: Raw, raw: RawSources): readonly string[] => {
  const out: string[] = [];
  const said = { ...claimed, entries: claimed.timeline.length, deliveries: claimed.deliveries.length };
  differ('postmortem', said, recompute(raw), out);
  return out;
};
